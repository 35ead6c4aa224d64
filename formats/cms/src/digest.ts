import { type AlgorithmIdentifier, oid } from '@tegata/x509';

/** The digests that are accepted; SHA-1 and MD5 are not. */
export type DigestName = 'sha256' | 'sha384' | 'sha512';

const digests: ReadonlyMap<string, DigestName> = new Map([
  [oid.sha256, 'sha256'],
  [oid.sha384, 'sha384'],
  [oid.sha512, 'sha512'],
]);

/** The digest of an AlgorithmIdentifier; its parameters are absent or NULL (RFC 5754 §2). */
export function digestOf(algorithm: AlgorithmIdentifier): DigestName | undefined {
  const { parameters } = algorithm;
  const sound = parameters === undefined || (parameters.length === 2 && parameters[0] === 0x05);
  return sound ? digests.get(algorithm.oid) : undefined;
}
