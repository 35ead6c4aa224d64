import { checkOrigin, checkThumbprint, hashOf, onlineTranscript } from './online.ts';

/** What the handover of OpenID4VP 1.0 over the Digital Credentials API is made of. */
export interface OpenId4VpDcApiParameters {
  /** Plain: no `origin:` before it, no slash behind it. */
  readonly origin: string;
  readonly nonce: string;
  /** Raw SHA-256 (RFC 7638) of the key used for encryption; null when the response is not encrypted. */
  readonly jwkThumbprint: Uint8Array | null;
}

/**
 * SessionTranscript of OpenID4VP 1.0 over the Digital Credentials API (Appendix B.2.6.2).
 * @returns the bare transcript
 * @throws {MdocError} `transcript`
 * @example sessionTranscriptOpenId4VpDcApi({ origin: 'https://shop.example', nonce, jwkThumbprint: null })
 */
export function sessionTranscriptOpenId4VpDcApi(parameters: OpenId4VpDcApiParameters): Uint8Array {
  const { origin, nonce, jwkThumbprint } = parameters;
  checkOrigin(origin);
  checkThumbprint(jwkThumbprint);
  return onlineTranscript(['OpenID4VPDCAPIHandover', hashOf([origin, nonce, jwkThumbprint])]);
}

/** The form of draft 24, under the same label: to verify what old wallets send. @throws {MdocError} `transcript` */
export function sessionTranscriptOpenId4VpDraft24(parameters: {
  origin: string;
  clientId: string;
  nonce: string;
}): Uint8Array {
  checkOrigin(parameters.origin);
  return onlineTranscript([
    'OpenID4VPDCAPIHandover',
    hashOf([parameters.origin, parameters.clientId, parameters.nonce]),
  ]);
}
