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
  /** Kinds of key that the caller takes, in place of those of the profile. */
  readonly keys?: readonly string[];
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
  /** Looks at the time in question, so that its answer does not stay. */
  readonly timed?: boolean;
  faults(context: RuleContext): readonly Fault[];
}

/** Nothing is wrong. */
export const none: readonly Fault[] = [];

/** The fault, unless the condition holds. */
export function unless(holds: boolean, code: RuleCode, detail: string, tolerable = false): readonly Fault[] {
  return holds ? none : [{ code, detail, tolerable }];
}

/** What a map holds, made where it is not there yet. */
function kept<K extends object, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

// Nearly all rules of nearly all certificates hold, and say the same each time.
const passedChecks = new WeakMap<Rule, { [prefix: string]: readonly Check[] }>();

function passed(rule: Rule, prefix: string): readonly Check[] {
  const known = kept(passedChecks, rule, () => ({}) as { [prefix: string]: readonly Check[] });
  known[prefix] ??= [{ id: prefix + rule.id, result: 'passed', clause: rule.clause }];
  return known[prefix];
}

/** Asks a rule: one passed check, or one check per fault. */
export function ask(rule: Rule, context: RuleContext, prefix = ''): readonly Check[] {
  if (rule.needsIssuer && !context.issuer) {
    return [{ id: prefix + rule.id, result: 'not_performed', clause: rule.clause }];
  }
  const faults = rule.faults(context);
  if (faults.length === 0) return passed(rule, prefix);
  return faults.map(({ code, detail, tolerable }): Check => {
    const result = tolerable && context.mode === 'interop' ? 'warning' : 'failed';
    return { id: prefix + rule.id, result, code, detail, clause: rule.clause };
  });
}

type AskedRules = readonly (readonly Check[])[];
const rootChecks = new WeakMap<Certificate, Map<readonly Rule[], { strict?: AskedRules; interop?: AskedRules }>>();

/**
 * Asks the rules of a trusted root, which is its own issuer. What does not depend on the time is asked once for as long as the
 * certificate is held: one root stands above all that it has issued.
 */
export function askRoot(rules: readonly Rule[], context: RuleContext): Check[] {
  const { certificate, mode } = context;
  const ofRoot = kept(rootChecks, certificate, () => new Map());
  const known = kept(ofRoot, rules, () => ({}));
  known[mode] ??= rules.map((rule) => (rule.timed ? [] : ask(rule, context, 'anchor.')));
  const asked = known[mode];
  const checks: Check[] = [];
  rules.forEach((rule, index) => {
    checks.push(...(rule.timed ? ask(rule, context, 'anchor.') : (asked[index] as readonly Check[])));
  });
  return checks;
}
