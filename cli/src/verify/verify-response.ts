import {
  diagnoseTranscript,
  type MdocCheck,
  parseDeviceResponse,
  type TranscriptFacts,
  verifyDeviceResponse,
} from '@tegata/mdoc';
import { readFacts } from './facts.ts';
import { jsonElements } from './json-value.ts';
import { parsed } from './parsed.ts';
import { type Expectation, expectationOf } from './requested.ts';
import {
  type CheckResult,
  checkResult,
  type DocumentResult,
  inOrder,
  type VerifyResult,
  withoutDocuments,
} from './result.ts';
import { type OwnTranscript, ownTranscript } from './transcript.ts';
import type { Setting } from './verification.ts';

/**
 * Verifies a DeviceResponse against the reader's own transcript.
 * @throws {ArgumentError}
 */
export function verifyResponse(setting: Setting, given: string): VerifyResult {
  const { options, files, readerKey, trust } = setting;
  const facts = readFacts(options, files, readerKey);
  const transcript = ownTranscript(options, files, facts);
  const { bytes: response } = files.read('response', given);
  const { value, offset } = parsed(() => parseDeviceResponse(response));
  const expectation = expectationOf(setting.wanted, value);
  const report = verifyDeviceResponse({
    response,
    sessionTranscript: transcript.bytes,
    ...(readerKey ? { eReaderKey: readerKey } : {}),
    requested: expectation.requests,
    ...trust,
  });
  const result = (check: MdocCheck) => checkResult(expected(check, expectation));
  const own = report.checks.filter(({ document }) => document === undefined).map(result);
  if (!value || report.documents.length === 0) return withoutDocuments(own, offset);
  const documents = report.documents.map((document, index): DocumentResult => {
    const made = report.checks.filter((check) => check.document === index).map(result);
    const { docType } = value.documents[index] as (typeof value.documents)[number];
    const verified = document.result === 'passed' ? document : undefined;
    const checks = withDiagnosis(made, index, response, facts, transcript, setting);
    return {
      docType,
      valid: verified !== undefined,
      checks: inOrder([...own, ...checks]),
      elements: verified ? jsonElements(verified.elements) : {},
      ...(verified && verified.deviceElements.size > 0
        ? { deviceElements: jsonElements(verified.deviceElements) }
        : {}),
    };
  });
  return { valid: report.result === 'passed', documents };
}

/** What no one asked for cannot have been met. */
function expected(check: MdocCheck, { ofType, ofElements }: Expectation): MdocCheck {
  const open =
    (check.id === 'requested-doctype' && !ofType) ||
    ((check.id === 'unrequested' || check.id === 'missing-element') && !ofElements);
  if (!open || check.result !== 'passed') return check;
  const detail = 'Nothing was said about what was asked for.';
  return { ...check, result: 'not_performed', code: 'no-expectation', detail };
}

/** Codes of `device-auth` that may come from another transcript. */
const OF_TRANSCRIPT = new Set(['signature-invalid', 'mac-invalid']);

/** Where device authentication fails, the transcript doctor may know what the phone did differently. It changes no result. */
function withDiagnosis(
  checks: readonly CheckResult[],
  document: number,
  response: Uint8Array,
  facts: TranscriptFacts,
  { variant }: OwnTranscript,
  { readerKey }: Setting,
): readonly CheckResult[] {
  if (Object.keys(facts).length === 0) return checks;
  return checks.map((check) => {
    if (check.id !== 'device-auth' || check.result !== 'failed' || !OF_TRANSCRIPT.has(check.code ?? '')) return check;
    const diagnosis = diagnoseTranscript({
      response,
      facts,
      document,
      ...(variant ? { expected: variant } : {}),
      ...(readerKey ? { eReaderKey: readerKey } : {}),
    });
    if (diagnosis.result !== 'explained') return check;
    return { ...check, detail: `${check.detail ?? ''} Did you mean: ${diagnosis.summary}`.trim() };
  });
}
