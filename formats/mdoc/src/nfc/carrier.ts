import type { DeviceRetrievalMethod } from '../device-engagement.ts';
import { type BleOptions, bleRetrieval, readBleRetrieval } from '../engagement/ble-retrieval.ts';
import { nfcRetrieval, readNfcRetrieval } from '../engagement/nfc-retrieval.ts';
import { MdocError } from '../error.ts';
import { BLE_OOB_TYPE, type BleOob, encodeBleOob, LE_ROLE, parseBleOob } from './ble-oob.ts';
import { latin1, type NdefRecord, parseNdef, TNF } from './ndef.ts';

/** Who sends a handover message: the meaning of a Bluetooth role depends on it. */
export type HandoverSender = 'mdoc' | 'reader';

/** An alternative carrier record `ac`: which record configures the carrier, which ones go with it. */
export interface AlternativeCarrier {
  /** 0 inactive, 1 active, 2 activating, 3 unknown. */
  readonly power: number;
  readonly carrier: string;
  readonly auxiliary: readonly string[];
}

const NFC_CARRIER_TYPE = 'iso.org:18013:nfc';
const NFC_CARRIER_VERSION = 1;
const LENGTH_TYPE = { command: 1, response: 2 } as const;

const fail = (rule: string, why: string): never => {
  throw new MdocError('handover', `The handover message is malformed: ${why}.`, { rule });
};

/** The record `ac`. */
export function writeAlternativeCarrier({ power, carrier, auxiliary }: AlternativeCarrier): NdefRecord {
  const reference = (name: string) => [name.length, ...Buffer.from(name, 'latin1')];
  const payload = Uint8Array.from([power, ...reference(carrier), auxiliary.length, ...auxiliary.flatMap(reference)]);
  return { tnf: TNF.wellKnown, type: 'ac', payload };
}

/** The alternative carriers inside the record `Hs` or `Hr`. @throws {MdocError} `handover` */
export function readAlternativeCarriers(message: Uint8Array): AlternativeCarrier[] {
  return parseNdef(message)
    .filter(({ tnf, type }) => tnf === TNF.wellKnown && type === 'ac')
    .map(({ payload }) => {
      let at = 1;
      const reference = () => {
        const length = payload[at] ?? fail('carrier-reference', 'a reference is missing');
        const name = payload.subarray(at + 1, at + 1 + length);
        if (length === 0 || name.length !== length) fail('carrier-reference', 'a reference is cut short');
        at += 1 + length;
        return latin1(name);
      };
      const power = (payload[0] ?? fail('carrier-reference', 'a carrier record is empty')) & 3;
      const carrier = reference();
      const count = payload[at++] ?? fail('carrier-reference', 'the count of auxiliary records is missing');
      const auxiliary: string[] = [];
      for (let index = 0; index < count; index++) auxiliary.push(reference());
      if (at !== payload.length) fail('trailing-bytes', 'bytes follow in a carrier record');
      return { power, carrier, auxiliary };
    });
}

/**
 * The carrier configuration record of a retrieval method, with its id: `0` Bluetooth LE, `nfc`.
 * @param withUuid false where the other end names the UUID (negotiated handover, mdoc as central)
 * @throws {MdocError} `handover` for methods that have no record here, or UUIDs that differ
 */
export function writeCarrier(method: DeviceRetrievalMethod, sender: HandoverSender, withUuid: boolean): NdefRecord {
  const ble = readBleRetrieval(method);
  if (ble) {
    const payload = encodeBleOob(oobOf(ble, sender, withUuid));
    return { tnf: TNF.media, type: BLE_OOB_TYPE, id: '0', payload };
  }
  const nfc = readNfcRetrieval(method);
  if (!nfc) return fail('carrier-unknown', 'the retrieval method has no carrier record');
  const payload = Uint8Array.from([
    NFC_CARRIER_VERSION,
    ...lengthField(LENGTH_TYPE.command, nfc.maxCommandLength),
    ...lengthField(LENGTH_TYPE.response, nfc.maxResponseLength),
  ]);
  return { tnf: TNF.external, type: NFC_CARRIER_TYPE, id: 'nfc', payload };
}

