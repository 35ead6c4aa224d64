/**
 * What a relying party installs to accept the e-certificates (電子証明書) of the My Number Card and of phones: challenge login,
 * signed documents with evidence, the four basic attributes. Verdicts are reports of named checks; a status that nobody could
 * tell is never good.
 * @module
 */
export { type BirthDate, type Era, hasReachedAge, readBirthDate } from './birth-date.ts';
export type { FetchPort } from './capped-fetch.ts';
export type { Device, JpkiTrust } from './certificate-path.ts';
export type { CertificateStatus, StatusQuestion, StatusSource } from './certificate-status.ts';
export { type ChallengeStore, memoryChallenges, type PendingChallenge } from './challenge-store.ts';
export { RelyingPartyError, type RelyingPartyErrorCode } from './error.ts';
export { decodeEvidence, encodeEvidence, type SignatureEvidence } from './evidence.ts';
export {
  type FourAttributes,
  fourAttributes,
  marked,
  type RegisteredCharacter,
  type RegisteredText,
} from './four-attributes.ts';
export {
  createLogin,
  type Login,
  type LoginAnswer,
  type LoginChallengeForVisitor,
  type LoginOptions,
  type LoginProof,
  type LoginReport,
} from './login.ts';
export { type OcspStatusOptions, ocspStatus } from './ocsp-status.ts';
export { type PairwiseIdentifiers, type PairwiseOptions, pairwiseIdentifiers } from './pairwise-identifier.ts';
export {
  type ReverifyOptions,
  reverifySignedDocument,
  type SignedDocument,
  type SignedDocumentOptions,
  type SignedDocumentReport,
  verifySignedDocument,
} from './signed-document.ts';
