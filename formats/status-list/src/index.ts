/**
 * Status of credentials: Token Status List (CWT and JWT) and the identifier list of ISO/IEC 18013-5. Reading never answers
 * `valid` in doubt; signing is for issuers and tests.
 * @module
 */
export {
  checkStatus,
  type FetchedToken,
  type StatusAnswer,
  type StatusQuestion,
} from './check-status.ts';
export type { TimeRules, TokenTimes } from './claims.ts';
export { StatusListError, type StatusListErrorCode } from './error.ts';
export { IDENTIFIER_LIST_CWT, type IdentifierListToken, openIdentifierList } from './identifier-list.ts';
export {
  type ListToSign,
  signIdentifierList,
  signStatusListCwt,
  signStatusListJwt,
  type TokenClaims,
} from './sign-token.ts';
export type { SignerHint, TrustedSigner } from './signer.ts';
export {
  deflateList,
  inflateList,
  MAX_LIST_OCTETS,
  packStatuses,
  type StatusBits,
  type StatusList,
  statusListOver,
} from './status-list.ts';
export {
  openStatusListToken,
  STATUS_LIST_CWT,
  STATUS_LIST_JWT,
  type StatusListToken,
  type TokenInput,
} from './status-list-token.ts';
export { readStatusClaim, readStatusReference, type StatusReference } from './status-reference.ts';
