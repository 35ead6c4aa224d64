import { type AlgorithmIdentifier, oid } from '@tegata/x509';
import type { DigestName } from './digest.ts';

const digestOfSignature: ReadonlyMap<string, DigestName> = new Map([
  [oid.sha256WithRSAEncryption, 'sha256'],
  [oid.sha384WithRSAEncryption, 'sha384'],
  [oid.sha512WithRSAEncryption, 'sha512'],
  [oid.ecdsaWithSHA256, 'sha256'],
  [oid.ecdsaWithSHA384, 'sha384'],
  [oid.ecdsaWithSHA512, 'sha512'],
  // Ed25519 signs the attributes themselves; the content is digested by SHA-512 (RFC 8419 §2.3).
  [oid.ed25519, 'sha512'],
]);

const rsaWith: Readonly<Record<DigestName, string>> = {
  sha256: oid.sha256WithRSAEncryption,
  sha384: oid.sha384WithRSAEncryption,
  sha512: oid.sha512WithRSAEncryption,
};

/** Whether a signature algorithm goes with the digest; plain rsaEncryption leaves the digest to SignerInfo (RFC 5754 §3.2). */
export function suits(algorithm: AlgorithmIdentifier, digest: DigestName): boolean {
  return algorithm.oid === oid.rsaEncryption || digestOfSignature.get(algorithm.oid) === digest;
}

/** The same algorithm in the words of X.509, or undefined for one that is not accepted. */
export function x509Algorithm(algorithm: AlgorithmIdentifier, digest: DigestName): AlgorithmIdentifier | undefined {
  if (algorithm.oid === oid.rsaEncryption) return { ...algorithm, oid: rsaWith[digest] };
  return digestOfSignature.has(algorithm.oid) ? algorithm : undefined;
}
