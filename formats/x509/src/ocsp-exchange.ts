import { asCertificate, type Certificate } from './certificate.ts';
import { X509Error } from './error.ts';
import { isSignedBy } from './find-path.ts';
import { sameBytes, sameName } from './name.ts';
import { issuerHashes, type OcspRequest, readOcspRequest } from './ocsp-request.ts';
import { type OcspResponseStatus, readOcspResponse } from './ocsp-response.ts';
import type { Check } from './report.ts';
import { type OcspResult, verifyOcspResponse } from './verify-ocsp.ts';

/** A request, what came back, and the certificate that both must be about. */
export interface OcspExchange {
  /** DER of the OCSPResponse. */
  readonly response: Uint8Array;
  /** DER of the OCSPRequest. */
  readonly request: Uint8Array;
  readonly certificate: Certificate | Uint8Array;
  readonly issuer: Certificate | Uint8Array;
  readonly at: Date;
  /** Refuses an answer that does not hold the request's nonce; else it may be missing, but never be another. */
  readonly requireNonce?: boolean;
  /** As in {@link verifyOcspResponse}. */
  readonly responderRevocation?: (certificate: Certificate) => 'good' | 'revoked' | 'undetermined';
}

/** As {@link OcspResult}, with `undetermined` told apart: an unsigned refusal of the responder, or a rule that does not hold. */
export interface OcspExchangeResult extends Omit<OcspResult, 'status'> {
  readonly status: 'good' | 'revoked' | 'unknown' | 'error' | 'reject';
}

/**
 * Decides what an OCSP response proves of a certificate, given the request that it answers: the request says in which digest the certificate
 * was named, and which nonce must come back.
 *
 * Codes of `reject`: those of {@link verifyOcspResponse}, `ocsp-request` (it cannot be read, or asks for another certificate) and
 * `ocsp-issuer` (the issuer did not issue the certificate, or is not valid now). The code of `error` is the responder's own word, for example
 * `tryLater`.
 * @throws {X509Error} when `certificate` or `issuer` cannot be read: these are the caller's own
 * @example
 * checkOcspExchange({ request, response, certificate, issuer, at: clock.now(), requireNonce: true }).status; // 'good'
 */
export function checkOcspExchange(exchange: OcspExchange): OcspExchangeResult {
  const certificate = asCertificate(exchange.certificate);
  const issuer = asCertificate(exchange.issuer);
  const refused = (id: string, code: string, detail: string, clause: string): OcspExchangeResult => {
    const check: Check = { id, result: 'failed', code, detail, clause };
    return { status: 'reject', code, checks: [check] };
  };
  const { at } = exchange;
  const issued = sameName(issuer.subject, certificate.issuer) && isSignedBy(certificate, issuer);
  if (!issued || !(issuer.notBefore <= at && at <= issuer.notAfter)) {
    const detail = issued ? 'The issuer’s certificate is not valid now.' : 'The issuer has not issued the certificate.';
    return refused('issuer', 'ocsp-issuer', detail, 'RFC 6960 §4.2.2.2');
  }
  let request: OcspRequest;
  try {
    request = readOcspRequest(exchange.request);
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return refused('request', 'ocsp-request', error.message, 'RFC 6960 §4.1');
  }
  const asked = request.certIds.find(({ hash, issuerNameHash, issuerKeyHash, serial }) => {
    if (!hash || !sameBytes(serial, certificate.serial)) return false;
    const { name, key } = issuerHashes(issuer, hash);
    return sameBytes(issuerNameHash, name) && sameBytes(issuerKeyHash, key);
  });
  if (!asked?.hash) {
    return refused('request', 'ocsp-request', 'The request does not ask for this certificate.', 'RFC 6960 §4.1.1');
  }
  if (exchange.requireNonce && !request.nonce) {
    return refused('nonce', 'ocsp-nonce', 'A nonce is required, and the request has none.', 'RFC 9654');
  }
  const result = verifyOcspResponse({
    response: exchange.response,
    certificate,
    issuer,
    at,
    hash: asked.hash,
    missingNonce: exchange.requireNonce ? 'refuse' : 'accept',
    ...(request.nonce ? { nonce: request.nonce } : {}),
    ...(exchange.responderRevocation ? { responderRevocation: exchange.responderRevocation } : {}),
  });
  if (result.status !== 'undetermined') return { ...result, status: result.status };
  if (result.code !== 'ocsp-unsuccessful') return { ...result, status: 'reject' };
  return { ...result, status: 'error', code: statusOf(exchange.response) };
}

/** The responder's own word; the response has been read before. */
function statusOf(response: Uint8Array): OcspResponseStatus {
  return readOcspResponse(response).status;
}
