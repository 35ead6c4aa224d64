import type { KeyObject } from 'node:crypto';
import { type DeviceRequest, parseDeviceRequest } from '../device-request.ts';
import { MdocError } from '../error.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { buildEncryptionInfo, type EncryptionInfo, parseEncryptionInfo } from './encryption-info.ts';

/** The protocol of the Digital Credentials API under which this travels. */
export const ANNEX_C_PROTOCOL = 'org-iso-mdoc';

/** The `data` of the request, as it goes into `navigator.credentials.get`. */
export interface AnnexCRequestData {
  readonly deviceRequest: string;
  readonly encryptionInfo: string;
}

/** A request as read. */
export interface AnnexCRequest {
  readonly deviceRequest: DeviceRequest;
  readonly encryptionInfo: EncryptionInfo;
}

/**
 * Makes the data of a request (ISO/IEC 18013-7 Annex C).
 * @param options.deviceRequest encoded; its readerAuth is over `sessionTranscriptAnnexC` of the same `encryptionInfo`
 * @param options.encryptionInfo from `buildEncryptionInfo`, where the request was signed over it; else made of the next two
 * @throws {MdocError} `dcapi-request`
 * @example { protocol: ANNEX_C_PROTOCOL, data: annexCRequestData({ deviceRequest, nonce, recipientPublicKey }) }
 */
export function annexCRequestData(
  options: { deviceRequest: Uint8Array } & (
    | { encryptionInfo: string }
    | { nonce: Uint8Array; recipientPublicKey: KeyObject }
  ),
): AnnexCRequestData {
  const encryptionInfo = 'encryptionInfo' in options ? options.encryptionInfo : buildEncryptionInfo(options);
  return { deviceRequest: toBase64url(options.deviceRequest), encryptionInfo };
}

const MDL_NAMESPACE = 'org.iso.18013.5.1';
/** Server retrieval through the request: browsers refuse it, and so do we. */
const REFUSED_ELEMENTS = ['oidc_info', 'webapi_info'];

/**
 * Reads the data of a request with the checks that browsers make: base64url without padding, strict CBOR at every level, one tag 24 around
 * each ItemsRequest, no server retrieval. Unknown members of the outermost map are ignored.
 * @throws {MdocError} `dcapi-request`, `request`, `version`
 * @example parseAnnexCRequest(options.data).deviceRequest.docRequests
 */
export function parseAnnexCRequest(data: unknown): AnnexCRequest {
  if (typeof data !== 'object' || data === null) {
    throw new MdocError('dcapi-request', 'The data of the request is an object.', { rule: 'member-type' });
  }
  const { deviceRequest: text, encryptionInfo } = data as Partial<Record<string, unknown>>;
  const deviceRequest = parseDeviceRequest(fromBase64url(text, 'dcapi-request', 'deviceRequest'));
  for (const { itemsRequest } of deviceRequest.docRequests) {
    const elements = itemsRequest.nameSpaces[MDL_NAMESPACE] ?? {};
    const refused = REFUSED_ELEMENTS.find((element) => Object.hasOwn(elements, element));
    if (refused !== undefined) {
      throw new MdocError('dcapi-request', 'The request asks for server retrieval.', {
        rule: 'server-retrieval',
        element: refused,
      });
    }
  }
  return { deviceRequest, encryptionInfo: parseEncryptionInfo(encryptionInfo) };
}
