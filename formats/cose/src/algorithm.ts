import type { KeyObject } from 'node:crypto';
import type { Signer } from '@tegata/keys';
import { CoseError } from './error.ts';

/** COSE algorithm numbers (IANA "COSE Algorithms"). */
export const ALG = {
  ES256: -7,
  ES384: -35,
  ES512: -36,
  /** ECDSA with the curve in the name (RFC 9864): met in the wild, accepted when verifying. */
  ESP256: -9,
  ESP384: -51,
  ESP512: -52,
  HMAC_256_256: 5,
} as const;

/** A signature algorithm, bound to one curve: ISO/IEC 18013-5 has no ES256 over another curve of NIST. */
export interface SignatureAlgorithm {
  readonly alg: number;
  readonly name: string;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** OpenSSL's name of the curve. */
  readonly curve: string;
  /** Bytes of r, and of s. */
  readonly size: number;
}

const P256 = { hash: 'sha256', curve: 'prime256v1', size: 32 } as const;
const P384 = { hash: 'sha384', curve: 'secp384r1', size: 48 } as const;
const P521 = { hash: 'sha512', curve: 'secp521r1', size: 66 } as const;

const ALGORITHMS: ReadonlyMap<number, SignatureAlgorithm> = new Map(
  [
    { alg: ALG.ES256, name: 'ES256', ...P256 },
    { alg: ALG.ESP256, name: 'ESP256', ...P256 },
    { alg: ALG.ES384, name: 'ES384', ...P384 },
    { alg: ALG.ESP384, name: 'ESP384', ...P384 },
    { alg: ALG.ES512, name: 'ES512', ...P521 },
    { alg: ALG.ESP512, name: 'ESP512', ...P521 },
  ].map((algorithm) => [algorithm.alg, algorithm]),
);

/** What is accepted when the caller names no list of its own. */
export const DEFAULT_ALGORITHMS: readonly number[] = [...ALGORITHMS.keys()];

/**
 * The algorithm of that number, if it is allowed and fits the key's curve.
 * @throws {CoseError} `alg-refused`, `alg-key-mismatch`
 */
export function algorithmFor(alg: number, key: KeyObject, allowed = DEFAULT_ALGORITHMS): SignatureAlgorithm {
  const algorithm = ALGORITHMS.get(alg);
  if (!algorithm || !allowed.includes(alg)) {
    throw new CoseError('alg-refused', 'The algorithm is not on the list of accepted ones.', { alg });
  }
  if (key.asymmetricKeyDetails?.namedCurve !== algorithm.curve) {
    throw new CoseError('alg-key-mismatch', 'The algorithm belongs to another curve than the key.', { alg });
  }
  return algorithm;
}

/** The number that a signer's signatures carry. @throws {CoseError} `alg-refused` for RSA */
export function algorithmOfSigner(signer: Pick<Signer, 'algorithm'>): SignatureAlgorithm {
  if (signer.algorithm === 'ES256') return ALGORITHMS.get(ALG.ES256) as SignatureAlgorithm;
  if (signer.algorithm === 'ES384') return ALGORITHMS.get(ALG.ES384) as SignatureAlgorithm;
  throw new CoseError('alg-refused', 'COSE messages are signed with ES256 or ES384 here.', { alg: signer.algorithm });
}
