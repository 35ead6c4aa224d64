import { ApduError } from './error.ts';

/** One object of a record: "simple TLV" of JICSAP, which has nothing to do with BER. `value` is a view. */
export interface SimpleTlv {
  /** 01 … FE. */
  readonly tag: number;
  readonly value: Uint8Array;
  /** Where the object starts in the buffer that was read. */
  readonly start: number;
  /** Where it ends (exclusive). */
  readonly end: number;
}

function malformed(rule: string, offset: number): ApduError {
  return new ApduError('tlv-malformed', `This is not a simple-TLV object of a card record: ${rule}.`, { rule, offset });
}

/**
 * Reads the object at `offset`: tag 01 … FE, then a length byte 00 … FE, or `FF` and two bytes big endian (card.md §1). The long form is
 * accepted for short lengths too: JICSAP lets both stand in one file.
 * @throws {ApduError} `tlv-malformed` with offset and rule
 * @example
 * readSimpleTlv(hex('01 02 31 32')).value; // 31 32
 */
export function readSimpleTlv(bytes: Uint8Array, offset = 0): SimpleTlv {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw malformed('header cut short', offset);
  if (tag === 0x00 || tag === 0xff) throw malformed('tag 00 or FF', offset);
  let start = offset + 2;
  let length = first;
  if (first === 0xff) {
    if (start + 2 > bytes.length) throw malformed('header cut short', offset);
    length = (bytes[start]! << 8) | bytes[start + 1]!;
    start += 2;
  }
  const end = start + length;
  if (end > bytes.length) throw malformed('value cut short', offset);
  return { tag, value: bytes.subarray(start, end), start: offset, end };
}

/**
 * Reads objects one after the other until the bytes end, or nothing but filler `FF` is left.
 * @throws {ApduError} `tlv-malformed`; `tlv-limit` above `maxObjects` (default 254, as many as a record file has)
 */
export function readSimpleTlvs(
  bytes: Uint8Array,
  { maxObjects = 254 }: { maxObjects?: number } = {},
): readonly SimpleTlv[] {
  const out: SimpleTlv[] = [];
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0xff) {
    if (out.length === maxObjects) {
      throw new ApduError('tlv-limit', 'There are more objects than a record file holds.', { maxObjects });
    }
    const tlv = readSimpleTlv(bytes, at);
    out.push(tlv);
    at = tlv.end;
  }
  for (; at < bytes.length; at++) {
    if (bytes[at] !== 0xff) throw malformed('other bytes than filler after the objects', at);
  }
  return out;
}

/**
 * Writes an object, with one length byte up to 254 and `FF hh ll` above.
 * @throws {ApduError} `tlv-limit` when tag or length has no such form
 */
export function encodeSimpleTlv(tag: number, value: Uint8Array): Uint8Array {
  if (!Number.isInteger(tag) || tag < 0x01 || tag > 0xfe || value.length > 65_535) {
    throw new ApduError('tlv-limit', 'An object of a record has a tag of 01 to FE and at most 65,535 bytes of value.', {
      tag,
      length: value.length,
    });
  }
  const header = value.length < 0xff ? [tag, value.length] : [tag, 0xff, value.length >> 8, value.length & 255];
  const out = new Uint8Array(header.length + value.length);
  out.set(header);
  out.set(value, header.length);
  return out;
}
