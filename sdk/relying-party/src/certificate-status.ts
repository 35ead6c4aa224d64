import type { Certificate, Check } from '@tegata/x509';

/** A certificate whose path was validated, and the CA at its end. */
export interface StatusQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly at: Date;
  /** The nonce to ask with, where an answer is to be bound to something (default random). */
  readonly nonce?: Uint8Array;
}

/** What is known of a certificate's revocation. `undetermined` means that nobody gave a usable answer: it is never good. */
export interface CertificateStatus {
  readonly status: 'good' | 'revoked' | 'unknown' | 'undetermined';
  /** The status, or why it is undetermined. */
  readonly code: string;
  readonly checks: readonly Check[];
  readonly revokedAt?: Date;
  /** By its name in RFC 5280 §5.3.1. */
  readonly reason?: string;
  /** The signed answer as received, and the nonce that it echoes. */
  readonly answer?: { readonly response: Uint8Array; readonly nonce?: Uint8Array };
}

/** Who is asked for the status of certificates. `ocspStatus` makes one; a CRL or a contracted service can stand behind it too. */
export type StatusSource = (question: StatusQuestion) => Promise<CertificateStatus>;

/** A status that nobody could tell. */
export function undetermined(code: string, detail: string, clause = 'RFC 6960 §2.3'): CertificateStatus {
  return {
    status: 'undetermined',
    code,
    checks: [{ id: 'response', result: 'failed', code, detail, clause }],
  };
}
