import type { KeyObject } from 'node:crypto';
import { type CoseKey, opensslCurve } from './cose-key.ts';
import { CoseError } from './error.ts';
import { curveOf } from './key-details.ts';

/** COSE algorithm numbers (IANA "COSE Algorithms"). */
export const ALG = {
  ES256: -7,
  ES384: -35,
  ES512: -36,
  /** Over Ed25519 here: documents that use Ed448 are not known. */
  EdDSA: -8,
  /** With the curve in the name (RFC 9864): met in the wild. */
  ESP256: -9,
  ESP384: -51,
  ESP512: -52,
  Ed25519: -19,
  HMAC_256_256: 5,
} as const;

/** Names of signature algorithms. */
export type SignatureAlgorithmName = Exclude<keyof typeof ALG, 'HMAC_256_256'>;

/** A signature algorithm on one curve. ISO/IEC 18013-5 has no ES256 over another curve of NIST; the brainpool curves of the same size count. */
export interface SignatureAlgorithm {
  readonly alg: number;
  readonly name: SignatureAlgorithmName;
  /** Null where the algorithm hashes by itself (Ed25519). */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  /** OpenSSL's name of the curve. */
  readonly curve:
    | 'prime256v1'
    | 'secp384r1'
    | 'secp521r1'
    | 'ed25519'
    | 'brainpoolP256r1'
    | 'brainpoolP320r1'
    | 'brainpoolP384r1'
    | 'brainpoolP512r1';
  /** Bytes of the signature: r ‖ s, or R ‖ S. */
  readonly signatureBytes: number;
}

const P256 = { hash: 'sha256', curve: 'prime256v1', signatureBytes: 64 } as const;
const P384 = { hash: 'sha384', curve: 'secp384r1', signatureBytes: 96 } as const;
const P521 = { hash: 'sha512', curve: 'secp521r1', signatureBytes: 132 } as const;
const ED25519 = { hash: null, curve: 'ed25519', signatureBytes: 64 } as const;

const ALGORITHMS: ReadonlyMap<number, SignatureAlgorithm> = new Map(
  (
    [
      { alg: ALG.ES256, name: 'ES256', ...P256 },
      { alg: ALG.ESP256, name: 'ESP256', ...P256 },
      { alg: ALG.ES384, name: 'ES384', ...P384 },
      { alg: ALG.ESP384, name: 'ESP384', ...P384 },
      { alg: ALG.ES512, name: 'ES512', ...P521 },
      { alg: ALG.ESP512, name: 'ESP512', ...P521 },
      { alg: ALG.EdDSA, name: 'EdDSA', ...ED25519 },
      { alg: ALG.Ed25519, name: 'Ed25519', ...ED25519 },
    ] as const
  ).map((algorithm) => [algorithm.alg, algorithm]),
);

/** The curves of RFC 5639 that ISO/IEC 18013-5 allows beside those of NIST. */
const BRAINPOOL: readonly SignatureAlgorithm[] = [
  { alg: ALG.ES256, name: 'ES256', hash: 'sha256', curve: 'brainpoolP256r1', signatureBytes: 64 },
  { alg: ALG.ES384, name: 'ES384', hash: 'sha384', curve: 'brainpoolP320r1', signatureBytes: 80 },
  { alg: ALG.ES384, name: 'ES384', hash: 'sha384', curve: 'brainpoolP384r1', signatureBytes: 96 },
  { alg: ALG.ES512, name: 'ES512', hash: 'sha512', curve: 'brainpoolP512r1', signatureBytes: 128 },
];

/** What is accepted when the caller names no list of its own. */
export const DEFAULT_ALGORITHMS: readonly number[] = [...ALGORITHMS.keys()];

/**
 * The algorithm of that number, if it is allowed and fits the key's curve.
 * @throws {CoseError} `alg-refused`, `alg-key-mismatch`
 */
export function algorithmFor(alg: number, key: KeyObject | CoseKey, allowed = DEFAULT_ALGORITHMS): SignatureAlgorithm {
  const algorithm = ALGORITHMS.get(alg);
  if (!algorithm || !allowed.includes(alg)) {
    throw new CoseError('alg-refused', 'The algorithm is not on the list of accepted ones.', { alg });
  }
  const curve = 'kty' in key ? opensslCurve(key) : curveOf(key);
  if (curve !== algorithm.curve) {
    const sibling = BRAINPOOL.find((other) => other.alg === alg && other.curve === curve);
    if (sibling) return sibling;
    throw new CoseError('alg-key-mismatch', 'The algorithm belongs to another curve than the key.', { alg });
  }
  return algorithm;
}

/** The algorithm of a signer by its name. @throws {CoseError} `alg-refused` for RSA */
export function algorithmOfSigner(signer: { readonly algorithm: string }): SignatureAlgorithm {
  const number = Object.hasOwn(ALG, signer.algorithm) ? ALG[signer.algorithm as keyof typeof ALG] : undefined;
  const algorithm = number === undefined ? undefined : ALGORITHMS.get(number);
  if (algorithm) return algorithm;
  throw new CoseError('alg-refused', 'Messages are not signed with this algorithm in COSE here.', {
    alg: signer.algorithm,
  });
}
