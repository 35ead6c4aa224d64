import { MdocError } from '../error.ts';
import { checkOrigin, hashOf, onlineTranscript } from './online.ts';

/** What the handover of ISO/IEC 18013-7 Annex C is made of. */
export interface AnnexCParameters {
  /** The base64url text as sent, never a new encoding. */
  readonly encryptionInfo: string;
  /** From the platform or the own configuration, never from a message. */
  readonly origin: string;
}

/**
 * SessionTranscript of `org-iso-mdoc` over the Digital Credentials API (ISO/IEC 18013-7 Annex C). It is also the `info` of HPKE, bare.
 * @throws {MdocError} `transcript` when the origin is not in its serialised form, or the text is not base64url without padding
 * @example sessionTranscriptAnnexC({ encryptionInfo: request.data.encryptionInfo, origin: 'https://shop.example' })
 */
export function sessionTranscriptAnnexC({ encryptionInfo, origin }: AnnexCParameters): Uint8Array {
  checkOrigin(origin);
  if (!/^[A-Za-z0-9_-]+$/.test(encryptionInfo)) {
    throw new MdocError('transcript', 'encryptionInfo is base64url text without padding.', { rule: 'base64url' });
  }
  return onlineTranscript(['dcapi', hashOf([encryptionInfo, origin])]);
}
