import { ApduError } from './error.ts';

/** One BER-TLV data object inside a buffer. All byte fields are views. */
export interface Tlv {
  /** One byte (`0x90`) or two (`0xdf21`). */
  readonly tag: number;
  readonly value: Uint8Array;
  /** The whole object, header included. */
  readonly bytes: Uint8Array;
  /** Where the object starts in the buffer that was read. */
  readonly start: number;
  /** Where it ends (exclusive). */
  readonly end: number;
}

interface Header {
  readonly tag: number;
  readonly headerLength: number;
  readonly valueLength: number;
}

function malformed(rule: string, offset: number): ApduError {
  return new ApduError('tlv-malformed', `This is not a BER-TLV data object of a card file: ${rule}.`, { rule, offset });
}

// Card tags break one rule of X.690: a second tag byte below 1F is used (FF10). Lengths: short, 81 and 82; the 82 form is the card's own from
// 128 bytes up, so "shortest form" holds only against the short form.
function readHeader(bytes: Uint8Array, start: number, end: number): Header | undefined {
  let at = start;
  if (at >= end) return undefined;
  let tag = bytes[at++]!;
  if (tag === 0) throw malformed('tag 00', start);
  if ((tag & 0x1f) === 0x1f) {
    if (at >= end) return undefined;
    const second = bytes[at++]!;
    if (second & 0x80) throw malformed('tag of three bytes or more', start);
    tag = (tag << 8) | second;
  }
  if (at >= end) return undefined;
  const first = bytes[at++]!;
  if (first < 0x80) return { tag, headerLength: at - start, valueLength: first };
  if (first === 0x80) throw malformed('indefinite length', start);
  if (first > 0x82) throw malformed('length form above 82', start);
  const count = first & 0x7f;
  if (at + count > end) return undefined;
  let length = 0;
  for (let i = 0; i < count; i++) length = (length << 8) | bytes[at++]!;
  if (length < 0x80) throw malformed('long form for a short length', start);
  return { tag, headerLength: at - start, valueLength: length };
}

/**
 * Reads the data object at `offset`.
 * @throws {ApduError} `tlv-malformed` with offset and rule: three-byte tag, indefinite or over-long length, cut short
 */
export function readTlv(bytes: Uint8Array, offset = 0, end = bytes.length): Tlv {
  const header = readHeader(bytes, offset, end);
  if (!header) throw malformed('header cut short', offset);
  const valueStart = offset + header.headerLength;
  const stop = valueStart + header.valueLength;
  if (stop > end) throw malformed('value cut short', offset);
  return {
    tag: header.tag,
    value: bytes.subarray(valueStart, stop),
    bytes: bytes.subarray(offset, stop),
    start: offset,
    end: stop,
  };
}

/**
 * Reads a row of data objects that fills `bytes` from `offset` to the end exactly. Not recursive: depth is the caller's.
 * @throws {ApduError} `tlv-malformed`; `tlv-limit` above `maxObjects` (default 32)
 */
export function readTlvs(bytes: Uint8Array, { maxObjects = 32 }: { maxObjects?: number } = {}): Tlv[] {
  const out: Tlv[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (out.length === maxObjects) {
      throw new ApduError('tlv-limit', 'There are more data objects than a card file holds.', { maxObjects });
    }
    const tlv = readTlv(bytes, at);
    out.push(tlv);
    at = tlv.end;
  }
  return out;
}

/**
 * Reads a transparent file: one data object, then nothing but filler `FF` or `00` (card.md §1).
 * @throws {ApduError} `tlv-malformed`
 */
export function readFileObject(file: Uint8Array): Tlv {
  const tlv = readTlv(file);
  for (let at = tlv.end; at < file.length; at++) {
    if (file[at] !== 0xff && file[at] !== 0x00) throw malformed('other bytes than filler after the object', at);
  }
  return tlv;
}

/**
 * How long the object is that begins with these bytes, header included; `undefined` while the header is incomplete. Up to five bytes tell.
 * It serves certificates too (`30 82 hh ll`).
 * @throws {ApduError} `tlv-malformed`
 * @example
 * objectLength(Uint8Array.of(0x30, 0x82, 0x05, 0x00)); // 1284
 */
export function objectLength(bytes: Uint8Array): number | undefined {
  const header = readHeader(bytes, 0, bytes.length);
  return header && header.headerLength + header.valueLength;
}

/**
 * Writes a data object in the card's own form: one length byte below 128, `82 hh ll` from there up (card.md §7.1).
 * @throws {ApduError} `tlv-limit` when tag or length has no such form
 * @example
 * encodeTlv(0xff10, encodeTlv(0xdf25, Uint8Array.of(0x31)));
 */
export function encodeTlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > 65535 || tag < 1 || tag > 0xffff) {
    throw new ApduError(
      'tlv-limit',
      'A data object of a card file has a tag of at most 2 bytes and 65,535 bytes of value.',
      {
        tag,
        length,
      },
    );
  }
  const header = tag > 0xff ? [tag >> 8, tag & 255] : [tag];
  if (length < 0x80) header.push(length);
  else header.push(0x82, length >> 8, length & 255);
  const out = new Uint8Array(header.length + length);
  out.set(header);
  let at = header.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
