/**
 * Mobile documents of ISO/IEC 18013-5: issuing, presenting, inspecting; and the document type of the My Number Card's record.
 * @module
 */
export { type AgeAnswer, ageAnswer, ageOverAnswer, type ElementValues } from './age.ts';
export { type AnnexCResponseData, openAnnexCResponse, sealAnnexCResponse } from './annex-c/encrypted-response.ts';
export { buildEncryptionInfo, type EncryptionInfo, parseEncryptionInfo } from './annex-c/encryption-info.ts';
export {
  ANNEX_C_PROTOCOL,
  type AnnexCRequest,
  type AnnexCRequestData,
  annexCRequestData,
  parseAnnexCRequest,
} from './annex-c/request.ts';
export { type AppleRequest, openAppleEnvelope, sealAppleEnvelope } from './apple/envelope.ts';
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
  type DeviceRequestOptions,
  type DocRequest,
  type DocRequestOrder,
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
export {
  type DiagnoseTranscriptOptions,
  diagnoseTranscript,
  type TranscriptDiagnosis,
  type TranscriptDifference,
} from './doctor/diagnose-transcript.ts';
export type { TranscriptFacts } from './doctor/facts.ts';
export { checkElements } from './document-types/check-elements.ts';
export {
  type DrivingPrivilege,
  MDL,
  MDL_DOCTYPE,
  type MdlElements,
  mdlElements,
  NS_MDL,
} from './document-types/mdl.ts';
export {
  NS_DTC,
  PHOTO_ID,
  PHOTO_ID_DOCTYPE,
  PHOTO_ID_DOCTYPE_OTHER,
  type PhotoIdElements,
  photoIdElements,
} from './document-types/photo-id.ts';
export { type BleOptions, bleRetrieval, readBleRetrieval } from './engagement/ble-retrieval.ts';
export type { Capabilities } from './engagement/capabilities.ts';
export { type NfcOptions, nfcRetrieval, readNfcRetrieval } from './engagement/nfc-retrieval.ts';
export { domainOf, type OriginInfo, originInfoDomain } from './engagement/origin-info.ts';
export { MdocError, type MdocErrorCode } from './error.ts';
export { CHECK_IDS, type CheckId, type MdocCheck } from './inspection/check-list.ts';
export type { OwnSession } from './inspection/device.ts';
export type { ValuesByNamespace } from './inspection/elements.ts';
export type { IssuerTrust, TrustAnchor } from './inspection/issuer-trust.ts';
export type { RevocationTrust, StatusToken } from './inspection/revocation.ts';
export {
  type Elements,
  type FinishOptions,
  finishIssuerSigned,
  type IssueOptions,
  type IssuerAlgorithm,
  type IssuerSignedPlan,
  issueMdoc,
  type PlanOptions,
  planIssuerSigned,
} from './issue.ts';
export { type BatchOptions, type DateSpread, issueBatch } from './issue-batch.ts';
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
export { type BleOob, encodeBleOob, LE_ROLE, parseBleOob } from './nfc/ble-oob.ts';
export {
  type HandoverChoice,
  NfcEngagementTag,
  type NfcHandover,
  type TagCommand,
  type TagResponse,
} from './nfc/engagement-tag.ts';
export {
  buildHandoverRequest,
  buildHandoverSelect,
  type HandoverRequest,
  type HandoverSelect,
  readHandoverRequest,
  readHandoverSelect,
} from './nfc/handover-message.ts';
export { type NdefRecord, parseNdef, writeNdef } from './nfc/ndef.ts';
export {
  HANDOVER_SERVICE,
  readServiceParameter,
  readServiceSelect,
  readTnepStatus,
  type TnepService,
  tnepWaitingTime,
  writeServiceParameter,
  writeServiceSelect,
  writeTnepStatus,
} from './nfc/tnep.ts';
export { type DeviceProof, type PresentedDocument, presentDocuments } from './present/present-documents.ts';
export { chooseElements, type ElementChoice } from './request/choose-elements.ts';
export {
  type DeviceRequestInfo,
  selectDocuments,
  type UseCase,
} from './request/device-request-info.ts';
export type { ElementReference } from './request/element-reference.ts';
export { readerAuthenticationAllBytes, readerAuthenticationBytes } from './request/reader-authentication.ts';
export type { AlternativeDataElements, RequestInfo } from './request/request-info.ts';
export {
  type ReaderIdentity,
  type SignDeviceRequestOptions,
  signDeviceRequest,
} from './request/sign-device-request.ts';
export {
  type ReaderAuthCheck,
  type ReaderAuthReport,
  type ReaderTrust,
  type VerifiedReader,
  verifyReaderAuth,
} from './request/verify-reader-auth.ts';
export type { FetchLimits, RevocationAnswer, RevocationFetcher, RevocationRequest } from './revocation/fetch.ts';
export { DeviceSession, type DeviceSessionState } from './session/device-session.ts';
export { ReaderSession, type ReaderSessionState } from './session/reader-session.ts';
export type { SessionMessage } from './session/session-side.ts';
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
export { type AnnexBParameters, sessionTranscriptAnnexB, sessionTranscriptAnnexBDraft } from './transcript/annex-b.ts';
export { type AnnexCParameters, sessionTranscriptAnnexC } from './transcript/annex-c.ts';
export { type AppleInAppParameters, sessionTranscriptAppleInApp } from './transcript/apple-in-app.ts';
export { sessionTranscriptNfc } from './transcript/nfc.ts';
export {
  type OpenId4VpDcApiParameters,
  sessionTranscriptOpenId4VpDcApi,
  sessionTranscriptOpenId4VpDraft24,
} from './transcript/openid4vp-dc-api.ts';
export {
  type OpenId4VpRedirectParameters,
  sessionTranscriptOpenId4VpRedirect,
} from './transcript/openid4vp-redirect.ts';
export {
  type EngagementParameters,
  LEGACY_VARIANTS,
  sessionTranscriptOf,
  TRANSCRIPT_VARIANTS,
  type TranscriptParameters,
  type TranscriptVariant,
} from './transcript/variant.ts';
export type { ListMode } from './trust-list/list-certificate.ts';
export type { AcceptedList, ListTrust } from './trust-list/signed-list.ts';
export { type RicalEntry, type RicalReport, verifyRical } from './trust-list/verify-rical.ts';
export { type ListedAnchor, type VicalReport, verifyVical } from './trust-list/verify-vical.ts';
export { buildVical, parseVical, type Vical, type VicalEntry, type VicalOrder } from './trust-list/vical.ts';
export type { VerifiedDocument } from './verified-document.ts';
export {
  type DeviceResponseReport,
  type RefusedDocument,
  type VerifyDeviceResponseOptions,
  verifyDeviceResponse,
} from './verify-device-response.ts';
export { type IssuerSignedReport, type VerifyIssuerSignedOptions, verifyIssuerSigned } from './verify-issuer-signed.ts';
export { type OnlineOptions, verifyDeviceResponseOnline, verifyIssuerSignedOnline } from './verify-online.ts';
