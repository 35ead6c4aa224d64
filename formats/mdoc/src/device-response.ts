import {
  CborCursor,
  type CborValue,
  type DecodeOptions,
  decodeMapSpans,
  Encoded,
  encode,
  KnownNames,
  type Raw,
} from '@tegata/cbor';
import { sign1 } from '@tegata/cose';
import type { Signer } from '@tegata/keys';
import { ageOverAnswer } from './age.ts';
import { deviceAuthenticationBytes } from './device-authentication.ts';
import type { ItemsRequest } from './device-request.ts';
import { MdocError } from './error.ts';
import { type IssuerNameSpaces, type IssuerSignedParts, parseIssuerSigned, readIssuerSigned } from './issuer-signed.ts';
import { ageOf } from './mnc.ts';
import { empty, missing, nextName, readStructure } from './read-structure.ts';

/** Status codes of DeviceResponse (ISO/IEC 18013-5 §8.3.2.1.2.3, table 8). */
export const RESPONSE_STATUS = { ok: 0, generalError: 10, decodingError: 11, validationError: 12 } as const;

/** Element identifiers by namespace. */
export type Disclosure = Readonly<Record<string, readonly string[]>>;

/**
 * Answers a request with one document, signed by the phone's key over this session (deviceSignature).
 * @param options.issuerSigned the stored mdoc
 * @param options.disclose what the holder agreed to, element by element
 * @param options.sessionTranscript bare, as `sessionTranscriptQr` gives it
 * @throws {MdocError} `structure`, `response` when the mdoc does not hold a disclosed element or is of another document type
 * @example await buildDeviceResponse({ issuerSigned, docType, disclose: { [NS_ISO]: ['age_over_20'] }, sessionTranscript, deviceSigner })
 */
export async function buildDeviceResponse(options: {
  issuerSigned: Uint8Array;
  docType: string;
  disclose: Disclosure;
  sessionTranscript: Uint8Array;
  deviceSigner: Signer;
}): Promise<Uint8Array> {
  const { docType } = options;
  const stored = parseIssuerSigned(options.issuerSigned);
  if (stored.mso.docType !== docType) {
    throw new MdocError('response', 'The stored mdoc is of another document type.', { docType });
  }
  const nameSpaces = selectItems(stored.nameSpaces, options.disclose);
  // The signature of the issuer goes out in the very bytes in which it came in.
  const issuerAuth = decodeMapSpans(options.issuerSigned).get('issuerAuth') as Raw;
  const deviceNameSpaces = Encoded.of({});
  const deviceSignature = await sign1({
    signer: options.deviceSigner,
    payload: deviceAuthenticationBytes(options.sessionTranscript, docType, deviceNameSpaces),
    detached: true,
  });
  const issuerSigned = nameSpaces.size > 0 ? { nameSpaces, issuerAuth } : { issuerAuth };
  const deviceSigned = { nameSpaces: deviceNameSpaces, deviceAuth: { deviceSignature } };
  return encode({
    version: '1.0',
    documents: [{ docType, issuerSigned, deviceSigned }],
    status: RESPONSE_STATUS.ok,
  });
}

/** An answer that shows nothing: the holder refused, or the request could not be read. */
export function buildEmptyDeviceResponse(status: number = RESPONSE_STATUS.ok): Uint8Array {
  return encode({ version: '1.0', status });
}

function selectItems(nameSpaces: IssuerNameSpaces, disclose: Disclosure): Map<string, Encoded[]> {
  const selected = new Map<string, Encoded[]>();
  for (const [namespace, elements] of Object.entries(disclose)) {
    const items = nameSpaces.get(namespace) ?? [];
    const chosen = items.filter(({ elementIdentifier }) => elements.includes(elementIdentifier));
    const found = new Set(chosen.map(({ elementIdentifier }) => elementIdentifier));
    const missing = elements.find((element) => !found.has(element));
    if (missing !== undefined) {
      throw new MdocError('response', 'The stored mdoc does not hold this element.', { namespace, element: missing });
    }
    if (chosen.length > 0)
      selected.set(
        namespace,
        chosen.map(({ encoded }) => encoded),
      );
  }
  return selected;
}

/**
 * What of a request the mdoc can answer: the requested elements that it holds, and for an `age_over_NN` that it does not hold the nearest
 * attested one. Consent is asked for this list, element by element.
 * @example answerable(request.docRequests[0].itemsRequest, parseIssuerSigned(stored).nameSpaces)
 */
export function answerable(request: ItemsRequest, nameSpaces: IssuerNameSpaces): Record<string, string[]> {
  const answer: [string, string[]][] = [];
  for (const [namespace, elements] of Object.entries(request.nameSpaces)) {
    const held = new Map((nameSpaces.get(namespace) ?? []).map((item) => [item.elementIdentifier, item.elementValue]));
    const chosen = new Set<string>();
    for (const element of Object.keys(elements)) {
      const age = ageOf(element);
      if (held.has(element)) chosen.add(element);
      else if (age !== undefined) {
        const nearest = ageOverAnswer(age, held);
        if (nearest) chosen.add(nearest.element);
      }
    }
    if (chosen.size > 0) answer.push([namespace, [...chosen]]);
  }
  return Object.fromEntries(answer);
}

/** One document of a response, taken apart. **Nothing in it has been verified**: use `verifyDeviceResponse`. */
export interface ResponseDocument {
  readonly docType: string;
  readonly nameSpaces: IssuerNameSpaces;
  readonly issuerAuth: CborValue;
  /** Absent when the phone signed nothing. */
  readonly deviceSigned?: DeviceSigned;
}

