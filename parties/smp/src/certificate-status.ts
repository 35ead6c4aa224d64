import { createHash } from 'node:crypto';
import { buildOcspRequest, type Certificate, verifyOcspResponse } from '@tegata/x509';
import { call } from './calls.ts';
import { SmpError } from './error.ts';
import type { Evidence } from './events.ts';
import type { Smp } from './smp.ts';

/** What the certificate authority says about a certificate, with the evidence for it. */
export interface CertificateStatus {
  /** `undetermined`: no answer that proves anything. */
  readonly status: 'good' | 'revoked' | 'unknown' | 'undetermined';
  readonly evidence: readonly Evidence[];
}

/**
 * Asks JPKI for the status of a signature certificate (RFC 6960) with a fresh nonce, which must come back. An answer that cannot be
 * had or cannot be trusted is `undetermined`, never `good`.
 */
export async function certificateStatus(
  smp: Smp,
  certificate: Certificate,
  issuer: Certificate,
  step?: 4 | 5,
): Promise<CertificateStatus> {
  const subject = createHash('sha256').update(certificate.raw).digest('hex');
  const nonce = smp.random.bytes(32);
  let response: Uint8Array;
  try {
    const body = buildOcspRequest({ certificate, issuer, nonce });
    const answer = await call(smp.jpki, 'ocsp-unavailable', () =>
      smp.jpki.peer.request('POST', '/ocsp', { body, contentType: 'application/ocsp-request', step }),
    );
    if (answer.status !== 200) throw new SmpError('ocsp-unavailable', 'No OCSP answer.', { status: answer.status });
    response = answer.body;
  } catch (error) {
    if (!(error instanceof SmpError) || error.code !== 'ocsp-unavailable') throw error;
    const at = smp.clock.now();
    const code = String(error.context['cause'] ?? error.context['status'] ?? 'held-back');
    const evidence: Evidence = {
      check: 'certificate-status',
      result: 'not_performed',
      code,
      asked: 'jpki',
      subject,
      at,
    };
    return { status: 'undetermined', evidence: [evidence] };
  }
  const at = smp.clock.now();
  const { status, code } = verifyOcspResponse({ response, nonce, certificate, issuer, at });
  const result = status === 'good' ? 'passed' : status === 'undetermined' ? 'not_performed' : 'failed';
  return {
    status,
    evidence: [
      { check: 'certificate-status', result, code: code ?? status, asked: 'jpki', subject, at, answer: response },
    ],
  };
}
