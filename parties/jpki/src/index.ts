/**
 * JPKI (公的個人認証サービス) under our own test CAs: certificates of cards and phones, revocation, OCSP, CRLs. TEST ONLY.
 * @module
 */
export { type OcspAnswered, type OcspOptions, type OcspService, ocspService } from './answer-ocsp.ts';
export { type CertificationAuthority, type JpkiAuthority, makeAuthority } from './authority.ts';
export { JpkiError, type JpkiErrorCode } from './error.ts';
export type { Ceremony, Generation } from './generation.ts';
export type { Pairwise } from './pairwise-identifier.ts';
export type { OcspResponder } from './responder.ts';
export { type JpkiConfig, start } from './start.ts';
