import type { Certificate } from '../certificate.ts';
import type { Check } from '../report.ts';

/**
 * Why a certificate fails a profile: the whole public list. `der` also stands for what is no certificate at all, `signature`
 * also for a signature algorithm that is not accepted or not the one inside.
 */
export type RuleCode =
  | 'der'
  | 'self-signed'
  | 'issuer-name'
  | 'signature'
  | 'no-path-to-anchor'
  | 'issuer-not-a-ca'
  | 'validity'
  | 'lifetime'
  | 'outlives-root'
  | 'keytype'
  | 'curve'
  | 'no-country'
  | 'country-case'
  | 'country-mismatch'
  | 'st-mismatch'
  | 'no-cn'
  | 'ski'
  | 'aki-missing'
  | 'aki-mismatch'
  | 'ku-missing'
  | 'ku-noncrit'
  | 'ku-bits'
  | 'bc-missing'
  | 'bc-noncrit'
  | 'bc-notca'
  | 'bc-ca'
  | 'pathlen'
  | 'eku'
  | 'eku-missing'
  | 'eku-noncrit'
  | 'ian-missing'
  | 'ian-type'
  | 'cdp-missing'
  | 'cdp-critical'
  | 'cdp-reasons'
  | 'cdp-crlissuer'
  | 'policy'
  | 'forbidden'
  | 'unknown-critical';

/** What a rule may look at. */
export interface RuleContext {
  readonly certificate: Certificate;
  /** The certificate above, once found; a root is its own. */
  readonly issuer?: Certificate;
  readonly at: Date;
  readonly policies: readonly string[];
  /** `interop`: deviations that real foreign roots show are warnings. */
  readonly mode: 'strict' | 'interop';
}

/** What is wrong. A `tolerable` fault is a warning where the mode is `interop`. */
export interface Fault {
  readonly code: RuleCode;
  readonly detail: string;
  readonly tolerable?: boolean;
}

/** One row of a profile. It never throws. */
export interface Rule {
  readonly id: string;
  readonly clause?: string;
  /** Looks at the issuer, so that it cannot be asked before one is found. */
  readonly needsIssuer?: boolean;
  faults(context: RuleContext): readonly Fault[];
}

/** Nothing is wrong. */
export const none: readonly Fault[] = [];

/** The fault, unless the condition holds. */
export function unless(holds: boolean, code: RuleCode, detail: string, tolerable = false): readonly Fault[] {
  return holds ? none : [{ code, detail, tolerable }];
}

/** Asks a rule: one passed check, or one check per fault. */
export function ask(rule: Rule, context: RuleContext, prefix = ''): Check[] {
  const id = prefix + rule.id;
  const { clause } = rule;
  if (rule.needsIssuer && !context.issuer) return [{ id, result: 'not_performed', clause }];
  const faults = rule.faults(context);
  if (faults.length === 0) return [{ id, result: 'passed', clause }];
  return faults.map(({ code, detail, tolerable }): Check => {
    const result = tolerable && context.mode === 'interop' ? 'warning' : 'failed';
    return { id, result, code, detail, clause };
  });
}
