import type { KeyObject } from 'node:crypto';

/** What is known of a public key whose coordinates were at hand when it was made. */
export interface KeyDetails {
  /** OpenSSL's name of the curve. */
  readonly curve: string;
  readonly x: Uint8Array;
  readonly y?: Uint8Array;
}

const known = new WeakMap<KeyObject, KeyDetails>();

/** Remembers them with the key: to ask the key again costs as much as a quarter of a signature. */
export function remember(key: KeyObject, details: KeyDetails): KeyObject {
  known.set(key, details);
  return key;
}

/** Of a key that was read here; undefined for one that comes from elsewhere. */
export function detailsOf(key: KeyObject): KeyDetails | undefined {
  return known.get(key);
}

/** OpenSSL's name of the curve of a key; undefined for RSA. */
export function curveOf(key: KeyObject): string | undefined {
  const details = known.get(key);
  if (details) return details.curve;
  return key.asymmetricKeyType === 'ec' ? key.asymmetricKeyDetails?.namedCurve : key.asymmetricKeyType;
}
