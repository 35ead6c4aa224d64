import type { CborMap, CborValue } from '@tegata/cbor';
import type { DeviceRetrievalMethod } from '../device-engagement.ts';
import { Shape } from '../shape.ts';

/** Number of the retrieval method in DeviceEngagement. */
export const BLE_METHOD = 2;

const UUID_BYTES = 16;
const ADDRESS_BYTES = 6;
const KEY = {
  peripheralServer: 0,
  centralClient: 1,
  peripheralUuid: 10,
  centralUuid: 11,
  address: 20,
  psm: 21,
} as const;

/** How the phone is reached over Bluetooth LE (ISO/IEC 18013-5 §8.2.1.1); roles are those of the mdoc. */
export interface BleOptions {
  readonly peripheralServer: boolean;
  readonly centralClient: boolean;
  /** 16 bytes in the order of the printed UUID. */
  readonly peripheralServerUuid?: Uint8Array;
  readonly centralClientUuid?: Uint8Array;
  /** 6 bytes. */
  readonly address?: Uint8Array;
  /** L2CAP channel, of the second edition. */
  readonly psm?: number;
}

/** Bluetooth LE as a retrieval method: `[2, 1, options]`. */
export function bleRetrieval(options: BleOptions): DeviceRetrievalMethod {
  const map: CborMap = new Map<number, CborValue>([
    [KEY.peripheralServer, options.peripheralServer],
    [KEY.centralClient, options.centralClient],
  ]);
  if (options.peripheralServerUuid) map.set(KEY.peripheralUuid, options.peripheralServerUuid);
  if (options.centralClientUuid) map.set(KEY.centralUuid, options.centralClientUuid);
  if (options.address) map.set(KEY.address, options.address);
  if (options.psm !== undefined) map.set(KEY.psm, options.psm);
  return { type: BLE_METHOD, version: 1, options: map };
}

/**
 * The options of a Bluetooth LE method; undefined for a method of another kind or version. Unknown members are ignored.
 * @throws {MdocError} `engagement` when a member has the wrong type or length
 * @example engagement.retrievalMethods.map(readBleRetrieval)
 */
export function readBleRetrieval(method: DeviceRetrievalMethod): BleOptions | undefined {
  if (method.type !== BLE_METHOD || method.version !== 1) return undefined;
  const shape = new Shape('engagement', 'ble', method.options);
  const bytes = (key: number, length: number) => {
    const member = shape.optional(key);
    const value = member?.bytes();
    if (value && value.length !== length) member?.fail('member-type', `${length} bytes are expected`);
    return value;
  };
  const peripheralServerUuid = bytes(KEY.peripheralUuid, UUID_BYTES);
  const centralClientUuid = bytes(KEY.centralUuid, UUID_BYTES);
  const address = bytes(KEY.address, ADDRESS_BYTES);
  const psm = shape.optional(KEY.psm)?.unsigned();
  return {
    peripheralServer: shape.get(KEY.peripheralServer).boolean(),
    centralClient: shape.get(KEY.centralClient).boolean(),
    ...(peripheralServerUuid ? { peripheralServerUuid } : {}),
    ...(centralClientUuid ? { centralClientUuid } : {}),
    ...(address ? { address } : {}),
    ...(psm === undefined ? {} : { psm }),
  };
}
