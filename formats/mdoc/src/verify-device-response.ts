import type { Deviation } from '@tegata/cbor';
import type { Report } from '@tegata/x509';
import type { ItemsRequest } from './device-request.ts';
import { type DeviceResponse, parseDeviceResponse, type ResponseDocument } from './device-response.ts';
import { MdocError } from './error.ts';
import {
  CHECK_IDS,
  type CheckId,
  CheckList,
  checkSet,
  failureCode,
  inspectEncoding,
  type MdocCheck,
  printable,
} from './inspection/check-list.ts';
import { inspectDevice, type OwnSession } from './inspection/device.ts';
import { inspectAnswer, inspectTypes, joined } from './inspection/elements.ts';
import { inspectIssuer, inspectSignature } from './inspection/issuer.ts';
import type { IssuerTrust } from './inspection/issuer-trust.ts';
import { withCrlChecker } from './inspection/revocation.ts';
import { inspectStatus } from './inspection/status.ts';
import { type VerifiedDocument, type VerifiedParts, verified } from './verified-document.ts';

export { keptShapes } from './kept-shapes.ts';

/** A response and everything that the reader itself knows about the exchange. */
export interface VerifyDeviceResponseOptions extends IssuerTrust, OwnSession {
  /** The encoded DeviceResponse. */
  readonly response: Uint8Array;
  /** What was asked for. */
  readonly requested: ItemsRequest | readonly ItemsRequest[];
}

/** A document that is worth nothing; it has no values. */
export interface RefusedDocument {
  readonly result: 'failed';
  /** The code of the first failed check. */
  readonly code: string;
  readonly checks: readonly MdocCheck[];
}

/** Beyond so many documents that nobody asked for no signature is looked at any more: they are refused anyway. */
const MAX_UNREQUESTED = 8;

/** What an inspection came to. */
export interface DeviceResponseReport extends Report {
  /** All checks: those of the response, then those of each document. */
  readonly checks: readonly MdocCheck[];
  /** In the order of the response. */
  readonly documents: readonly (VerifiedDocument | RefusedDocument)[];
}

const OF_RESPONSE: readonly CheckId[] = ['cbor-structure', 'version', 'status', 'requested-doctype'];
const RESPONSE_CHECKS = checkSet(OF_RESPONSE);
const DOCUMENT_CHECKS = checkSet(CHECK_IDS.filter((id) => id !== 'cbor-structure' && id !== 'status'));
const ONLY_DOCUMENT_CHECKS = checkSet(CHECK_IDS.filter((id) => !OF_RESPONSE.includes(id)));
/** Must have been made and passed for a document to count. */
const REQUIRED = checkSet(
  CHECK_IDS.filter(
    (id) => !['cbor-structure', 'status', 'issuing-country', 'status-list', 'element-type', 'reader-auth'].includes(id),
  ),
);

/**
 * Inspects a DeviceResponse (ISO/IEC 18013-5 §9.3): every document, every check by name, nothing shown that did not pass.
 * The result starts as failed. What has no input is listed as `not_performed`; `reader-auth` always is, since readers sign requests
 * (`verifyReaderAuth`). CRLs and status tokens are those that the caller gives; {@link verifyDeviceResponseOnline} fetches what is missing.
 * @throws {X509Error} when a trust anchor cannot be read: that list is the caller's own. The response itself never makes it throw.
 * @example
 * const report = verifyDeviceResponse({ response, sessionTranscript, trustAnchors, now: clock.now(), requested });
 * const [document] = report.documents;
 * if (report.result === 'passed' && document?.result === 'passed') document.value(NS_ISO, 'age_over_20');
 */
export function verifyDeviceResponse(options: VerifyDeviceResponseOptions): DeviceResponseReport {
  const requests = Array.isArray(options.requested)
    ? (options.requested as readonly ItemsRequest[])
    : [options.requested as ItemsRequest];
  const list = new CheckList();
  const response = readResponse(list, options.response);
  if (response) inspectResponse(list, response, requests);
  const own = list.finish(RESPONSE_CHECKS);
  const sound = list.holds(RESPONSE_CHECKS);

  const trust = withCrlChecker(options);
  const left = [...requests];
  let unrequested = 0;
  const checks = [...own];
  const documents: (VerifiedDocument | RefusedDocument)[] = [];
  for (const [index, document] of (response?.documents ?? []).entries()) {
    // One document answers one request: a second of the same type needs a second request.
    const at = left.findIndex(({ docType }) => docType === document.docType);
    const [request] = at < 0 ? [] : left.splice(at, 1);
    const inspected =
      !request && ++unrequested > MAX_UNREQUESTED
        ? unrequestedDocument(index)
        : inspectDocument({ document, index, request, sound }, trust);
    checks.push(...inspected.checks);
    if (sound && inspected.parts) documents.push(verified(inspected.parts));
    else {
      const code = sound ? failureCode(inspected.checks) : failureCode(own);
      documents.push({ result: 'failed', code, checks: inspected.checks });
    }
  }
  // With nothing to inspect the checks of a document are still listed, so that a reader of the report misses none.
  if (documents.length === 0) checks.push(...new CheckList().finish(ONLY_DOCUMENT_CHECKS));
  const passed = sound && documents.length > 0 && documents.every(({ result }) => result === 'passed');
  if (passed) return { result: 'passed', checks, documents };
  return { result: 'failed', code: failureCode(checks), checks, documents };
}

