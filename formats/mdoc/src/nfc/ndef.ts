import { MdocError } from '../error.ts';

/** Type name formats of an NDEF record (NFC Forum NDEF §3.2.6) that are used here. */
export const TNF = { empty: 0, wellKnown: 1, media: 2, external: 4 } as const;

/** One record. Type and id are bytes written as Latin-1 text, so that nothing is lost. */
export interface NdefRecord {
  readonly tnf: number;
  readonly type: string;
  readonly id?: string;
  readonly payload: Uint8Array;
}

const FLAG = { begin: 0x80, end: 0x40, chunk: 0x20, short: 0x10, id: 0x08, tnf: 0x07 } as const;
const MAX_RECORDS = 64;
/** What a capability container of the 15-byte form can announce. */
export const MAX_NDEF_BYTES = 0x7fff;

const bad = (rule: string, why: string, offset: number): never => {
  throw new MdocError('handover', `The NDEF message is malformed: ${why}.`, { rule, offset });
};

/**
 * Reads one NDEF message strictly: the first record alone begins it, the last alone ends it, no chunks, no bytes left over.
 * @param bytes at most 32,767; payloads are views
 * @throws {MdocError} `handover` with rule and offset
 * @example parseNdef(Uint8Array.of(0xd1, 2, 1, 0x54, 0x65, 0))[0].type // 'Te'
 */
export function parseNdef(bytes: Uint8Array): NdefRecord[] {
  if (bytes.length > MAX_NDEF_BYTES) bad('too-large', 'it is larger than a tag can hold', MAX_NDEF_BYTES);
  const records: NdefRecord[] = [];
  let at = 0;
  const byte = () => (at < bytes.length ? (bytes[at++] as number) : bad('truncated', 'it ends inside a record', at));
  const take = (length: number) => {
    if (length > bytes.length - at) bad('truncated', 'it ends inside a record', at);
    at += length;
    return bytes.subarray(at - length, at);
  };
  for (let ended = false; !ended; ) {
    const start = at;
    const head = byte();
    const first = records.length === 0;
    if (((head & FLAG.begin) !== 0) !== first) bad('begin-flag', 'the first record alone begins it', start);
    if (head & FLAG.chunk) bad('chunked', 'chunked records are not read', start);
    if (records.length >= MAX_RECORDS) bad('too-many', 'it has more records than are read', start);
    ended = (head & FLAG.end) !== 0;
    const tnf = head & FLAG.tnf;
    const typeLength = byte();
    const length = head & FLAG.short ? byte() : byte() * 0x100_0000 + (byte() << 16) + (byte() << 8) + byte();
    const idLength = head & FLAG.id ? byte() : 0;
    if (tnf > 6) bad('type-name-format', 'the type name format is reserved', start);
    const needsType = tnf >= 1 && tnf <= 4;
    if (needsType !== typeLength > 0) bad('type-length', 'the type does not fit its format', start);
    if (tnf === TNF.empty && (length > 0 || idLength > 0)) bad('type-length', 'an empty record holds something', start);
    const type = latin1(take(typeLength));
    const id = latin1(take(idLength));
    records.push({ tnf, type, ...(head & FLAG.id ? { id } : {}), payload: take(length) });
  }
  if (at !== bytes.length) bad('trailing-bytes', 'bytes follow the last record', at);
  return records;
}

/**
 * Writes one NDEF message: short records where the payload allows it.
 * @throws {MdocError} `handover` when there is no record, or a type or id is too long
 */
export function writeNdef(records: readonly NdefRecord[]): Uint8Array {
  if (records.length === 0) bad('truncated', 'it has one record at least', 0);
  const parts = records.flatMap(({ tnf, type, id, payload }, index): Uint8Array[] => {
    if (type.length > 255 || (id?.length ?? 0) > 255) bad('type-length', 'a type or id has 255 bytes at most', 0);
    const short = payload.length < 256;
    const head =
      (index === 0 ? FLAG.begin : 0) |
      (index === records.length - 1 ? FLAG.end : 0) |
      (short ? FLAG.short : 0) |
      (id === undefined ? 0 : FLAG.id) |
      tnf;
    const length = Buffer.alloc(short ? 1 : 4);
    length.writeUIntBE(payload.length, 0, length.length);
    const lengths = [head, type.length, ...length, ...(id === undefined ? [] : [id.length])];
    return [Uint8Array.from(lengths), Buffer.from(type, 'latin1'), Buffer.from(id ?? '', 'latin1'), payload];
  });
  return new Uint8Array(Buffer.concat(parts));
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
