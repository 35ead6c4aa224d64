import { CborError } from './error.ts';
import { type CborKey, type CborValue, DateTime, Float, FullDate, Raw, Simple, Tagged } from './value.ts';
import { Writer } from './writer.ts';

/** A plain object is written as a map with text keys; a property that is `undefined` is refused. */
export interface CborObject {
  readonly [key: string]: Encodable;
}

/** What `encode` takes: any CBOR value, with plain objects in place of maps where that reads better. */
export type Encodable = CborValue | readonly Encodable[] | Map<CborKey, Encodable> | CborObject;

/** How maps are ordered: by the deterministic rules (default), or as given, where a profile fixes another order. */
export interface EncodeOptions {
  readonly mapOrder?: 'deterministic' | 'given';
}

const MAX_DEPTH = 256;
const utf8 = new TextEncoder();

/**
 * Encodes a value by the core deterministic rules (RFC 8949 §4.2): shortest heads and floats, definite lengths, sorted keys.
 * @throws {CborError} `value-unsupported`, `integer-unsafe`, `undefined-in-map`, `duplicate-key`, `text-not-unicode`, `too-deep`
 * @example encode({ version: '1.0', status: 0 })
 */
export function encode(value: Encodable, options: EncodeOptions = {}): Uint8Array {
  const writer = new Writer();
  write(writer, value, options.mapOrder !== 'given', 0);
  return writer.take();
}

function write(writer: Writer, value: Encodable, sorted: boolean, depth: number): void {
  switch (typeof value) {
    case 'string':
      writeText(writer, value);
      return;
    case 'number':
      writeNumber(writer, value);
      return;
    case 'bigint':
      writeBigInt(writer, value);
      return;
    case 'boolean':
      writer.byte(value ? 0xf5 : 0xf4);
      return;
    case 'undefined':
      writer.byte(0xf7);
      return;
    case 'object':
      writeObject(writer, value, sorted, depth);
      return;
    default:
      throw new CborError('value-unsupported', 'A value of this type has no CBOR form.', { type: typeof value });
  }
}

function writeObject(writer: Writer, value: Encodable & (object | null), sorted: boolean, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new CborError('too-deep', 'The value is nested too deeply, or contains itself.', { limit: MAX_DEPTH });
  }
  if (value === null) {
    writer.byte(0xf6);
  } else if (value instanceof Uint8Array) {
    writer.head(0x40, value.length);
    writer.raw(value);
  } else if (Array.isArray(value)) {
    writer.head(0x80, value.length);
    for (const item of value as readonly Encodable[]) write(writer, item, sorted, depth + 1);
  } else if (value instanceof Map) {
    writeMap(writer, [...(value as Map<CborKey, Encodable>)], sorted, depth);
  } else if (value instanceof Raw) {
    writer.raw(value.bytes);
  } else if (value instanceof DateTime) {
    writer.byte(0xc0);
    writeText(writer, value.text);
  } else if (value instanceof FullDate) {
    writer.head(0xc0, 1004);
    writeText(writer, value.text);
  } else if (value instanceof Tagged) {
    writeTag(writer, value.tag);
    write(writer, value.value, sorted, depth + 1);
  } else if (value instanceof Float) {
    writer.float(value.value);
  } else if (value instanceof Simple) {
    writeSimple(writer, value.value);
  } else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
    writeMap(writer, Object.entries(value as CborObject), sorted, depth);
  } else {
    throw new CborError('value-unsupported', 'An object of this class has no CBOR form.', {
      type: value.constructor?.name ?? 'object',
    });
  }
}

function writeText(writer: Writer, text: string): void {
  if (!text.isWellFormed()) throw new CborError('text-not-unicode', 'The text holds half of a surrogate pair.');
  writer.text(text);
}

