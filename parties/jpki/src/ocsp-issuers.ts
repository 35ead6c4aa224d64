import { type CertId, type CertIdHash, issuerHashes } from '@tegata/x509';
import type { JpkiAuthority } from './authority.ts';
import type { Generation } from './generation.ts';

/** A generation that OCSP answers for. */
export interface OcspIssuer {
  readonly ca: 'sign' | 'auth';
  readonly generation: Generation;
}

/**
 * Finds the generation that a CertID means, by the digests of its name and key in SHA-1 and SHA-256: the name is that of all generations,
 * the key is its own.
 */
export function ocspIssuers(authority: JpkiAuthority): (certId: CertId) => OcspIssuer | undefined {
  const known = new Map<string, OcspIssuer>();
  const keyOf = (hash: CertIdHash, name: Uint8Array, key: Uint8Array) => `${hash} ${latin1(name)}${latin1(key)}`;
  for (const ca of ['sign', 'auth'] as const) {
    for (const generation of authority[ca].generations) {
      for (const hash of ['sha1', 'sha256'] as const) {
        const { name, key } = issuerHashes(generation.certificate, hash);
        known.set(keyOf(hash, name, key), { ca, generation });
      }
    }
  }
  return ({ hash, issuerNameHash, issuerKeyHash }) =>
    hash && issuerNameHash.length <= 32 && issuerKeyHash.length <= 32
      ? known.get(keyOf(hash, issuerNameHash, issuerKeyHash))
      : undefined;
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
