import { MdocError } from '../error.ts';

/** MIME type of the carrier record. */
export const BLE_OOB_TYPE = 'application/vnd.bluetooth.le.oob';

/** Advertising data types (Bluetooth, Assigned Numbers §2.3). */
const AD = { uuids128: 0x07, address: 0x1b, role: 0x1c } as const;

/** Which Bluetooth role the **sender** of the record takes. */
export const LE_ROLE = { peripheral: 0, central: 1, bothPeripheralPreferred: 2, bothCentralPreferred: 3 } as const;

/** Bluetooth LE out-of-band data. */
export interface BleOob {
  /** One of `LE_ROLE`. */
  readonly role: number;
  /** 16 bytes in the order of the printed UUID; on the wire they stand in reverse. */
  readonly uuid?: Uint8Array;
  /** 6 bytes in the order of the printed address; on the wire in reverse. */
  readonly address?: Uint8Array;
  /** 0 public, 1 random. */
  readonly addressKind?: number;
  /** Structures of other types, in their order. */
  readonly others?: readonly { readonly type: number; readonly data: Uint8Array }[];
}

const reversed = (bytes: Uint8Array) => Uint8Array.from(bytes).reverse();
const structure = (type: number, data: Uint8Array) => [Uint8Array.of(data.length + 1, type), data];

/** Encodes the payload of the record: a row of length, type, data. */
export function encodeBleOob({ role, uuid, address, addressKind = 0, others = [] }: BleOob): Uint8Array {
  return new Uint8Array(
    Buffer.concat([
      ...structure(AD.role, Uint8Array.of(role)),
      ...(uuid ? structure(AD.uuids128, reversed(uuid)) : []),
      ...(address ? structure(AD.address, Buffer.concat([reversed(address), Uint8Array.of(addressKind)])) : []),
      ...others.flatMap(({ type, data }) => structure(type, data)),
    ]),
  );
}

/**
 * Reads the payload of the record. The role must be there; of several UUIDs the first counts.
 * @throws {MdocError} `handover`
 * @example parseBleOob(Uint8Array.of(2, 0x1c, 3)).role // 3
 */
export function parseBleOob(payload: Uint8Array): BleOob {
  const fail = (rule: string, why: string): never => {
    throw new MdocError('handover', `The Bluetooth record is malformed: ${why}.`, { rule });
  };
  let role: number | undefined;
  let uuid: Uint8Array | undefined;
  let address: Uint8Array | undefined;
  let addressKind: number | undefined;
  const others: { type: number; data: Uint8Array }[] = [];
  for (let at = 0; at < payload.length; ) {
    const length = payload[at] as number;
    const type = payload[at + 1];
    const data = payload.subarray(at + 2, at + 1 + length);
    if (length === 0 || type === undefined || data.length !== length - 1) {
      return fail('truncated', 'a structure ends after the record does');
    }
    at += 1 + length;
    if (type === AD.role) {
      if (role !== undefined || data.length !== 1 || (data[0] as number) > LE_ROLE.bothCentralPreferred) {
        fail('role', 'the role stands once and is one of four');
      }
      role = data[0];
    } else if (type === AD.uuids128) {
      if (data.length === 0 || data.length % 16 !== 0) fail('uuid', 'a UUID has 16 bytes');
      uuid ??= reversed(data.subarray(0, 16));
    } else if (type === AD.address) {
      // Six bytes of the address, and one of its kind, which some leave out.
      if (data.length !== 6 && data.length !== 7) fail('address', 'an address has 6 bytes');
      address ??= reversed(data.subarray(0, 6));
      addressKind ??= data[6];
    } else others.push({ type, data });
  }
  if (role === undefined) return fail('role', 'the role is missing');
  return {
    role,
    ...(uuid ? { uuid } : {}),
    ...(address ? { address } : {}),
    ...(addressKind === undefined ? {} : { addressKind }),
    ...(others.length > 0 ? { others } : {}),
  };
}
