import type { Deviation } from '@tegata/cbor';
import type { Check } from '@tegata/x509';

/** The public ids of the checks, in the order in which an inspection makes them (ISO/IEC 18013-5 §9.3). */
export const CHECK_IDS = [
  'cbor-structure',
  'version',
  'status',
  'requested-doctype',
  'issuer-chain',
  'issuer-signature',
  'mso-structure',
  'doctype',
  'digest-algorithm',
  'digest',
  'duplicate-element',
  'validity',
  'issuing-country',
  'device-key',
  'device-auth',
  'key-authorization',
  'status-list',
  'element-type',
  'unrequested',
  'missing-element',
  'reader-auth',
] as const;

/** The id of a check. */
export type CheckId = (typeof CHECK_IDS)[number];

/** One check of an inspection; `document` counts the documents of a response from 0. */
export interface MdocCheck extends Check {
  readonly id: CheckId;
  readonly document?: number;
}

const CLAUSES: Readonly<Record<CheckId, string>> = {
  'cbor-structure': 'ISO/IEC 18013-5 §8.3.2.1.2.2',
  version: 'ISO/IEC 18013-5 §8.3.2.1.2.2',
  status: 'ISO/IEC 18013-5 §8.3.2.1.2.3',
  'requested-doctype': 'ISO/IEC 18013-5 §8.3.2.1.2.1',
  'issuer-chain': 'ISO/IEC 18013-5 §9.3.3',
  'issuer-signature': 'ISO/IEC 18013-5 §9.3.1',
  'mso-structure': 'ISO/IEC 18013-5 §9.1.2.4',
  doctype: 'ISO/IEC 18013-5 §9.3.1',
  'digest-algorithm': 'ISO/IEC 18013-5 §9.1.2.5',
  digest: 'ISO/IEC 18013-5 §9.3.1',
  'duplicate-element': 'ISO/IEC 18013-5 §9.3.1',
  validity: 'ISO/IEC 18013-5 §9.3.1',
  'issuing-country': 'ISO/IEC 18013-5 §9.3.1',
  'device-key': 'ISO/IEC 18013-5 §9.1.3',
  'device-auth': 'ISO/IEC 18013-5 §9.1.3',
  'key-authorization': 'ISO/IEC 18013-5 §9.1.2.4',
  'status-list': 'ISO/IEC 18013-5 2nd ed. §12.3.6',
  'element-type': 'ISO/IEC 18013-5 §7.2',
  unrequested: 'ISO/IEC 18013-5 §8.3.2.1.2.1',
  'missing-element': 'ISO/IEC 18013-5 §8.3.2.1.2.1',
  'reader-auth': 'ISO/IEC 18013-5 §9.1.1',
};

const RANKS: ReadonlyMap<CheckId, number> = new Map(CHECK_IDS.map((id, rank) => [id, rank]));
const rankOf = (id: CheckId) => RANKS.get(id) as number;

/** Checks as bits, by their ranks. */
export type CheckSet = number;

/** A set of checks, to be asked for again and again. */
export function checkSet(ids: readonly CheckId[]): CheckSet {
  return ids.reduce((set, id) => set | (1 << rankOf(id)), 0);
}

function checkOf(
  id: CheckId,
  result: MdocCheck['result'],
  code: string | undefined,
  detail: string | undefined,
  document: number | undefined,
): MdocCheck {
  return {
    id,
    result,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    clause: CLAUSES[id],
    ...(document === undefined ? {} : { document }),
  };
}

/** A check that passed says nothing but its name: it is made once and shared by all reports. */
const passedChecks = (document?: number): readonly MdocCheck[] =>
  CHECK_IDS.map((id) => Object.freeze(checkOf(id, 'passed', undefined, undefined, document)));
const PASSED = passedChecks();
const PASSED_FIRST_DOCUMENT = passedChecks(0);

/** So are those of the first document that were not performed for the usual reasons, by rank. */
const SKIPPED_FIRST_DOCUMENT: (MdocCheck | undefined)[] = CHECK_IDS.map(() => undefined);

/**
 * Collects checks. The verdict is "failed" until every check that must be made has been made and has passed: a check that
 * nobody reached counts against the document, never for it.
 */
