/** The outcome of one named check. `code` says why it failed; `detail` is public text without personal data. */
export interface Check {
  readonly id: string;
  readonly result: 'passed' | 'failed' | 'warning' | 'not_performed';
  readonly code?: string;
  readonly detail?: string;
  /** Where the rule stands, for example `RFC 5280 §4.2.1.3`. */
  readonly clause?: string;
}

/** Named checks and what follows from them: one failed check fails the whole. */
export interface Report {
  readonly result: 'passed' | 'failed';
  /** The code of the first failed check. */
  readonly code?: string;
  readonly checks: readonly Check[];
}

/** Sums checks up. */
export function report(checks: readonly Check[]): Report {
  const failed = checks.find((check) => check.result === 'failed');
  return failed ? { result: 'failed', code: failed.code ?? failed.id, checks } : { result: 'passed', checks };
}
