/**
 * X.509 certificates and OCSP (RFC 5280, RFC 6960): reading, path validation by profile, description for screens.
 * Uses node:crypto and `@tegata/der` alone.
 * @module
 */

export { type AlgorithmIdentifier, readAlgorithm, signatureFits, signatureKind } from './algorithm.ts';
export {
  asCertificate,
  type Certificate,
  type DecodedExtensions,
  type Extension,
  parseCertificate,
  type SubjectPublicKeyInfo,
} from './certificate.ts';
export { type CardAttributes, compareAttributes } from './compare-attributes.ts';
export { X509Error, type X509ErrorCode } from './error.ts';
export {
  type AccessDescription,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type DistributionPoint,
  type KeyUsageBit,
  keyUsageBits,
  type Policy,
} from './extensions.ts';
export type { GeneralName } from './general-name.ts';
export { type JpkiAttributes, jpkiAttributes } from './jpki-attributes.ts';
export { keyKind } from './key-kind.ts';
export { formatName, type Name, type NameAttribute, nameValues, readName, sameBytes } from './name.ts';
export { oid, oidName } from './oids.ts';
export { type PathInput, type PathReport, TEST_ARC, verifyPath } from './path.ts';
export { certificateToPem, pemToCertificates } from './pem.ts';
export type { ProfileName } from './profile.ts';
export { type Check, type Report, report } from './report.ts';
