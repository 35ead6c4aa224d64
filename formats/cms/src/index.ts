/**
 * CMS SignedData (RFC 5652): a strict reader, a verifier for applications (one signer, everything prescribed) and one for messages of
 * anybody, and a writer whose signature is made elsewhere. What is accepted is narrower than the standard on purpose.
 * @module
 */

export type { DigestName } from './digest.ts';
export { CmsError, type CmsErrorCode } from './error.ts';
export { cmsOid } from './oids.ts';
export {
  type CmsAttribute,
  type CmsLimits,
  parseSignedData,
  type SignedData,
  type SignerIdentifier,
  type SignerInfo,
} from './parse.ts';
export { type PreparedSignedData, prepareSignedData, type SignedDataInput } from './prepare.ts';
export { type CmsInput, type CmsReport, verifySignedData } from './verify.ts';
export { type MessageInput, type MessageReport, type SignerReport, verifyMessage } from './verify-message.ts';
