import { decode } from '@tegata/cbor';
import { type DeviceEngagement, type DeviceRetrievalMethod, parseDeviceEngagement } from '../device-engagement.ts';
import { readBleRetrieval } from '../engagement/ble-retrieval.ts';
import { MdocError } from '../error.ts';
import {
  type AlternativeCarrier,
  type HandoverSender,
  readAlternativeCarriers,
  readCarrier,
  writeAlternativeCarrier,
  writeCarrier,
} from './carrier.ts';
import { type NdefRecord, parseNdef, TNF, writeNdef } from './ndef.ts';

/** Connection Handover 1.5, as ISO/IEC 18013-5 §8.2.2.1 names it. */
const HANDOVER_VERSION = 0x15;
const DEVICE_ENGAGEMENT = { type: 'iso.org:18013:deviceengagement', id: 'mdoc' } as const;
const READER_ENGAGEMENT = { type: 'iso.org:18013:readerengagement', id: 'mdocreader' } as const;
const ACTIVE = 1;

const fail = (rule: string, why: string): never => {
  throw new MdocError('handover', `The handover message is malformed: ${why}.`, { rule });
};

/** What a Handover Select message says. `bytes` go into the SessionTranscript as they were received. */
export interface HandoverSelect {
  readonly bytes: Uint8Array;
  readonly engagement: DeviceEngagement;
  /** Methods of the carriers that are known here, in the order of the message. */
  readonly retrievalMethods: readonly DeviceRetrievalMethod[];
  readonly carriers: readonly AlternativeCarrier[];
}

/** What a Handover Request message says. */
export interface HandoverRequest {
  readonly bytes: Uint8Array;
  /** The encoded ReaderEngagement of the second edition, where the reader sent one. */
  readonly readerEngagement?: Uint8Array;
  readonly retrievalMethods: readonly DeviceRetrievalMethod[];
  readonly carriers: readonly AlternativeCarrier[];
}

/**
 * Encodes the Handover Select message of the phone (ISO/IEC 18013-5 §8.2.2.1).
 * @param options.deviceEngagement encoded; over NFC it names no retrieval methods, the carriers do
 * @param options.negotiated whether it answers a Handover Request: then a phone that is Bluetooth central sends no UUID, the reader did
 * @throws {MdocError} `handover`
 * @example buildHandoverSelect({ deviceEngagement, retrievalMethods: [bleRetrieval(options)] })
 */
export function buildHandoverSelect(options: {
  deviceEngagement: Uint8Array;
  retrievalMethods: readonly DeviceRetrievalMethod[];
  negotiated?: boolean;
}): Uint8Array {
  const engagement: NdefRecord = { tnf: TNF.external, ...DEVICE_ENGAGEMENT, payload: options.deviceEngagement };
  const withUuid = (method: DeviceRetrievalMethod) =>
    !(options.negotiated && readBleRetrieval(method)?.centralClient === true);
  return message('Hs', 'mdoc', engagement, options.retrievalMethods, [DEVICE_ENGAGEMENT.id], withUuid);
}

/**
 * Encodes the Handover Request message of the reader, for negotiated handover.
 * @param options.readerEngagement encoded ReaderEngagement; default `{0: "1.0"}`
 * @throws {MdocError} `handover`
 */
export function buildHandoverRequest(options: {
  readerEngagement?: Uint8Array;
  retrievalMethods: readonly DeviceRetrievalMethod[];
}): Uint8Array {
  const payload = options.readerEngagement ?? Uint8Array.of(0xa1, 0x00, 0x63, 0x31, 0x2e, 0x30);
  const engagement: NdefRecord = { tnf: TNF.external, ...READER_ENGAGEMENT, payload };
  return message('Hr', 'reader', engagement, options.retrievalMethods, [], () => true);
}

