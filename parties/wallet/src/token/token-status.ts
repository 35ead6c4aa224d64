import type { Clock } from '@tegata/clock';
import { HttpError, type Peer } from '@tegata/http';
import type { Random } from '@tegata/random';
import { buildOcspRequest, parseCertificate, verifyOcspResponse } from '@tegata/x509';

/** How a certificate stands. `undetermined`: nobody could tell, which is not "good". */
export interface CertificateStanding {
  readonly state: 'good' | 'suspended' | 'revoked' | 'expired' | 'undetermined';
  /** By its name in RFC 5280 §5.3.1. */
  readonly reason?: string;
  /** ISO 8601: since when it is suspended or revoked. */
  readonly since?: string;
}

/** Asks how a certificate stands. */
export type AskStanding = (certificate: Uint8Array, ca: Uint8Array) => Promise<CertificateStanding>;

/**
 * Asks JPKI by OCSP, with a nonce. Without JPKI everything that has not expired is undetermined.
 * @param options.jpki the responder of the phone's configuration; the address in the certificate is not called
 */
export function askStanding(options: { readonly jpki: Peer | undefined; clock: Clock; random: Random }): AskStanding {
  const { jpki, clock, random } = options;
  return async (der, ca) => {
    const certificate = parseCertificate(der);
    const issuer = parseCertificate(ca);
    const at = clock.now();
    if (at > certificate.notAfter) return { state: 'expired' };
    if (!jpki) return { state: 'undetermined' };
    const nonce = random.bytes(32);
    const body = buildOcspRequest({ certificate, issuer, nonce });
    try {
      const answer = await jpki.request('POST', '/ocsp', { body, contentType: 'application/ocsp-request' });
      if (answer.status !== 200) return { state: 'undetermined' };
      const result = verifyOcspResponse({ response: answer.body, nonce, certificate, issuer, at: clock.now() });
      if (result.status === 'good') return { state: 'good' };
      if (result.status !== 'revoked') return { state: 'undetermined' };
      const { reason, revokedAt } = result;
      return {
        state: reason === 'certificateHold' ? 'suspended' : 'revoked',
        ...(reason ? { reason } : {}),
        ...(revokedAt ? { since: revokedAt.toISOString() } : {}),
      };
    } catch (error) {
      if (error instanceof HttpError) return { state: 'undetermined' };
      throw error;
    }
  };
}
