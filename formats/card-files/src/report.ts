/** The public names of the checks, in the order in which they are reported. */
export type CardCheckId =
  | 'text-files'
  | 'surface-files'
  | 'text-cvc'
  | 'surface-cvc'
  | 'text-digest-number'
  | 'text-digest-attributes'
  | 'text-signature'
  | 'card-key-signature'
  | 'presence'
  | 'surface-signature'
  | 'surface-presence'
  | 'surface-agrees-with-text'
  | 'municipality'
  | 'my-number'
  | 'portrait'
  | 'card-expiry';

/** Why a check did not pass. */
export type CardCheckCode =
  | 'file-malformed'
  | 'unknown-issuer'
  | 'issuer-not-established'
  | 'bad-signature'
  | 'digest-mismatch'
  | 'attributes-disagree'
  | 'municipality-disagrees'
  | 'check-digit'
  | 'portrait-unreadable'
  | 'card-expired';

/** One named check. `not_performed` is never as good as `passed`: something before it failed, or no anchor knows the issuer. */
export interface CardCheck {
  readonly id: CardCheckId;
  readonly result: 'passed' | 'failed' | 'warning' | 'not_performed';
  readonly code?: CardCheckCode;
  /** In English; names files, rules and key ids, never what the card says about its holder. */
  readonly detail?: string;
  /** Where the rule stands. */
  readonly clause: string;
}

const CLAUSES: Record<CardCheckId, string> = {
  'text-files': 'card.md §7.1',
  'surface-files': 'card.md §8',
  'text-cvc': 'card.md §9',
  'surface-cvc': 'card.md §9',
  'text-digest-number': 'card.md §7.2 DF31',
  'text-digest-attributes': 'card.md §7.2 DF32',
  'text-signature': 'card.md §7.2 DF33',
  'card-key-signature': 'card.md §7.2 DF52',
  presence: 'card.md §7.3',
  'surface-signature': 'card.md §8 DF28',
  'surface-presence': 'card.md §8 DF24',
  'surface-agrees-with-text': 'card.md §13',
  municipality: 'card.md §8 DF34, §9',
  'my-number': 'card.md §7.4',
  portrait: 'card.md §8 DF27',
  'card-expiry': 'card.md §8 DF29',
};

/** Collects checks; each id once. */
export class CardChecks {
  readonly list: CardCheck[] = [];

  passed(id: CardCheckId, detail?: string): void {
    this.list.push({ id, result: 'passed', ...(detail && { detail }), clause: CLAUSES[id] });
  }

  failed(id: CardCheckId, code: CardCheckCode, detail?: string): void {
    this.list.push({ id, result: 'failed', code, ...(detail && { detail }), clause: CLAUSES[id] });
  }

  notPerformed(id: CardCheckId, code: CardCheckCode, detail?: string): void {
    this.list.push({ id, result: 'not_performed', code, ...(detail && { detail }), clause: CLAUSES[id] });
  }

  /** Passed or failed by a condition. */
  decide(id: CardCheckId, holds: boolean, code: CardCheckCode, detail?: string): void {
    if (holds) this.passed(id);
    else this.failed(id, code, detail);
  }
}

/** The first check that was neither passed nor a mere warning: the reason to refuse. */
export function firstRefusal(checks: readonly CardCheck[]): CardCheck | undefined {
  return checks.find((check) => check.result === 'failed' || check.result === 'not_performed');
}
