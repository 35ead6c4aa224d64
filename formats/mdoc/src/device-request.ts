import { type CborKey, type CborMap, type CborValue, Encoded, encode } from '@tegata/cbor';
import type { Check } from '@tegata/x509';
import { MdocError } from './error.ts';
import { NS_JP } from './mnc.ts';
import {
  type DeviceRequestInfo,
  encodeDeviceRequestInfo,
  readDeviceRequestInfo,
} from './request/device-request-info.ts';
import { encodeRequestInfo, few, isExtended, type RequestInfo, readRequestInfo } from './request/request-info.ts';
import { type ReaderTrust, verifyReaderAuth } from './request/verify-reader-auth.ts';
import { decodeFor, Shape } from './shape.ts';

/** What is asked of one document: per namespace and element, whether the reader intends to keep the value. */
export interface ItemsRequest {
  readonly docType: string;
  readonly nameSpaces: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

/** An order for one document of a request. */
export interface DocRequestOrder extends ItemsRequest {
  readonly requestInfo?: RequestInfo;
}

/** One document of a request as read. */
export interface DocRequest {
  readonly itemsRequest: ItemsRequest;
  /** As received, tag 24 included: readerAuth is over these bytes. */
  readonly itemsRequestBytes: Encoded;
  readonly requestInfo?: RequestInfo;
  /** The reader's signature, where it sent one; **not verified here**: see `verifyReaderAuth`. */
  readonly readerAuth?: CborValue;
}

/** A request as read. */
export interface DeviceRequest {
  readonly version: string;
  readonly docRequests: readonly DocRequest[];
  /** Of version 1.1. */
  readonly deviceRequestInfo?: DeviceRequestInfo;
  /** As received, tag 24 included: readerAuthAll is over these bytes. */
  readonly deviceRequestInfoBytes?: Encoded;
  /** Of version 1.1: signatures over all documents; **not verified here**. */
  readonly readerAuthAll?: readonly CborValue[];
  /** Members that the version does not know; those of 1.1 in a request of 1.0 are among them, unread. */
  readonly others: ReadonlyMap<CborKey, CborValue>;
}

/** The element that only the law opens: the My Number itself. */
export const MY_NUMBER_ELEMENT = 'individual_number_unicode';

/** Whether a request asks for the My Number. */
export function asksForMyNumber(request: ItemsRequest): boolean {
  return Object.hasOwn(request.nameSpaces[NS_JP] ?? {}, MY_NUMBER_ELEMENT);
}

/** What a request asks for beside its documents, and why it may. */
export interface DeviceRequestOptions {
  /** Names the law under which the My Number may be asked for; without it such a request is refused. */
  readonly legalBasis?: string;
  readonly deviceRequestInfo?: DeviceRequestInfo;
}

/** The parts of a request before anything is signed. */
export interface DeviceRequestLayout {
  readonly version: '1.0' | '1.1';
  readonly itemsRequests: readonly Encoded[];
  readonly deviceRequestInfo?: Encoded;
}

/** Lays a request out; for the builders. @throws {MdocError} `request`, `legal-basis-required` */
export function layOutRequest(
  requests: DocRequestOrder | readonly DocRequestOrder[],
  options: DeviceRequestOptions,
): DeviceRequestLayout {
  const list = Array.isArray(requests) ? (requests as readonly DocRequestOrder[]) : [requests as DocRequestOrder];
  if (list.length === 0) throw new MdocError('request', 'A request asks for one document at least.');
  for (const request of list) {
    const namespaces = Object.values(request.nameSpaces);
    if (namespaces.length === 0 || namespaces.some((elements) => Object.keys(elements).length === 0)) {
      throw new MdocError('request', 'A request asks for one element at least in each namespace.');
    }
    if (asksForMyNumber(request) && !options.legalBasis) {
      throw new MdocError('legal-basis-required', 'Asking for the My Number needs a legal basis (番号法).');
    }
  }
  const info = options.deviceRequestInfo;
  return {
    version: info || list.some(({ requestInfo }) => requestInfo && isExtended(requestInfo)) ? '1.1' : '1.0',
    itemsRequests: list.map(({ docType, nameSpaces, requestInfo }) => {
      const items = { docType, nameSpaces, ...(requestInfo ? { requestInfo: encodeRequestInfo(requestInfo) } : {}) };
      // In the order in which the standard defines and prints them, as in its examples.
      return Encoded.wrap(encode(items, { mapOrder: 'given' }));
    }),
    ...(info ? { deviceRequestInfo: encodeDeviceRequestInfo(info, list.length) } : {}),
  };
}

/**
 * Encodes a DeviceRequest (ISO/IEC 18013-5 §8.3.2.1.2.1) without reader authentication: version 1.0, or 1.1 where something needs it.
 * `signDeviceRequest` makes one whose reader says who it is.
 * @throws {MdocError} `request` when nothing is asked, `legal-basis-required`
 * @example buildDeviceRequest([{ docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } }])
 */
export function buildDeviceRequest(
  requests: DocRequestOrder | readonly DocRequestOrder[],
  options: DeviceRequestOptions = {},
): Uint8Array {
  const { version, itemsRequests, deviceRequestInfo } = layOutRequest(requests, options);
  const docRequests = itemsRequests.map((itemsRequest) => ({ itemsRequest }));
  return encode({ version, docRequests, ...(deviceRequestInfo ? { deviceRequestInfo } : {}) }, { mapOrder: 'given' });
}

const MAX_REQUEST_BYTES = 256 * 1024;
const MAX_DOC_REQUESTS = 32;
const MAX_NAMESPACES = 32;
const MAX_ELEMENTS = 512;
const MAX_SIGNATURES = 8;

/**
 * Reads a DeviceRequest of version 1.x. What version 1.1 added is read from 1.1 on and left alone below; unknown members are kept.
 * @throws {MdocError} `request` with path and rule, `version`
 * @example parseDeviceRequest(bytes).docRequests[0].itemsRequest.docType
 */
export function parseDeviceRequest(bytes: Uint8Array): DeviceRequest {
  if (bytes.length > MAX_REQUEST_BYTES) {
    throw new MdocError('request', 'The request is larger than allowed.', { rule: 'too-large' });
  }
  const shape = new Shape('request', 'request', decodeFor('request', 'request', bytes));
  const version = shape.get('version').text();
  if (!/^1\.\d{1,3}$/.test(version)) throw new MdocError('version', 'The request has a version that is not read here.');
  const extended = version !== '1.0';
  const docRequests = few(shape.get('docRequests'), MAX_DOC_REQUESTS).map((one) => readDocRequest(one, extended));
  const info = extended ? shape.optional('deviceRequestInfo') : undefined;
  const all = extended ? shape.optional('readerAuthAll') : undefined;
  const read = ['version', 'docRequests', ...(extended ? ['deviceRequestInfo', 'readerAuthAll'] : [])];
  return {
    version,
    docRequests,
    ...(info ? { deviceRequestInfo: readDeviceRequestInfo(info.inside(), docRequests.length) } : {}),
    ...(info ? { deviceRequestInfoBytes: info.encoded() } : {}),
    ...(all ? { readerAuthAll: few(all, MAX_SIGNATURES).map((signature) => signature.raw()) } : {}),
    others: without(shape.map(), read),
  };
}

const without = (map: CborMap, read: readonly CborKey[]) => new Map([...map].filter(([key]) => !read.includes(key)));

function readDocRequest(shape: Shape, extended: boolean): DocRequest {
  const itemsRequest = shape.get('itemsRequest');
  const inside = itemsRequest.inside();
  const info = inside.optional('requestInfo');
  const readerAuth = shape.optional('readerAuth')?.raw();
  const nameSpaces = inside.get('nameSpaces');
  return {
    // fromEntries makes own properties only, whatever the names are.
    itemsRequest: {
      docType: inside.get('docType').text(),
      nameSpaces: Object.fromEntries(
        atMost(nameSpaces, MAX_NAMESPACES).map(([namespace, elements]) => [
          namespace,
          Object.fromEntries(atMost(elements, MAX_ELEMENTS).map(([element, retain]) => [element, retain.boolean()])),
        ]),
      ),
    },
    itemsRequestBytes: itemsRequest.encoded(),
    ...(info ? { requestInfo: readRequestInfo(info, extended) } : {}),
    ...(readerAuth === undefined ? {} : { readerAuth }),
  };
}

function atMost(shape: Shape, most: number): [string, Shape][] {
  const entries = shape.textEntries();
  return entries.length > most ? shape.fail('too-many', `${most} entries are read at most`) : entries;
}

/**
 * The checks of a request by name: with the session and a list of trusted roots the signatures of the reader are verified, without them
 * the check `reader-auth` is listed as not performed: who asks is not known, whatever was sent.
 * @example inspectDeviceRequest(request)[0].result // 'not_performed'
 */
export function inspectDeviceRequest(
  request: DeviceRequest,
  session?: ReaderTrust & { readonly sessionTranscript: Uint8Array },
): readonly Check[] {
  if (session) return verifyReaderAuth({ request, ...session }).checks;
  const signedAll = (request.readerAuthAll?.length ?? 0) > 0;
  return request.docRequests.map(({ readerAuth }) => {
    const signed = signedAll || readerAuth !== undefined;
    return {
      id: 'reader-auth',
      result: 'not_performed',
      code: signed ? 'reader-trust-absent' : 'reader-auth-absent',
      detail: signed
        ? 'The reader signed its request; nothing was given to verify that signature with.'
        : 'The reader did not say who it is.',
      clause: 'ISO/IEC 18013-5 §9.1.1',
    };
  });
}
