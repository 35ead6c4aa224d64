import { parseDeviceRequest, verifyDeviceResponse, verifyIssuerSigned, verifyReaderAuth } from '@tegata/mdoc';
import { createCrlChecker, revocationFrom } from '@tegata/x509';
import type { Finding } from '../corpus/case.ts';
import type { LoadedCase } from './corpus-cases.ts';
import { judgeStatus } from './corpus-status.ts';

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
  const { revocation, ...options } = entry.options ?? {};
  const crls = entry.crls
    ? {
        issuerRevocation: revocationFrom(
          createCrlChecker({
            crls: one.crls,
            issuers: one.anchors.map(({ certificate }) => certificate),
            profile: 'mdoc',
          }),
          one.at,
        ),
      }
    : {};
  const policy = { ...(revocation === 'hard' ? { revocationPolicy: 'hard' as const } : {}), ...crls };
  if (entry.kind === 'device-request') {
    const { failed, warnings, passed } = judgeRequest(one, { ...options, ...policy });
    return { valid: passed, failed, warnings, leaks: false };
  }
  const trust = { trustAnchors: one.anchors, now: one.at, ...options, ...policy };
  if (entry.kind === 'issuer-signed') {
    const report = verifyIssuerSigned({ ...trust, issuerSigned: one.bytes, docType: entry.docType });
    return withStatus(one, report, false);
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
  return withStatus(one, report, leaks);
}

/** The verdict with that of the status tokens, which are asked only when all the rest has passed. */
function withStatus(one: LoadedCase, report: { result: string; checks: Checks }, leaks: boolean): Verdict {
  const valid = report.result === 'passed';
  const { finding, refuses } =
    valid && one.entry.statusTokens ? judgeStatus(one) : { finding: undefined, refuses: false };
  const found = finding ? [finding] : [];
  return {
    valid: valid && !refuses,
    failed: [...withResult(report.checks, 'failed'), ...(refuses ? found : [])],
    warnings: [...withResult(report.checks, 'warning'), ...(refuses ? [] : found)],
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