export class CheckList {
  /** Those that passed are counted as bits, and made into checks at the end. */
  private good: CheckSet = 0;
  private readonly made: MdocCheck[] = [];
  private readonly ranks: number[] = [];
  private listed: CheckSet = 0;
  private warned: CheckSet = 0;
  private failed = false;
  private readonly document: number | undefined;
  private readonly passed: readonly MdocCheck[] | undefined;

  constructor(document?: number) {
    this.document = document;
    if (document === undefined) this.passed = PASSED;
    else if (document === 0) this.passed = PASSED_FIRST_DOCUMENT;
  }

  private add(rank: number, check: MdocCheck): void {
    this.made.push(check);
    this.ranks.push(rank);
    const bit = 1 << rank;
    this.listed |= bit;
    if (check.result === 'failed') this.failed = true;
    else if (check.result === 'warning') this.warned |= bit;
  }

  pass(id: CheckId): void {
    this.good |= 1 << rankOf(id);
  }

  fail(id: CheckId, code: string, detail?: string): void {
    this.add(rankOf(id), checkOf(id, 'failed', code, detail, this.document));
  }

  warn(id: CheckId, code: string, detail?: string): void {
    this.add(rankOf(id), checkOf(id, 'warning', code, detail, this.document));
  }

  /** Not built, or no input for it. */
  skip(id: CheckId, code: string, detail?: string): void {
    const rank = rankOf(id);
    const known = SKIPPED_FIRST_DOCUMENT[rank];
    if (this.document === 0 && known?.code === code && known.detail === detail) {
      this.add(rank, known);
      return;
    }
    const check = checkOf(id, 'not_performed', code, detail, this.document);
    if (this.document === 0) SKIPPED_FIRST_DOCUMENT[rank] = Object.freeze(check);
    this.add(rank, check);
  }

  /** Passes when nothing is wrong, else fails with the code of the first thing that is. */
  judge(id: CheckId, wrong: readonly { code: string; detail?: string }[]): void {
    const [first] = wrong;
    if (!first) this.pass(id);
    else this.fail(id, first.code, wrong.flatMap(({ detail }) => detail ?? []).join(' ') || undefined);
  }

  /** All checks in the order of the inspection; those of `ids` that were not reached are listed as not performed. */
  finish(ids: CheckSet): MdocCheck[] {
    const { made, ranks, good } = this;
    const absent = ids & ~(this.listed | good);
    const all: MdocCheck[] = [];
    for (let rank = 0; rank < CHECK_IDS.length; rank++) {
      const bit = 1 << rank;
      const id = CHECK_IDS[rank] as CheckId;
      if (good & bit) all.push(this.passed?.[rank] ?? checkOf(id, 'passed', undefined, undefined, this.document));
      if (this.listed & bit) {
        for (let at = 0; at < made.length; at++) if (ranks[at] === rank) all.push(made[at] as MdocCheck);
      } else if (absent & bit) {
        const detail = 'An earlier check failed on which this one rests.';
        all.push(checkOf(id, 'not_performed', 'not-reached', detail, this.document));
      }
    }
    return all;
  }

  /** Whether nothing failed and each of `required` was made. */
  holds(required: CheckSet): boolean {
    return !this.failed && (required & ~(this.good | this.warned)) === 0;
  }
}

/** Passes what was well read, with a warning where a form was met that should not have been written: it was hashed as it came. */
export function inspectEncoding(list: CheckList, id: CheckId, deviation: Deviation | undefined): void {
  if (!deviation) list.pass(id);
  else list.warn(id, deviation.rule, `From offset ${deviation.offset} on the encoding is not in its shortest form.`);
}

/** The code of the first failure, or of the first required check that was not made. */
export function failureCode(checks: readonly MdocCheck[]): string {
  const first = checks.find(({ result }) => result === 'failed');
  return first?.code ?? first?.id ?? 'check-not-performed';
}

/** A name from a message, fit for a report: what does not look like an identifier is not repeated. */
export function printable(name: string): string {
  return /^[A-Za-z0-9_.:-]{1,80}$/.test(name) ? name : '(unprintable name)';
}