/** The retrieval method of a carrier configuration record; undefined for carriers that are not known here. @throws {MdocError} `handover` */
export function readCarrier(
  record: NdefRecord,
  sender: HandoverSender,
  otherUuid?: Uint8Array,
): DeviceRetrievalMethod | undefined {
  if (record.tnf === TNF.media && record.type === BLE_OOB_TYPE) {
    return bleRetrieval(bleOf(parseBleOob(record.payload), sender, otherUuid));
  }
  if (record.tnf === TNF.external && record.type === NFC_CARRIER_TYPE) return readNfcCarrier(record.payload);
  return undefined;
}

function oobOf(ble: BleOptions, sender: HandoverSender, withUuid: boolean): BleOob {
  const { peripheralServer, centralClient, peripheralServerUuid, centralClientUuid, address } = ble;
  if (!peripheralServer && !centralClient) fail('role', 'the Bluetooth method has no role');
  const both = peripheralServer && centralClient;
  if (both && !sameUuid(peripheralServerUuid, centralClientUuid)) {
    fail('uuid', 'one record carries one UUID, but the two roles have different ones');
  }
  // The options name the roles of the mdoc; the record names that of its sender.
  const senderIsPeripheral = sender === 'mdoc' ? peripheralServer : centralClient;
  const role = both ? LE_ROLE.bothCentralPreferred : senderIsPeripheral ? LE_ROLE.peripheral : LE_ROLE.central;
  const uuid = centralClient ? centralClientUuid : peripheralServerUuid;
  return { role, ...(uuid && withUuid ? { uuid } : {}), ...(address ? { address } : {}) };
}

function sameUuid(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}

function bleOf({ role, uuid, address }: BleOob, sender: HandoverSender, otherUuid: Uint8Array | undefined): BleOptions {
  const both = role >= LE_ROLE.bothPeripheralPreferred;
  const senderIsPeripheral = role === LE_ROLE.peripheral;
  const peripheralServer = both || senderIsPeripheral === (sender === 'mdoc');
  const centralClient = both || !peripheralServer;
  const known = uuid ?? otherUuid;
  return {
    peripheralServer,
    centralClient,
    ...(known && peripheralServer ? { peripheralServerUuid: known } : {}),
    ...(known && centralClient ? { centralClientUuid: known } : {}),
    ...(address ? { address } : {}),
  };
}

/** Length of what follows, type, and the number in as few bytes as hold it, but two at least. */
function lengthField(type: number, value: number | undefined): number[] {
  if (value === undefined) return [];
  const number = Buffer.alloc(value > 0xff_ffff ? 4 : value > 0xffff ? 3 : 2);
  number.writeUIntBE(value, 0, number.length);
  return [number.length + 1, type, ...number];
}

function readNfcCarrier(payload: Uint8Array): DeviceRetrievalMethod {
  if (payload[0] !== NFC_CARRIER_VERSION) fail('version', 'the NFC carrier has a version that is not read here');
  const lengths = new Map<number, number>();
  for (let at = 1; at < payload.length; ) {
    const length = payload[at] as number;
    const type = payload[at + 1];
    const value = payload.subarray(at + 2, at + 1 + length);
    if (type === undefined || value.length === 0 || value.length > 4 || value.length !== length - 1) {
      return fail('truncated', 'a length of the NFC carrier is cut short');
    }
    lengths.set(type, Buffer.from(value).readUIntBE(0, value.length));
    at += 1 + length;
  }
  const maxCommandLength = lengths.get(LENGTH_TYPE.command);
  const maxResponseLength = lengths.get(LENGTH_TYPE.response);
  return nfcRetrieval({
    ...(maxCommandLength === undefined ? {} : { maxCommandLength }),
    ...(maxResponseLength === undefined ? {} : { maxResponseLength }),
  });
}
