/**
 * Green or red. Green needs every check and a yes; whatever is left over is red.
 * @module
 */
import { ageAnswer, type DeviceResponseReport, NS_ISO, NS_JP } from '@tegata/mdoc';
import type { Check } from '@tegata/x509';
import type { Question } from './request.ts';
import type { NoAnswer } from './session.ts';

/** The outcome of a check. */
export interface Verdict {
  readonly verdict: 'green' | 'red';
  /** Why it is red: `under-age`, `consent-denied`, the id of the failed check, or the code of a session that gave no answer. */
  readonly code?: string;
  /** The element that answered, and its value; only from a document all of whose checks passed. */
  readonly answer?: { readonly element: string; readonly value: boolean | number | string };
  readonly report: { readonly result: 'passed' | 'failed'; readonly code?: string; readonly checks: readonly Check[] };
}

const passed = (id: string): Check => ({ id, result: 'passed', clause: 'ISO/IEC 18013-5 §9.1.1' });

/** The verdict on a session that gave no answer. */
export function noAnswerVerdict({ failed, code }: NoAnswer): Verdict {
  const check: Check = { id: failed, result: 'failed', code, clause: 'ISO/IEC 18013-5 §9.1.1' };
  const checks = failed === 'session' ? [passed('engagement'), check] : [check];
  return { verdict: 'red', code, report: { result: 'failed', code, checks } };
}

/** The verdict on an answer that was inspected. */
export function verdictOn(question: Question, inspection: DeviceResponseReport): Verdict {
  const checks: readonly Check[] = [passed('engagement'), passed('session'), ...inspection.checks];
  const red = (code: string, reportCode = code): Verdict => ({
    verdict: 'red',
    code,
    report: { result: 'failed', code: reportCode, checks },
  });
  if (inspection.result !== 'passed') {
    const failed = inspection.checks.find(({ result }) => result === 'failed');
    // A phone that answers well and shows nothing: its holder said no.
    if (failed?.code === 'no-documents') return red('consent-denied', 'no-documents');
    return red(failed?.id ?? 'check-not-performed', inspection.code);
  }
  const [document, ...others] = inspection.documents;
  // Two documents could be two people's.
  if (document?.result !== 'passed' || others.length > 0) return red('requested-doctype', 'one-document-expected');
  const report = { result: 'passed', checks } as const;
  if (question.kind === 'my-number') {
    const value = document.value(NS_JP, question.element);
    if (typeof value !== 'string') return red('missing-element');
    return { verdict: 'green', answer: { element: question.element, value }, report };
  }
  const elements = document.elements.get(NS_ISO) ?? new Map();
  const told = ageAnswer(question.years, elements);
  if (!told) return red('missing-element');
  const value = elements.get(told.element) as boolean | number;
  const answer = { element: told.element, value };
  return told.answer ? { verdict: 'green', answer, report } : { verdict: 'red', code: 'under-age', answer, report };
}