function readResponse(list: CheckList, bytes: Uint8Array): DeviceResponse | undefined {
  try {
    let deviation: Deviation | undefined;
    const response = parseDeviceResponse(bytes, { onDeviation: (found) => (deviation ??= found) });
    inspectEncoding(list, 'cbor-structure', deviation);
    return response;
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    const rule = String(error.context['rule'] ?? error.code);
    const { path, offset } = error.context;
    const place = `${printable(String(path))}, offset ${offset}`;
    list.fail('cbor-structure', rule, `The response is not strict CBOR of the defined structure (${place}).`);
    return undefined;
  }
}

function inspectResponse(list: CheckList, response: DeviceResponse, requests: readonly ItemsRequest[]): void {
  if (/^1\.\d+$/.test(response.version)) list.pass('version');
  else list.fail('version', 'response-version', 'The response has a version that is not read here.');
  if (response.status === 0) list.pass('status');
  else list.fail('status', `status-${response.status}`, 'The phone reports an error.');
  const { documents } = response;
  const missing = requests.filter((request) => !documents.some(({ docType }) => docType === request.docType));
  if (documents.length === 0) list.fail('requested-doctype', 'no-documents', 'Nothing was presented.');
  else if (missing.length > 0) {
    const names = missing.map(({ docType }) => printable(docType)).join(', ');
    list.warn('requested-doctype', 'document-missing', `Not presented: ${names}.`);
  } else list.pass('requested-doctype');
}

const NO_ELEMENTS: ReadonlyMap<string, ReadonlyMap<string, never>> = new Map();

interface InspectedDocument {
  readonly checks: readonly MdocCheck[];
  /** Present only if every required check passed. */
  readonly parts?: VerifiedParts;
}

interface DocumentAtHand {
  readonly document: ResponseDocument;
  readonly index: number;
  /** What it answers. */
  readonly request: ItemsRequest | undefined;
  /** Whether the response itself is in order. */
  readonly sound: boolean;
}

function inspectDocument(
  { document, index, request, sound }: DocumentAtHand,
  options: VerifyDeviceResponseOptions,
): InspectedDocument {
  const { docType } = document;
  const list = new CheckList(index);
  if (request) list.pass('requested-doctype');
  else refuseUnrequested(list);

  const issuer = inspectIssuer(list, document, options);
  const { mso, certificate, validity } = issuer;
  const { nameSpaces } = document;
  const deviceElements = document.deviceSigned?.nameSpaces ?? NO_ELEMENTS;
  inspectTypes(list, docType, nameSpaces);
  if (request) inspectAnswer(list, request, joined(nameSpaces, deviceElements));
  list.skip('reader-auth', 'of-requests', 'A reader signs its request, not the answer to it.');
  inspectSignature(list, issuer);
  if (mso) {
    inspectDevice(list, document, mso, options);
    if (mso.docType === docType) list.pass('doctype');
    else list.fail('doctype', 'doctype-mismatch', 'The document is shown as another type than its issuer signed.');
    if (mso.status === undefined) list.skip('status-list', 'no-status', 'The document refers to no status list.');
    // Whoever serves the list learns of the question: it is asked for a document that is good but for that.
    else if (sound && certificate && list.holds(REQUIRED)) {
      inspectStatus(list, { docType, status: mso.status, certificate }, options);
    }
  }

  const checks = list.finish(DOCUMENT_CHECKS);
  if (!list.holds(REQUIRED) || !validity || !certificate) return { checks };
  const parts = { docType, checks, validity, issuerCertificate: certificate.raw, shown: nameSpaces, deviceElements };
  return { checks, parts: mso?.status === undefined ? parts : { ...parts, status: mso.status } };
}

function refuseUnrequested(list: CheckList): void {
  const detail = 'A document of this type was not asked for, or not this often.';
  list.fail('requested-doctype', 'doctype-unrequested', detail);
}

function unrequestedDocument(index: number): InspectedDocument {
  const list = new CheckList(index);
  refuseUnrequested(list);
  return { checks: list.finish(DOCUMENT_CHECKS) };
}