function writeNumber(writer: Writer, value: number): void {
  if (!Number.isInteger(value)) {
    writer.float(value);
    return;
  }
  if (!Number.isSafeInteger(value)) {
    throw new CborError('integer-unsafe', 'This integer is not exact as a number: pass a bigint, or a Float.');
  }
  if (value >= 0) writer.head(0x00, value);
  else writer.head(0x20, -1 - value);
}

function writeBigInt(writer: Writer, value: bigint): void {
  const negative = value < 0n;
  const argument = negative ? -1n - value : value;
  if (argument <= BigInt(Number.MAX_SAFE_INTEGER)) {
    writer.head(negative ? 0x20 : 0x00, Number(argument));
  } else if (argument < 1n << 64n) {
    writer.bigHead(negative ? 0x20 : 0x00, argument);
  } else {
    const hex = argument.toString(16);
    const even = hex.length % 2 ? `0${hex}` : hex;
    const bytes = Uint8Array.from({ length: even.length / 2 }, (_, i) =>
      Number.parseInt(even.slice(2 * i, 2 * i + 2), 16),
    );
    writer.byte(negative ? 0xc3 : 0xc2);
    writer.head(0x40, bytes.length);
    writer.raw(bytes);
  }
}

function writeTag(writer: Writer, tag: number | bigint): void {
  if (typeof tag === 'bigint' && tag > BigInt(Number.MAX_SAFE_INTEGER) && tag < 1n << 64n) writer.bigHead(0xc0, tag);
  else if (tag >= 0 && Number.isSafeInteger(Number(tag))) writer.head(0xc0, Number(tag));
  else throw new CborError('value-unsupported', 'A tag is a whole number below 2^64.', { type: 'tag' });
}

function writeSimple(writer: Writer, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 255 || (value > 19 && value < 32)) {
    throw new CborError('simple-value', 'A simple value is 0–19 or 32–255; 20–23 have values of their own.');
  }
  writer.head(0xe0, value);
}

function writeMap(writer: Writer, entries: [CborKey, Encodable][], sorted: boolean, depth: number): void {
  if (sorted) entries.sort(compareEntries);
  writer.head(0xa0, entries.length);
  let before: CborKey | undefined;
  for (const [key, value] of entries) {
    if (sorted && before !== undefined && compareKeys(before, key) === 0) {
      throw new CborError('duplicate-key', 'Two keys of the map have the same encoding.');
    }
    before = key;
    if (value === undefined) {
      throw new CborError('undefined-in-map', 'A map entry is undefined: leave the entry out, or write null.');
    }
    writeKey(writer, key);
    write(writer, value, sorted, depth + 1);
  }
}

function writeKey(writer: Writer, key: CborKey): void {
  if (typeof key === 'string') writeText(writer, key);
  else if (typeof key === 'number' && Number.isSafeInteger(key)) writeNumber(writer, key);
  else if (typeof key === 'bigint' && key < 1n << 64n && key >= -(1n << 64n)) writeBigInt(writer, key);
  else if (key instanceof Uint8Array) {
    writer.head(0x40, key.length);
    writer.raw(key);
  } else {
    throw new CborError('key-type', 'Keys are integers of 64 bits, text or byte strings.', { type: typeof key });
  }
}

const compareEntries = (a: [CborKey, Encodable], b: [CborKey, Encodable]) => compareKeys(a[0], b[0]);

/** The order of the encodings, byte by byte, found without encoding (RFC 8949 §4.2.1). */
function compareKeys(a: CborKey, b: CborKey): number {
  const rank = majorOf(a) - majorOf(b);
  if (rank !== 0) return rank;
  if (typeof a === 'string' && typeof b === 'string') {
    if (isAscii(a) && isAscii(b)) return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
    return compareBytes(utf8.encode(a), utf8.encode(b));
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  const [x, y] = [a as number | bigint, b as number | bigint];
  const order = x < y ? -1 : x > y ? 1 : 0;
  return x < 0 ? -order : order;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function majorOf(key: CborKey): number {
  if (typeof key === 'string') return 3;
  if (typeof key === 'object') return 2;
  return key < 0 ? 1 : 0;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
