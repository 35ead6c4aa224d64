import {
  type IssuerSigned,
  type MdocCheck,
  parseIssuerSigned,
  verifyDeviceResponse,
  verifyIssuerSigned,
} from '@tegata/mdoc';
import { jsonElements } from './json-value.ts';
import { readPublicKey } from './keys.ts';
import { parsed } from './parsed.ts';
import { type CheckResult, checkResult, inOrder, type VerifyResult, withoutDocuments } from './result.ts';
import type { Setting } from './verification.ts';

/**
 * Verifies issuer-signed data outside of a presentation. The checks of a presentation are listed as not performed.
 * @throws {ArgumentError}
 */
export function verifyIssued(setting: Setting, given: string): VerifyResult {
  const { options, files, trust } = setting;
  const deviceKey = options['device-key'];
  const { bytes: issuerSigned } = files.read('issued', given);
  const report = verifyIssuerSigned({
    issuerSigned,
    ...trust,
    ...(deviceKey === undefined ? {} : { deviceKey: readPublicKey(files, 'device-key', deviceKey) }),
    ...(options.doctype === undefined ? {} : { docType: options.doctype }),
  });
  const { value, offset } = parsed(() => parseIssuerSigned(issuerSigned, options.interop ? { tag: 'allow' } : {}));
  const checks = report.checks.map(checkResult);
  const unread = checks.some(({ id, result }) => id === 'cbor-structure' && result === 'failed');
  if (unread) return withoutDocuments(checks, offset);
  const verified = report.result === 'passed' ? value : undefined;
  const document = {
    docType: value?.mso.docType ?? null,
    valid: verified !== undefined,
    checks: inOrder([...checks, ...ofPresentations(checks)]),
    elements: verified ? jsonElements(valuesOf(verified)) : {},
  };
  return { valid: document.valid, documents: [document] };
}

function ofPresentations(made: readonly CheckResult[]): CheckResult[] {
  const ids = new Set(made.map(({ id }) => id));
  const detail = 'Issuer-signed data was given, not a presentation.';
  return everyCheck()
    .filter(({ id }) => !ids.has(id))
    .map(({ id, clause }) => checkResult({ id, clause, result: 'not_performed', code: 'not-presented', detail }));
}

let listed: readonly MdocCheck[] | undefined;

/** Every check with its clause, as the verifier lists them where there is nothing to inspect. */
function everyCheck(): readonly MdocCheck[] {
  const nothing = new Uint8Array(0);
  const trust = { trustAnchors: [], now: new Date(0) };
  listed ??= verifyDeviceResponse({ response: nothing, sessionTranscript: nothing, requested: [], ...trust }).checks;
  return listed;
}

function valuesOf({ nameSpaces }: IssuerSigned) {
  return new Map(
    [...nameSpaces].map(([namespace, items]) => [
      namespace,
      new Map(items.map(({ elementIdentifier, elementValue }) => [elementIdentifier, elementValue])),
    ]),
  );
}
