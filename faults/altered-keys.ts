import { Buffer } from 'node:buffer';
import type { CborMap } from '@tegata/cbor';
import type { P256Jwk } from '@tegata/jose';

/**
 * Puts one key in the place of another in a message, without touching anything else of it.
 * @throws {RangeError} when the key does not lie in the message as it is: then nothing would have been altered
 */
export function swapped(bytes: Uint8Array, from: P256Jwk, to: P256Jwk): Uint8Array {
  const altered = Buffer.from(bytes);
  for (const coordinate of ['x', 'y'] as const) {
    const at = altered.indexOf(Buffer.from(from[coordinate], 'base64url'));
    if (at === -1) throw new RangeError('the key does not lie in the message');
    altered.set(Buffer.from(to[coordinate], 'base64url'), at);
  }
  return altered;
}

/** A COSE_Key of the right form whose point is not on its curve. */
export function offTheCurve(key: CborMap): CborMap {
  const y = Uint8Array.from(key.get(-3) as Uint8Array);
  y[31] = (y[31] as number) ^ 1;
  return new Map(key).set(-3, y);
}
