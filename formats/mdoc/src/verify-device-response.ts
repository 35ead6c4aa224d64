import type { CborValue } from '@tegata/cbor';
import type { Report } from '@tegata/x509';
import type { ItemsRequest } from './device-request.ts';
import { type DeviceResponse, parseDeviceResponse, type ResponseDocument } from './device-response.ts';
import { MdocError } from './error.ts';
import {
  CHECK_IDS,
  type CheckId,
  CheckList,
  failureCode,
  holds,
  type MdocCheck,
  printable,
} from './inspection/check-list.ts';
import { inspectDevice, type OwnSession } from './inspection/device.ts';
import { inspectAnswer, inspectTypes, type ValuesByNamespace } from './inspection/elements.ts';
import { type IssuerTrust, inspectIssuer, validityDates } from './inspection/issuer.ts';
import type { IssuerNameSpaces } from './issuer-signed.ts';
import { type VerifiedDocument, verified } from './verified-document.ts';

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

/** What an inspection came to. */
export interface DeviceResponseReport extends Report {
  /** All checks: those of the response, then those of each document. */
  readonly checks: readonly MdocCheck[];
  /** In the order of the response. */
  readonly documents: readonly (VerifiedDocument | RefusedDocument)[];
}

const RESPONSE_CHECKS: readonly CheckId[] = ['cbor-structure', 'version', 'status', 'requested-doctype'];
/** Must have been made and passed for a document to count. */
const REQUIRED: readonly CheckId[] = CHECK_IDS.filter(
  (id) => !['cbor-structure', 'status', 'issuing-country', 'status-list', 'element-type', 'reader-auth'].includes(id),
);
const DOCUMENT_CHECKS: readonly CheckId[] = CHECK_IDS.filter((id) => id !== 'cbor-structure' && id !== 'status');

/**
 * Inspects a DeviceResponse (ISO/IEC 18013-5 §9.3): every document, every check by name, nothing shown that did not pass.
 * The result starts as failed. What is not built, or has no input, is listed as `not_performed`.
 *
 * Not covered yet: revocation of the document by its `status` member, and reader authentication.
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
  const own = list.finish(CHECK_IDS.filter((id) => RESPONSE_CHECKS.includes(id)));
  const sound = holds(own, RESPONSE_CHECKS);

  const left = [...requests];
  const inspected = (response?.documents ?? []).map((document, index) => {
    // One document answers one request: a second of the same type needs a second request.
    const at = left.findIndex(({ docType }) => docType === document.docType);
    const [request] = at < 0 ? [] : left.splice(at, 1);
    return inspectDocument(document, index, request, options);
  });
  const checks = [...own, ...inspected.flatMap((document) => document.checks)];
  // With nothing to inspect the checks of a document are still listed, so that a reader of the report misses none.
  if (inspected.length === 0) {
    const rest = new CheckList();
    checks.push(...rest.finish(DOCUMENT_CHECKS.filter((id) => !RESPONSE_CHECKS.includes(id))));
  }
  const documents = inspected.map((document): VerifiedDocument | RefusedDocument => {
    if (sound && document.make) return document.make();
    const code = sound ? failureCode(document.checks) : failureCode(own);
    return { result: 'failed', code, checks: document.checks };
  });
  const passed = sound && documents.length > 0 && documents.every(({ result }) => result === 'passed');
  if (passed) return { result: 'passed', checks, documents };
  return { result: 'failed', code: failureCode(checks), checks, documents };
}

function readResponse(list: CheckList, bytes: Uint8Array): DeviceResponse | undefined {
  try {
    const response = parseDeviceResponse(bytes);
    list.pass('cbor-structure');
    return response;
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    const rule = String(error.context['rule'] ?? error.code);
    list.fail('cbor-structure', rule, 'The response is not strict CBOR of the defined structure.');
    return undefined;
  }
}

function inspectResponse(list: CheckList, response: DeviceResponse, requests: readonly ItemsRequest[]): void {
  if (/^1\.\d+$/.test(response.version)) list.pass('version');
  else list.fail('version', 'response-version', 'The response has a version that is not read here.');
  if (response.status === 0) list.pass('status');
  else list.fail('status', `status-${response.status}`, 'The phone reports an error.');
  const returned = new Set(response.documents.map(({ docType }) => docType));
  const missing = requests.filter(({ docType }) => !returned.has(docType));
  if (returned.size === 0) list.fail('requested-doctype', 'no-documents', 'Nothing was presented.');
  else if (missing.length > 0) {
    const names = missing.map(({ docType }) => printable(docType)).join(', ');
    list.warn('requested-doctype', 'document-missing', `Not presented: ${names}.`);
  } else list.pass('requested-doctype');
}

interface InspectedDocument {
  readonly checks: readonly MdocCheck[];
  /** Present only if every required check passed. */
  readonly make?: () => VerifiedDocument;
}

function inspectDocument(
  document: ResponseDocument,
  index: number,
  request: ItemsRequest | undefined,
  options: VerifyDeviceResponseOptions,
): InspectedDocument {
  const { docType } = document;
  const list = new CheckList(index);
  if (request) list.pass('requested-doctype');
  else
    list.fail(
      'requested-doctype',
      'doctype-unrequested',
      'A document of this type was not asked for, or not this often.',
    );

  const { mso, certificate } = inspectIssuer(list, document, options);
  const elements = valuesOf(document.nameSpaces);
  const deviceElements = document.deviceSigned?.nameSpaces ?? new Map();
  if (mso) {
    if (mso.docType === docType) list.pass('doctype');
    else list.fail('doctype', 'doctype-mismatch', 'The document is shown as another type than its issuer signed.');
    inspectDevice(list, document, mso, options);
    if (mso.status === undefined) list.skip('status-list', 'no-status', 'The document refers to no status list.');
    else list.skip('status-list', 'not-built', 'The document refers to a status list, which is not read yet.');
  }
  inspectTypes(list, docType, elements);
  if (request) inspectAnswer(list, request, deviceElements.size === 0 ? elements : joined(elements, deviceElements));
  list.skip('reader-auth', 'not-built', 'The reader does not authenticate itself yet.');

  const checks = list.finish(DOCUMENT_CHECKS);
  if (!holds(checks, REQUIRED) || !mso || !certificate) return { checks };
  const validity = validityDates(mso);
  const make = () =>
    verified({ docType, checks, validity, issuerCertificate: certificate.raw, elements, deviceElements });
  return { checks, make };
}

function valuesOf(nameSpaces: IssuerNameSpaces): ValuesByNamespace {
  const values = new Map<string, Map<string, CborValue>>();
  for (const [namespace, items] of nameSpaces) {
    const own = new Map<string, CborValue>();
    for (const { elementIdentifier, elementValue } of items) own.set(elementIdentifier, elementValue);
    values.set(namespace, own);
  }
  return values;
}

function joined(one: ValuesByNamespace, other: ValuesByNamespace): ValuesByNamespace {
  const all = new Map<string, Map<string, CborValue>>();
  for (const [namespace, elements] of [...one, ...other]) {
    all.set(namespace, new Map([...(all.get(namespace) ?? []), ...elements]));
  }
  return all;
}
