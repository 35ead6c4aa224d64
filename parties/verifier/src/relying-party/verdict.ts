import type { Check, Report } from '@tegata/x509';

/** The verdict on a login or a document. `code` has words for the person. */
export interface Verdict {
  readonly verdict: 'accepted' | 'refused';
  readonly code?: string;
  readonly checks: readonly Check[];
}

/** Codes of reports that a person is told as they are. */
const told = new Set([
  'answer-malformed',
  'challenge-unknown',
  'challenge-expired',
  'challenge-session',
  'certificate-revoked',
  'certificate-undetermined',
]);

/** What a person is told by the check that failed: which rule of many it was helps engineers alone. */
export function verdictOn(report: Report, what: 'login' | 'document'): Verdict {
  const { checks } = report;
  const failed = checks.find(({ result }) => result === 'failed');
  if (!failed) return { verdict: 'accepted', checks };
  return { verdict: 'refused', code: codeOf(failed, what), checks };
}

function codeOf({ id, code = '' }: Check, what: 'login' | 'document'): string {
  if (told.has(code)) return code;
  if (code === 'certificate-unknown') return 'certificate-status-unknown';
  if (id === 'certificate.validity') return 'certificate-not-valid-now';
  if (id.startsWith('certificate.')) return `${what}-certificate-invalid`;
  return `${what}-signature-invalid`;
}
