import { describeCertificate, parseCertificate, X509Error } from '@tegata/x509';

/** A certificate of the card, for people and programs. */
export interface CertificateSummary {
  readonly name: 'auth' | 'sign' | 'authCa' | 'signCa';
  readonly state: 'read' | 'absent' | 'needs-pin' | 'unreadable';
  readonly subject?: string;
  readonly issuer?: string;
  readonly serial?: string;
  readonly key?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Whether now is between the two. It says nothing about revocation. */
  readonly inTime?: boolean;
  /** DER in base64. */
  readonly der?: string;
}

/** Sums a certificate up; `undefined` DER means that it was not given. */
export function summarise(
  name: CertificateSummary['name'],
  der: Uint8Array | undefined,
  at: Date,
  missing: 'absent' | 'needs-pin' = 'absent',
): CertificateSummary {
  if (!der) return { name, state: missing };
  try {
    const { notBefore, notAfter } = parseCertificate(der);
    const { subject, issuer, serial, key } = describeCertificate(der);
    return {
      name,
      state: 'read',
      subject,
      issuer,
      serial,
      key,
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
      inTime: notBefore <= at && at <= notAfter,
      der: Buffer.from(der).toString('base64'),
    };
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return { name, state: 'unreadable' };
  }
}

const TITLES: Readonly<Record<CertificateSummary['name'], string>> = {
  auth: 'user authentication',
  sign: 'signature',
  authCa: 'CA of user authentication',
  signCa: 'CA of signature',
};
const STATES = {
  absent: 'not on this card',
  'needs-pin': 'readable with its PIN only',
  unreadable: 'cannot be read',
} as const;

/** One line for a terminal. */
export function certificateLine({ name, state, serial, key, notAfter, inTime }: CertificateSummary): string {
  const title = TITLES[name].padEnd(26);
  if (state !== 'read') return `  ${title} ${STATES[state]}`;
  return `  ${title} ${key}, serial ${serial}, until ${notAfter?.slice(0, 10)}${inTime ? '' : ' (not valid today)'}`;
}
