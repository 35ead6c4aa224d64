import { CHECK_IDS, type CheckId, type MdocCheck } from '@tegata/mdoc';
import type { JsonValue } from './json-value.ts';

/** One check as it is printed: `code` and `detail` where there is something to say. */
export interface CheckResult {
  readonly id: CheckId;
  readonly clause?: string;
  readonly result: MdocCheck['result'];
  readonly code?: string;
  readonly detail?: string;
}

/** One document. `elements` is empty unless all its checks passed. */
export interface DocumentResult {
  /** As the document says; null when it is issuer-signed data whose MSO cannot be read. */
  readonly docType: string | null;
  readonly valid: boolean;
  readonly checks: readonly CheckResult[];
  readonly elements: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
  /** What the phone added under its own signature, as far as the issuer allows it; left out where there is nothing. */
  readonly deviceElements?: DocumentResult['elements'];
}

/** Why there is no document to report on: the id of the check that failed, or what is wrong with the arguments. */
export interface ErrorResult {
  readonly code: string;
  readonly message: string;
  /** Bytes from the start of what could not be read. */
  readonly offset?: number;
}

/** The answer to one verification: what `--json` and each line of a batch print. */
export interface VerifyResult {
  readonly id?: string | number;
  readonly valid: boolean;
  readonly documents: readonly DocumentResult[];
  /** The checks that were made, where there is no document that could carry them. */
  readonly checks?: readonly CheckResult[];
  readonly error?: ErrorResult;
}

const SEVERITY: Readonly<Record<CheckResult['result'], number>> = {
  failed: 0,
  warning: 1,
  passed: 2,
  not_performed: 3,
};
const rank = new Map(CHECK_IDS.map((id, index) => [id, index]));

/**
 * In the order of the inspection; of several checks under one id the gravest first, so that the first found is the one that decides. What
 * would be said twice in the same words is said once.
 */
export function inOrder(checks: readonly CheckResult[]): CheckResult[] {
  const of = ({ id, result }: CheckResult) => (rank.get(id) ?? CHECK_IDS.length) * 4 + SEVERITY[result];
  const distinct = new Map(checks.map((check) => [JSON.stringify(check), check]));
  return [...distinct.values()].sort((a, b) => of(a) - of(b));
}

/** A check of a report, in the order of members in which it is printed. */
export function checkResult({ id, clause, result, code, detail }: MdocCheck): CheckResult {
  return {
    id,
    ...(clause === undefined ? {} : { clause }),
    result,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Nothing could be inspected: the checks say how far it came. */
export function withoutDocuments(checks: readonly CheckResult[], offset?: number): VerifyResult {
  const failed = checks.find(({ result }) => result === 'failed');
  const message = failed?.detail ?? 'No check could be made.';
  return {
    valid: false,
    documents: [],
    checks: inOrder(checks),
    error: {
      code: failed?.id ?? 'cbor-structure',
      message: failed?.code ? `${failed.code}: ${message}` : message,
      ...(offset === undefined ? {} : { offset }),
    },
  };
}
