import type { KeyObject } from 'node:crypto';

/** JOSE names: ECDSA over P-256 / P-384 with SHA-256 / SHA-384, RSASSA-PKCS1-v1_5 with SHA-256. */
export type SigningAlgorithm = 'ES256' | 'ES384' | 'RS256';

/** Something that signs and does not say how. */
export interface Signer {
  readonly algorithm: SigningAlgorithm;
  /** The public half. */
  readonly publicKey: KeyObject;
  /** Hashes and signs. ECDSA: DER `SEQUENCE(r, s)` (RFC 3279), as X.509 wants it; RSA: the signature block. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}