function message(
  type: 'Hs' | 'Hr',
  sender: HandoverSender,
  engagement: NdefRecord,
  methods: readonly DeviceRetrievalMethod[],
  auxiliary: readonly string[],
  withUuid: (method: DeviceRetrievalMethod) => boolean,
): Uint8Array {
  const carriers = methods.map((method) => writeCarrier(method, sender, withUuid(method)));
  if (carriers.length === 0) fail('carrier-missing', 'one carrier at least is offered');
  const alternatives = writeNdef(
    carriers.map(({ id = '' }) => writeAlternativeCarrier({ power: ACTIVE, carrier: id, auxiliary })),
  );
  const payload = new Uint8Array([HANDOVER_VERSION, ...alternatives]);
  return writeNdef([{ tnf: TNF.wellKnown, type, payload }, engagement, ...carriers]);
}

/**
 * Reads a Handover Select message as the reader does.
 * @param handoverRequest what the reader itself sent, in negotiated handover: its UUID holds where the phone names none
 * @throws {MdocError} `handover`, `engagement`, `version`
 * @example const { engagement, retrievalMethods } = readHandoverSelect(ndef);
 */
export function readHandoverSelect(bytes: Uint8Array, handoverRequest?: HandoverRequest): HandoverSelect {
  const { records, carriers } = open(bytes, 'Hs');
  const [own, second] = records.filter((record) => isExternal(record, DEVICE_ENGAGEMENT.type));
  if (!own || second) return fail('engagement-record', 'it holds one record with the device engagement');
  const offered = (handoverRequest?.retrievalMethods ?? []).flatMap((method) => readBleRetrieval(method) ?? []);
  const uuid = offered[0]?.centralClientUuid ?? offered[0]?.peripheralServerUuid;
  return {
    bytes,
    engagement: parseDeviceEngagement(own.payload),
    retrievalMethods: methodsOf(records, carriers, 'mdoc', uuid),
    carriers,
  };
}

/** Reads a Handover Request message as the phone does. @throws {MdocError} `handover` */
export function readHandoverRequest(bytes: Uint8Array): HandoverRequest {
  const { records, carriers } = open(bytes, 'Hr');
  const engagement = records.find((record) => isExternal(record, READER_ENGAGEMENT.type))?.payload;
  if (engagement) checkReaderEngagement(engagement);
  return {
    bytes,
    ...(engagement ? { readerEngagement: engagement } : {}),
    retrievalMethods: methodsOf(records, carriers, 'reader'),
    carriers,
  };
}

/** It is only a version so far; what it holds beyond that is left to the caller. */
function checkReaderEngagement(bytes: Uint8Array): void {
  try {
    const value = decode(bytes);
    if (value instanceof Map && /^1\.\d+$/.test(String(value.get(0)))) return;
  } catch {
    // Falls through: what cannot be decoded is refused like what has the wrong form.
  }
  fail('reader-engagement', 'the reader engagement is a map with a version 1.x');
}

const isExternal = (record: NdefRecord, type: string) => record.tnf === TNF.external && record.type === type;

function open(bytes: Uint8Array, type: 'Hs' | 'Hr'): { records: NdefRecord[]; carriers: AlternativeCarrier[] } {
  const [first, ...records] = parseNdef(bytes);
  if (first?.tnf !== TNF.wellKnown || first.type !== type) return fail('handover-record', `it begins with ${type}`);
  const version = first.payload[0];
  // A reader of 1.5 understands every 1.x: what is new there may be left alone (Connection Handover §6.1).
  if (version === undefined || version >> 4 !== 1) return fail('version', 'its major version is 1');
  return { records, carriers: readAlternativeCarriers(first.payload.subarray(1)) };
}

function methodsOf(
  records: readonly NdefRecord[],
  carriers: readonly AlternativeCarrier[],
  sender: HandoverSender,
  uuid?: Uint8Array,
): DeviceRetrievalMethod[] {
  return carriers.flatMap(({ carrier }) => {
    const [record, second] = records.filter(({ id }) => id === carrier);
    if (!record || second) return fail('carrier-reference', 'a carrier refers to one record of the message');
    return readCarrier(record, sender, uuid) ?? [];
  });
}
