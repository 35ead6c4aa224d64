/**
 * Mobile documents of ISO/IEC 18013-5: issuing, presenting, inspecting; and the document type of the My Number Card's record.
 * @module
 */
export { type AgeAnswer, ageAnswer, ageOverAnswer, type ElementValues } from './age.ts';
export { deviceAuthenticationBytes } from './device-authentication.ts';
export {
  buildDeviceEngagement,
  type DeviceEngagement,
  type DeviceRetrievalMethod,
  engagementToQr,
  httpRetrieval,
  httpRetrievalUri,
  parseDeviceEngagement,
  qrToEngagement,
} from './device-engagement.ts';
export {
  asksForMyNumber,
  buildDeviceRequest,
  type DeviceRequest,
  type DocRequest,
  type ItemsRequest,
  inspectDeviceRequest,
  MY_NUMBER_ELEMENT,
  parseDeviceRequest,
} from './device-request.ts';
export {
  answerable,
  buildDeviceResponse,
  buildEmptyDeviceResponse,
  type DeviceResponse,
  type Disclosure,
  parseDeviceResponse,
  RESPONSE_STATUS,
  type ResponseDocument,
} from './device-response.ts';
export { MdocError, type MdocErrorCode } from './error.ts';
export { CHECK_IDS, type CheckId, type MdocCheck } from './inspection/check-list.ts';
export type { OwnSession } from './inspection/device.ts';
export type { ValuesByNamespace } from './inspection/elements.ts';
export type { IssuerTrust, TrustAnchor } from './inspection/issuer.ts';
export {
  type Elements,
  type FinishOptions,
  finishIssuerSigned,
  type IssuerAlgorithm,
  type IssuerSignedPlan,
  issueMdoc,
  type PlanOptions,
  planIssuerSigned,
} from './issue.ts';
export { type IssuerNameSpaces, type IssuerSigned, type IssuerSignedItem, parseIssuerSigned } from './issuer-signed.ts';
export { LINT_IDS, type LintOptions, lintIssuerSigned, lintPlan } from './lint.ts';
export {
  type DocumentDefinition,
  definitionOf,
  type ElementDefinition,
  elementDefinition,
  inDefinedOrder,
  MNC,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
} from './mnc.ts';
export {
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type KeyAuthorizations,
  type MobileSecurityObject,
  parseMso,
  type Validity,
} from './mobile-security-object.ts';
export {
  buildSessionData,
  buildSessionEstablishment,
  derivedKey,
  eReaderKeyBytes,
  establishSession,
  parseSessionData,
  parseSessionEstablishment,
  SESSION_STATUS,
  type SessionData,
  type SessionEncryption,
  type SessionEstablishment,
  type SessionRole,
} from './session-encryption.ts';
export { sessionTranscript, sessionTranscriptBytes, sessionTranscriptQr } from './session-transcript.ts';
export type { VerifiedDocument } from './verified-document.ts';
export {
  type DeviceResponseReport,
  type RefusedDocument,
  type VerifyDeviceResponseOptions,
  verifyDeviceResponse,
} from './verify-device-response.ts';
export { type IssuerSignedReport, type VerifyIssuerSignedOptions, verifyIssuerSigned } from './verify-issuer-signed.ts';
