import { createECDH, type KeyObject } from 'node:crypto';
import { der } from '@tegata/der';

const SIZE = 48;
const ORDER = BigInt(
  '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
);

const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/**
 * ECDSA with P-384 over a SHA-384 hash that is given (FIPS 186-5 §6.4.1): node:crypto hashes for itself and cannot be handed a hash. Nonce and
 * point are a fresh ECDH key pair of node:crypto; the arithmetic behind them is not of constant time, and for test keys.
 * @returns an ECDSA-Sig-Value in DER
 * @throws {RangeError} when the hash has not 48 bytes
 */
export function ecdsaOverHash(key: KeyObject, hash: Uint8Array): Uint8Array {
  if (hash.length !== SIZE) throw new RangeError('A SHA-384 hash has 48 bytes.');
  const secret = numberOf(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const ephemeral = createECDH('secp384r1');
  // `04`, then x and y.
  const point = ephemeral.generateKeys();
  const r = numberOf(point.subarray(1, 1 + SIZE)) % ORDER;
  const s = (inverse(numberOf(ephemeral.getPrivateKey())) * (numberOf(hash) + r * secret)) % ORDER;
  return r > 0n && s > 0n ? der.sequence(der.integer(r), der.integer(s)) : ecdsaOverHash(key, hash);
}

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value, ORDER, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return x < 0n ? x + ORDER : x;
}
