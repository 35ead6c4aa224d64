/**
 * CMS SignedData (RFC 5652): a strict reader and verifier for messages of one signer, and a writer whose signature is made
 * elsewhere. What is accepted is narrower than the standard on purpose.
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
