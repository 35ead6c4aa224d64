import { type CborValue, Encoded, encode } from '@tegata/cbor';
import type { Check } from '@tegata/x509';
import { MdocError } from './error.ts';
import { NS_JP } from './mnc.ts';
import { decodeFor, Shape } from './shape.ts';

/** What is asked of one document: per namespace and element, whether the reader intends to keep the value. */
export interface ItemsRequest {
  readonly docType: string;
  readonly nameSpaces: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

/** One document of a request as read. */
export interface DocRequest {
  readonly itemsRequest: ItemsRequest;
  /** As received, tag 24 included: readerAuth is over these bytes. */
  readonly itemsRequestBytes: Encoded;
  readonly requestInfo?: CborValue;
  /** The reader's signature, where it sent one; **not verified here**. */
  readonly readerAuth?: CborValue;
}

/** A request as read. */
export interface DeviceRequest {
  readonly version: string;
  readonly docRequests: readonly DocRequest[];
}

/** The element that only the law opens: the My Number itself. */
export const MY_NUMBER_ELEMENT = 'individual_number_unicode';

/** Whether a request asks for the My Number. */
export function asksForMyNumber(request: ItemsRequest): boolean {
  return Object.hasOwn(request.nameSpaces[NS_JP] ?? {}, MY_NUMBER_ELEMENT);
}

/**
 * Encodes a DeviceRequest of version 1.0 (ISO/IEC 18013-5 §8.3.2.1.2.1), without reader authentication.
 * @param options.legalBasis names the law under which the My Number may be asked for; without it such a request is refused
 * @throws {MdocError} `request` when nothing is asked, `legal-basis-required`
 * @example buildDeviceRequest([{ docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } }])
 */
export function buildDeviceRequest(
  requests: ItemsRequest | readonly ItemsRequest[],
  options: { legalBasis?: string } = {},
): Uint8Array {
  const list = Array.isArray(requests) ? (requests as readonly ItemsRequest[]) : [requests as ItemsRequest];
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
  return encode({
    version: '1.0',
    docRequests: list.map(({ docType, nameSpaces }) => ({ itemsRequest: Encoded.of({ docType, nameSpaces }) })),
  });
}

/**
 * Reads a DeviceRequest; members of later versions are left alone.
 * @throws {MdocError} `request`, `version`
 */
export function parseDeviceRequest(bytes: Uint8Array): DeviceRequest {
  const shape = new Shape('request', 'request', decodeFor('request', 'request', bytes));
  const version = shape.get('version').text();
  if (!/^1\.\d+$/.test(version)) throw new MdocError('version', 'The request has a version that is not read here.');
  return { version, docRequests: shape.get('docRequests').array().map(readDocRequest) };
}

function readDocRequest(shape: Shape): DocRequest {
  const itemsRequest = shape.get('itemsRequest');
  const inside = itemsRequest.inside();
  const requestInfo = inside.optional('requestInfo')?.raw();
  const readerAuth = shape.optional('readerAuth')?.raw();
  return {
    // fromEntries makes own properties only, whatever the names are.
    itemsRequest: {
      docType: inside.get('docType').text(),
      nameSpaces: Object.fromEntries(
        inside
          .get('nameSpaces')
          .textEntries()
          .map(([namespace, elements]) => [
            namespace,
            Object.fromEntries(elements.textEntries().map(([element, retain]) => [element, retain.boolean()])),
          ]),
      ),
    },
    itemsRequestBytes: itemsRequest.encoded(),
    ...(requestInfo === undefined ? {} : { requestInfo }),
    ...(readerAuth === undefined ? {} : { readerAuth }),
  };
}

/**
 * The checks of a request by name. Reader authentication is listed as not performed: who asks is not known, whatever was sent.
 * @example inspectDeviceRequest(request)[0].result // 'not_performed'
 */
export function inspectDeviceRequest(request: DeviceRequest): Check[] {
  return request.docRequests.map(({ readerAuth }) => ({
    id: 'reader-auth',
    result: 'not_performed',
    code: readerAuth === undefined ? 'reader-auth-absent' : 'not-built',
    detail:
      readerAuth === undefined
        ? 'The reader did not say who it is.'
        : 'The reader signed its request; that signature is not verified yet.',
    clause: 'ISO/IEC 18013-5 §9.1.1',
  }));
}
