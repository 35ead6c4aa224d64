import { X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';

export { dataOf as certificateData, fieldOf } from '../interop/src/peer-crypto.ts';

/** The signer of a chain of one, verified with a trusted root: what the peers' own examples do with node:crypto. */
export function chainVerified(
  chain: readonly Uint8Array[],
  trusted: readonly Uint8Array[],
  now: Date,
): X509Certificate {
  const leaf = new X509Certificate(chain[0] as Uint8Array);
  const root = trusted.map((der) => new X509Certificate(der)).find((candidate) => leaf.checkIssued(candidate));
  if (!root || !leaf.verify(root.publicKey)) throw new Error('no path');
  mustBeValid(leaf, now);
  return leaf;
}

/** Asserts that a certificate is valid at that time. */
export function mustBeValid(leaf: X509Certificate, now: Date): void {
  if (leaf.validFromDate > now || leaf.validToDate < now) throw new Error('out of date');
}

interface NobleCurve {
  sign(message: Uint8Array, key: Uint8Array, options: { prehash: boolean }): { toCompactRawBytes(): Uint8Array };
  verify(signature: Uint8Array, message: Uint8Array, key: Uint8Array, options: object): boolean;
}

/** The P-256 of noble-curves that one of the peers depends on: no dependency of our own for a bench. */
export function noblePeerCurve(): NobleCurve {
  const fromPeer = createRequire(createRequire(import.meta.url).resolve('@auth0/mdl'));
  return (fromPeer('@noble/curves/p256') as { p256: NobleCurve }).p256;
}

/** The value that is kept under a key, made where there is none yet. */
export function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
