/** What the SMP answers or refuses with. Codes of refusals stand in `refusals.ts`. */
export type SmpErrorCode =
  | 'session-unknown'
  | 'session-expired'
  | 'challenge-used'
  | 'challenge-mismatch'
  | 'application-malformed'
  | 'application-unknown'
  | 'delivery-unknown'
  | 'phone-unknown'
  | 'phone-change-forbidden'
  | 'not-this-phones-card'
  | 'receipt-mismatch'
  | 'bad-request'
  | 'dpop-invalid'
  | 'transition-forbidden'
  | 'lease-lost'
  | 'config-invalid'
  | RefusalCode
  | WaitingCode;

/** Why an application is refused, at intake or in step 4. */
export type RefusalCode =
  | 'cms-invalid'
  | 'application-altered'
  | 'application-stale'
  | 'certificate-untrusted'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-revoked'
  | 'certificate-status-unknown'
  | 'card-data-invalid'
  | 'card-unknown-issuer'
  | 'card-expired'
  | 'attributes-disagree'
  | 'my-number-invalid'
  | 'presence-invalid'
  | 'key-attestation-invalid'
  | 'device-key-mismatch'
  | 'challenge-mismatch'
  | 'refused-by-issuer'
  | 'certificate-request-invalid'
  | CertificateRefusalCode;

/** Why JPKI gives a phone no certificates. */
export type CertificateRefusalCode = 'csr-invalid' | 'key-in-use' | 'card-certificate-unusable' | 'phone-replaced';

/** Why an application waits. It goes on by itself. */
export type WaitingCode = 'ocsp-unavailable' | 'iaca-unavailable' | 'jpki-unavailable' | 'wallet-provider-unavailable';

/** The error of this package. `context` names ids, members and limits, never what a card says. */
export class SmpError extends Error {
  override readonly name = 'SmpError';
  readonly code: SmpErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: SmpErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
