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

const curves = new WeakMap<KeyObject, string>();

/** OpenSSL's name of the curve of a key; for others, the kind of the key. */
export function curveOf(key: KeyObject): string | undefined {
  const curve = known.get(key)?.curve ?? curves.get(key);
  if (curve !== undefined) return curve;
  const found = key.asymmetricKeyType === 'ec' ? key.asymmetricKeyDetails?.namedCurve : key.asymmetricKeyType;
  if (found !== undefined) curves.set(key, found);
  return found;
}
