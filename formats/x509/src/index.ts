/**
 * X.509 certificates, CRLs and OCSP (RFC 5280, RFC 6960): reading, path validation by profile, status, description for screens.
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
  parseForeignRoot,
  type SubjectPublicKeyInfo,
} from './certificate.ts';
export { type CrlCode, type CrlProfile, type CrlQuestion, type CrlResult, checkCrl } from './check-crl.ts';
export { type CardAttributes, compareAttributes } from './compare-attributes.ts';
export { type Crl, type IssuingDistributionPoint, readCrl } from './crl.ts';
export { type CrlChecker, type CrlCheckerOptions, createCrlChecker, revocationFrom } from './crl-checker.ts';
export { crlWords } from './crl-words.ts';
export { type CertificateDescription, describeCertificate, type ExtensionDescription } from './describe.ts';
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
export { formatName, type Name, type NameAttribute, nameValues, readName, sameBytes, sameName } from './name.ts';
export { checkOcspExchange, type OcspExchange, type OcspExchangeResult } from './ocsp-exchange.ts';
export {
  buildCertId,
  buildOcspRequest,
  type CertId,
  type CertIdHash,
  issuerHashes,
  type OcspRequest,
  readOcspRequest,
} from './ocsp-request.ts';
export {
  type OcspBasicResponse,
  type OcspResponse,
  type OcspResponseStatus,
  type OcspSingleResponse,
  readOcspResponse,
} from './ocsp-response.ts';
export { oid, oidName } from './oids.ts';
export { type PathInput, type PathReport, type PathTrust, TEST_ARC, verifyPath } from './path.ts';
export { createPathValidator, type PathValidator, type PathValidatorOptions } from './path-validator.ts';
export { certificateToPem, pemToCertificates } from './pem.ts';
export { isProfileName, type ProfileName, profileNames } from './profile.ts';
export { type Check, type Report, report } from './report.ts';
export { isSelfIssued, isSelfSigned } from './rules/names.ts';
export type { RuleCode } from './rules/rule.ts';
export { type OcspInput, type OcspResult, verifyOcspResponse } from './verify-ocsp.ts';
