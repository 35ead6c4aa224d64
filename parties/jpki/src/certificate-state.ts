import type { CertificateRow, CertificateState } from './schema.ts';

/** The state that a row is in; `expired` is not one: it comes by itself. */
export function stateOf(row: Pick<CertificateRow, 'fingerprint' | 'reason'>): CertificateState {
  if (row.fingerprint === null) return 'reserved';
  if (row.reason === null) return 'good';
  return row.reason === 'certificateHold' ? 'held' : 'revoked';
}

/** Whether a card's or a phone's certificate may be used at a time. */
export function isUsable(row: CertificateRow, at: Date): boolean {
  return stateOf(row) === 'good' && (row.not_after as Date) >= at;
}
