import type { Check } from '@tegata/x509';
import type { CertificateStatus } from './certificate-status.ts';

/** Whether a status lets its holder in; what it rests on comes before it, each check under `status.…`. */
export function statusChecks(status: CertificateStatus, acceptUndetermined: boolean): Check[] {
  const below = status.checks.map((check): Check => {
    const id = `status.${check.id}`;
    // One verdict on the status follows: what made it undetermined is said here and counts there.
    return { ...check, id, result: check.result === 'failed' ? 'warning' : check.result };
  });
  return [...below, verdict(status, acceptUndetermined)];
}

/** The check for a status that was not asked, because the certificate had failed before. */
export const statusNotAsked: Check = { id: 'certificate-status', result: 'not_performed', clause: 'RFC 6960 §2.2' };

function verdict({ status, code }: CertificateStatus, acceptUndetermined: boolean): Check {
  const at = { id: 'certificate-status', clause: 'RFC 6960 §2.2' };
  switch (status) {
    case 'good':
      return { ...at, result: 'passed' };
    case 'revoked':
      return { ...at, result: 'failed', code: 'certificate-revoked', detail: 'The certificate has been revoked.' };
    case 'unknown':
      return { ...at, result: 'failed', code: 'certificate-unknown', detail: 'The CA does not know the certificate.' };
    case 'undetermined':
      return {
        ...at,
        result: acceptUndetermined ? 'warning' : 'failed',
        code: 'certificate-undetermined',
        detail: `Whether the certificate is revoked cannot be told now (${code}); ask again later.`,
      };
  }
}
