import { hashOf, onlineTranscript } from './online.ts';

/** What the handover of ISO/IEC TS 18013-7:2024 Annex B is made of. */
export interface AnnexBParameters {
  readonly clientId: string;
  readonly responseUri: string;
  readonly nonce: string;
  /** From the `apu` of the encrypted response, decoded. */
  readonly mdocGeneratedNonce: string;
}

/**
 * SessionTranscript of ISO/IEC TS 18013-7:2024 Annex B (OpenID4VP draft 18), to verify what old wallets send; nothing new is made with it.
 * @returns the bare transcript
 * @example sessionTranscriptAnnexB({ clientId, responseUri, nonce, mdocGeneratedNonce })
 */
export function sessionTranscriptAnnexB(parameters: AnnexBParameters): Uint8Array {
  const { clientId, responseUri, nonce, mdocGeneratedNonce } = parameters;
  return onlineTranscript([hashOf([clientId, mdocGeneratedNonce]), hashOf([responseUri, mdocGeneratedNonce]), nonce]);
}

/** The form of the draft of August 2023, in which nothing was hashed yet. */
export function sessionTranscriptAnnexBDraft(parameters: AnnexBParameters): Uint8Array {
  const { clientId, responseUri, nonce, mdocGeneratedNonce } = parameters;
  return onlineTranscript([mdocGeneratedNonce, clientId, responseUri, nonce]);
}
