import type { KeyObject } from 'node:crypto';
import { type CborMap, type CborValue, Encoded, encode } from '@tegata/cbor';
import { CoseError, decodeCoseKey, encodeCoseKey } from '@tegata/cose';
import { type Capabilities, encodeCapabilities, readCapabilities } from './engagement/capabilities.ts';
import { encodeOriginInfo, type OriginInfo, readOriginInfos } from './engagement/origin-info.ts';
import { MdocError } from './error.ts';
import { decodeFor, Shape } from './shape.ts';

/** How the reader reaches the phone: NFC 1, BLE 2, Wi-Fi Aware 3; 4 is HTTP, which stands in for the radio here. */
export interface DeviceRetrievalMethod {
  readonly type: number;
  readonly version: number;
  readonly options: CborMap;
}

/** DeviceEngagement as read; `encoded.bytes` go into the SessionTranscript. */
export interface DeviceEngagement {
  /** The whole as received, in tag 24. */
  readonly encoded: Encoded;
  readonly version: string;
  readonly eDeviceKey: KeyObject;
  readonly eDeviceKeyBytes: Encoded;
  readonly retrievalMethods: readonly DeviceRetrievalMethod[];
  /** Of version 1.1; absent when the engagement is of version 1.0, whatever its member 5 holds. */
  readonly originInfos?: readonly OriginInfo[];
  /** Of version 1.1. */
  readonly capabilities?: Capabilities;
  /** Where the engagement departs from its version, in ways that do no harm: `origin-infos-missing`. */
  readonly deviations: readonly 'origin-infos-missing'[];
  /** Members that the version does not know, or that are not read here (server retrieval, protocol info). */
  readonly others: ReadonlyMap<unknown, CborValue>;
}

/** HTTP as a retrieval method: `[4, 1, {0: uri}]`. */
export function httpRetrieval(uri: string): DeviceRetrievalMethod {
  return { type: 4, version: 1, options: new Map([[0, uri]]) };
}

/** The address of the HTTP retrieval method, where there is one. */
export function httpRetrievalUri(engagement: DeviceEngagement): string | undefined {
  const method = engagement.retrievalMethods.find(({ type, version }) => type === 4 && version === 1);
  const uri = method?.options.get(0);
  return typeof uri === 'string' ? uri : undefined;
}

/**
 * Encodes a DeviceEngagement (ISO/IEC 18013-5 §8.2.1.1), cipher suite 1: version 1.0, or 1.1 where something needs it.
 * @param eDeviceKey the phone's ephemeral public key, made for this engagement alone
 * @throws {CoseError} `key-curve`
 * @example engagementToQr(buildDeviceEngagement({ eDeviceKey, retrievalMethods: [httpRetrieval(url)] }))
 */
export function buildDeviceEngagement(options: {
  eDeviceKey: KeyObject;
  retrievalMethods?: readonly DeviceRetrievalMethod[];
  originInfos?: readonly OriginInfo[];
  capabilities?: Capabilities;
}): Uint8Array {
  const { originInfos, capabilities } = options;
  const methods = (options.retrievalMethods ?? []).map(({ type, version, options: more }) => [type, version, more]);
  const extended = originInfos !== undefined || capabilities !== undefined;
  const engagement: CborMap = new Map<number, CborValue>([
    [0, extended ? '1.1' : '1.0'],
    [1, [1, Encoded.of(encodeCoseKey(options.eDeviceKey))]],
  ]);
  if (methods.length > 0) engagement.set(2, methods);
  // Version 1.1 has member 5 even where it is empty.
  if (extended) engagement.set(ORIGIN_INFOS, (originInfos ?? []).map(encodeOriginInfo));
  if (capabilities) engagement.set(CAPABILITIES, encodeCapabilities(capabilities));
  return encode(engagement);
}

const ORIGIN_INFOS = 5;
const CAPABILITIES = 6;
const MAX_ENGAGEMENT_BYTES = 16 * 1024;
const MAX_METHODS = 16;

/**
 * Reads a DeviceEngagement of version 1.x; unknown members are kept, and so are the bytes. What version 1.1 added is read from 1.1 on.
 * @throws {MdocError} `engagement`, `version`
 */
export function parseDeviceEngagement(bytes: Uint8Array): DeviceEngagement {
  if (bytes.length > MAX_ENGAGEMENT_BYTES) {
    throw new MdocError('engagement', 'The engagement is larger than allowed.', { rule: 'too-large' });
  }
  const shape = new Shape('engagement', 'engagement', decodeFor('engagement', 'engagement', bytes));
  const version = shape.get(0).text();
  if (!/^1\.\d+$/.test(version)) throw new MdocError('version', 'The engagement has a version that is not read here.');
  const [suite, key] = shape.get(1).array();
  if (suite?.raw() !== 1 || !key) return shape.fail('member-type', 'the security part is [1, key]');
  const methods = shape.optional(2)?.array() ?? [];
  if (methods.length > MAX_METHODS) shape.fail('too-many', `${MAX_METHODS} retrieval methods are read at most`);
  const retrievalMethods = methods.map(readMethod);
  const extended = version !== '1.0';
  const read = new Set<unknown>(extended ? [0, 1, 2, ORIGIN_INFOS, CAPABILITIES] : [0, 1, 2]);
  const origins = extended ? shape.optional(ORIGIN_INFOS) : undefined;
  const capabilities = extended ? shape.optional(CAPABILITIES) : undefined;
  return {
    encoded: Encoded.wrap(bytes),
    version,
    eDeviceKeyBytes: key.encoded(),
    eDeviceKey: keyOf(key),
    retrievalMethods,
    ...(origins ? { originInfos: readOriginInfos(origins) } : {}),
    ...(capabilities ? { capabilities: readCapabilities(capabilities) } : {}),
    deviations: extended && !origins ? ['origin-infos-missing'] : [],
    others: new Map([...shape.map()].filter(([member]) => !read.has(member))),
  };
}

function keyOf(shape: Shape): KeyObject {
  try {
    return decodeCoseKey(shape.inside().raw());
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    throw new MdocError('engagement', `The phone’s ephemeral key: ${error.message}`, { rule: error.code }, error);
  }
}

function readMethod(shape: Shape): DeviceRetrievalMethod {
  const [type, version, options] = shape.array();
  if (!type || !version) return shape.fail('member-type', 'a retrieval method is [type, version, options]');
  return { type: type.unsigned(), version: version.unsigned(), options: options?.map() ?? new Map() };
}

const MAX_QR_BYTES = 4096;

/** The text of the QR code: `mdoc:` and base64url without padding (ISO/IEC 18013-5 §8.2.2.3). */
export function engagementToQr(engagement: Uint8Array): string {
  return `mdoc:${Buffer.from(engagement).toString('base64url')}`;
}

/** The bytes behind the text of a QR code. @throws {MdocError} `qr` */
export function qrToEngagement(text: string): Uint8Array {
  const encoded = /^mdoc:([A-Za-z0-9_-]+)$/i.exec(text.slice(0, 2 * MAX_QR_BYTES))?.[1];
  const bytes =
    encoded && text.length < 2 * MAX_QR_BYTES ? new Uint8Array(Buffer.from(encoded, 'base64url')) : undefined;
  if (!bytes || Buffer.from(bytes).toString('base64url') !== encoded) {
    throw new MdocError('qr', 'The text is not that of an mdoc QR code: mdoc: and base64url without padding.');
  }
  return bytes;
}
