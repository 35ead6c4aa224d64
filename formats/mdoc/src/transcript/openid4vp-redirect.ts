import { checkThumbprint, hashOf, onlineTranscript } from './online.ts';

/** What the handover of OpenID4VP 1.0 over redirects is made of. */
export interface OpenId4VpRedirectParameters {
  /** With its prefix, as in the signed request. */
  readonly clientId: string;
  readonly nonce: string;
  /** Raw SHA-256 (RFC 7638) of the key **used** for encryption; null when the response is not encrypted. */
  readonly jwkThumbprint: Uint8Array | null;
  /** `response_uri`, or `redirect_uri` where the response mode has none. */
  readonly responseUri: string;
}

/**
 * SessionTranscript of OpenID4VP 1.0 over redirects (Appendix B.2.6.1).
 * @returns the bare transcript
 * @throws {MdocError} `transcript` when the thumbprint is not 32 bytes
 * @example sessionTranscriptOpenId4VpRedirect({ clientId: 'x509_hash:…', nonce, jwkThumbprint, responseUri })
 */
export function sessionTranscriptOpenId4VpRedirect(parameters: OpenId4VpRedirectParameters): Uint8Array {
  const { clientId, nonce, jwkThumbprint, responseUri } = parameters;
  checkThumbprint(jwkThumbprint);
  return onlineTranscript(['OpenID4VPHandover', hashOf([clientId, nonce, jwkThumbprint, responseUri])]);
}