/** What the phone signed, and how. */
export interface DeviceSigned {
  /** As received: this is what the phone's signature covers. */
  readonly nameSpacesBytes: Encoded;
  readonly nameSpaces: ReadonlyMap<string, ReadonlyMap<string, CborValue>>;
  /** Undefined when it is not there. */
  readonly deviceAuth: CborValue;
}

/** A response, taken apart. */
export interface DeviceResponse {
  readonly version: string;
  readonly status: number;
  readonly documents: readonly ResponseDocument[];
  /** docType → error code of documents that were not returned. */
  readonly documentErrors: ReadonlyMap<string, CborValue>;
}

/**
 * Takes a DeviceResponse apart (ISO/IEC 18013-5 §8.3.2.1.2.2).
 * @param options limits, and who hears of forms that should not have been written, in embedded CBOR too
 * @throws {MdocError} `structure` with path and rule
 */
export function parseDeviceResponse(bytes: Uint8Array, options?: DecodeOptions): DeviceResponse {
  return readStructure('structure', 'response', bytes, options, (cursor) => readResponse(cursor, options));
}

const RESPONSE = new KnownNames('version', 'documents', 'status', 'documentErrors');

function readResponse(cursor: CborCursor, options?: DecodeOptions): DeviceResponse {
  const start = cursor.position;
  let version: string | undefined;
  let status: number | undefined;
  const documents: ResponseDocument[] = [];
  let documentErrors = NO_ERRORS;
  cursor.openMap();
  for (let key = cursor.nextKey(RESPONSE); key !== undefined; key = cursor.nextKey(RESPONSE)) {
    if (key === 'version') version = cursor.name();
    else if (key === 'status') status = cursor.unsigned();
    else if (key === 'documents') {
      const from = cursor.position;
      cursor.openArray();
      while (cursor.nextItem()) documents.push(readDocument(cursor, options));
      if (documents.length === 0) empty(from);
    } else if (key === 'documentErrors') documentErrors = readDocumentErrors(cursor);
    else cursor.skip();
  }
  if (version === undefined) return missing(start, 'version');
  if (status === undefined) return missing(start, 'status');
  return { version, status, documents, documentErrors };
}

const NO_ERRORS: ReadonlyMap<string, CborValue> = new Map();

function readDocumentErrors(cursor: CborCursor): Map<string, CborValue> {
  const start = cursor.position;
  const errors = new Map<string, CborValue>();
  cursor.openArray();
  while (cursor.nextItem()) {
    const from = cursor.position;
    const before = errors.size;
    cursor.openMap();
    for (let docType = nextName(cursor); docType !== undefined; docType = nextName(cursor)) {
      errors.set(docType, cursor.value());
    }
    if (errors.size === before) empty(from);
  }
  return errors.size === 0 ? empty(start) : errors;
}

const DOCUMENT = new KnownNames('docType', 'issuerSigned', 'deviceSigned', 'errors');

function readDocument(cursor: CborCursor, options?: DecodeOptions): ResponseDocument {
  const start = cursor.position;
  let docType: string | undefined;
  let issuerSigned: IssuerSignedParts | undefined;
  let deviceSigned: DeviceSigned | undefined;
  cursor.openMap();
  for (let key = cursor.nextKey(DOCUMENT); key !== undefined; key = cursor.nextKey(DOCUMENT)) {
    if (key === 'docType') docType = cursor.name();
    else if (key === 'issuerSigned') issuerSigned = readIssuerSigned(cursor, options);
    else if (key === 'deviceSigned') deviceSigned = readDeviceSigned(cursor, options);
    else cursor.skip();
  }
  if (docType === undefined) return missing(start, 'docType');
  if (!issuerSigned) return missing(start, 'issuerSigned');
  const { nameSpaces, issuerAuth } = issuerSigned;
  return deviceSigned ? { docType, nameSpaces, issuerAuth, deviceSigned } : { docType, nameSpaces, issuerAuth };
}

const DEVICE_SIGNED = new KnownNames('nameSpaces', 'deviceAuth');

function readDeviceSigned(cursor: CborCursor, options?: DecodeOptions): DeviceSigned {
  const start = cursor.position;
  let nameSpacesBytes: Encoded | undefined;
  let nameSpaces: DeviceSigned['nameSpaces'] | undefined;
  let deviceAuth: CborValue;
  cursor.openMap();
  for (let key = cursor.nextKey(DEVICE_SIGNED); key !== undefined; key = cursor.nextKey(DEVICE_SIGNED)) {
    if (key === 'nameSpaces') {
      const from = cursor.position;
      if (cursor.openEmbedded()) {
        nameSpaces = readDeviceNameSpaces(cursor);
        cursor.closeEmbedded();
        nameSpacesBytes = Encoded.received(cursor.since(from));
      } else {
        nameSpacesBytes = cursor.encoded();
        const inner = new CborCursor(nameSpacesBytes.content, options);
        nameSpaces = readDeviceNameSpaces(inner);
        inner.end();
      }
    } else if (key === 'deviceAuth') deviceAuth = cursor.value();
    else cursor.skip();
  }
  return nameSpacesBytes && nameSpaces ? { nameSpacesBytes, nameSpaces, deviceAuth } : missing(start, 'nameSpaces');
}

function readDeviceNameSpaces(cursor: CborCursor): Map<string, Map<string, CborValue>> {
  const nameSpaces = new Map<string, Map<string, CborValue>>();
  cursor.openMap();
  for (let name = nextName(cursor); name !== undefined; name = nextName(cursor)) {
    const from = cursor.position;
    const elements = new Map<string, CborValue>();
    cursor.openMap();
    for (let element = nextName(cursor); element !== undefined; element = nextName(cursor)) {
      elements.set(element, cursor.value());
    }
    if (elements.size === 0) empty(from);
    nameSpaces.set(name, elements);
  }
  return nameSpaces;
}
