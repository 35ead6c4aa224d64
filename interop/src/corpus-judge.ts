import { parseDeviceRequest, verifyDeviceResponse, verifyIssuerSigned, verifyReaderAuth } from '@tegata/mdoc';
import type { Finding } from '../corpus/case.ts';
import type { LoadedCase } from './corpus-cases.ts';

/** What our verifier says of a case. */
export interface Verdict {
  readonly valid: boolean;
  readonly failed: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** For each document that came out as refused: whether any value of it can be reached. */
  readonly leaks: boolean;
}

type Checks = readonly { id: string; result: string; code?: string }[];

const withResult = (checks: Checks, wanted: string): Finding[] =>
  checks.filter(({ result }) => result === wanted).map(({ id, code }) => ({ check: id, ...(code ? { code } : {}) }));

/** Puts a case before our verifier. */
export function judge(one: LoadedCase): Verdict {
  const { entry } = one;
  const { revocation, ...more } = entry.options ?? {};
  const options = {
    ...more,
    ...(revocation ? { revocationPolicy: revocation } : {}),
    ...(entry.crls ? { crls: one.crls } : {}),
    ...(entry.statusTokens ? { statusTokens: one.statusTokens } : {}),
  };
  if (entry.kind === 'device-request') {
    const { failed, warnings, passed } = judgeRequest(one, options);
    return { valid: passed, failed, warnings, leaks: false };
  }
  const trust = { trustAnchors: one.anchors, now: one.at, ...options };
  if (entry.kind === 'issuer-signed') {
    const report = verifyIssuerSigned({ ...trust, issuerSigned: one.bytes, docType: entry.docType });
    return verdict(report, false);
  }
  const report = verifyDeviceResponse({
    ...trust,
    response: one.bytes,
    sessionTranscript: one.transcript,
    ...(one.readerKey ? { eReaderKey: one.readerKey } : {}),
    requested: entry.requested,
  });
  const refused = report.documents.filter(({ result }) => result === 'failed');
  const leaks = refused.some(
    (document) => 'elements' in document || 'value' in document || 'deviceElements' in document,
  );
  return verdict(report, leaks);
}

function verdict(report: { result: string; checks: Checks }, leaks: boolean): Verdict {
  return {
    valid: report.result === 'passed',
    failed: withResult(report.checks, 'failed'),
    warnings: withResult(report.checks, 'warning'),
    leaks,
  };
}

function judgeRequest(one: LoadedCase, options: object) {
  const report = verifyReaderAuth({
    request: parseDeviceRequest(one.bytes),
    sessionTranscript: one.transcript,
    readerAnchors: one.anchors.map(({ certificate }) => certificate),
    now: one.at,
    ...options,
  });
  return {
    passed: report.result === 'passed' && report.readers.every((readers) => readers.length > 0),
    failed: withResult(report.checks, 'failed'),
    warnings: withResult(report.checks, 'warning'),
  };
}
