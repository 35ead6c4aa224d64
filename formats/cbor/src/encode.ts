import { CborError } from './error.ts';
import { type CborKey, type CborValue, DateTime, Float, FullDate, Raw, Simple, Tagged } from './value.ts';
import { CborWriter } from './writer.ts';

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
const KEPT = 8 * 1024;

/** Serves one message after the other, so that only the result is allocated. */
const slab = new CborWriter(KEPT);
let slabInUse = false;

/**
 * Encodes a value by the core deterministic rules (RFC 8949 §4.2): shortest heads and floats, definite lengths, sorted keys.
 * @throws {CborError} `value-unsupported`, `integer-unsafe`, `undefined-in-map`, `duplicate-key`, `text-not-unicode`, `too-deep`
 * @example encode({ version: '1.0', status: 0 })
 */
export function encode(value: Encodable, options: EncodeOptions = {}): Uint8Array {
  const sorted = options.mapOrder !== 'given';
  // A getter of a plain object may encode something itself, in the midst of this.
  if (slabInUse) {
    const own = new CborWriter();
    write(own, value, sorted, 0);
    return own.take();
  }
  slabInUse = true;
  try {
    write(slab, value, sorted, 0);
    return slab.take();
  } finally {
    slab.clear();
    slabInUse = false;
  }
}

/** Writes a value, deterministically, behind what a writer holds already. @throws {CborError} as `encode` does */
export function encodeInto(writer: CborWriter, value: Encodable): void {
  write(writer, value, true, 0);
}

function write(writer: CborWriter, value: Encodable, sorted: boolean, depth: number): void {
  switch (typeof value) {
    case 'string':
      writer.text(value);
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

function writeObject(writer: CborWriter, value: Encodable & (object | null), sorted: boolean, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new CborError('too-deep', 'The value is nested too deeply, or contains itself.', { limit: MAX_DEPTH });
  }
  if (value === null) {
    writer.byte(0xf6);
  } else if (value instanceof Uint8Array) {
    writer.bytes(value);
  } else if (Array.isArray(value)) {
    writer.head(0x80, value.length);
    for (const item of value as readonly Encodable[]) write(writer, item, sorted, depth + 1);
  } else if (value instanceof Map) {
    const entries = value as Map<CborKey, Encodable>;
    writeMap(writer, entries.size, entries, sorted, depth);
  } else if (value instanceof Raw) {
    writer.raw(value.bytes);
  } else if (value instanceof DateTime) {
    writer.byte(0xc0);
    writer.text(value.text);
  } else if (value instanceof FullDate) {
    writer.head(0xc0, 1004);
    writer.text(value.text);
  } else if (value instanceof Tagged) {
    writeTag(writer, value.tag);
    write(writer, value.value, sorted, depth + 1);
  } else if (value instanceof Float) {
    writer.float(value.value);
  } else if (value instanceof Simple) {
    writeSimple(writer, value.value);
  } else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
    const entries = Object.entries(value as CborObject);
    writeMap(writer, entries.length, entries, sorted, depth);
  } else {
    throw new CborError('value-unsupported', 'An object of this class has no CBOR form.', {
      type: value.constructor?.name ?? 'object',
    });
  }
}

function writeNumber(writer: CborWriter, value: number): void {
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

function writeBigInt(writer: CborWriter, value: bigint): void {
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
    writer.bytes(bytes);
  }
}

function writeTag(writer: CborWriter, tag: number | bigint): void {
  if (typeof tag === 'bigint' && tag > BigInt(Number.MAX_SAFE_INTEGER) && tag < 1n << 64n) writer.bigHead(0xc0, tag);
  else if (tag >= 0 && Number.isSafeInteger(Number(tag))) writer.head(0xc0, Number(tag));
  else throw new CborError('value-unsupported', 'A tag is a whole number below 2^64.', { type: 'tag' });
}

function writeSimple(writer: CborWriter, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 255 || (value > 19 && value < 32)) {
    throw new CborError('simple-value', 'A simple value is 0–19 or 32–255; 20–23 have values of their own.');
  }
  writer.head(0xe0, value);
}

function writeMap(
  writer: CborWriter,
  count: number,
  entries: Iterable<[CborKey, Encodable]>,
  sorted: boolean,
  depth: number,
): void {
  writer.head(0xa0, count);
  const from = writer.length;
  const places: Place[] = [];
  let rising = true;
  let before: Place | undefined;
  for (const [key, value] of entries) {
    if (value === undefined) {
      throw new CborError('undefined-in-map', 'A map entry is undefined: leave the entry out, or write null.');
    }
    const start = writer.length;
    writeKey(writer, key);
    const place = { start, keyEnd: writer.length };
    write(writer, value, sorted, depth + 1);
    if (!sorted) continue;
    places.push(place);
    rising &&= before === undefined || compareKeys(writer.buffer, before, place) < 0;
    before = place;
  }
  if (!rising) sortEntries(writer, from, places);
}

/** Where an entry of a map begins, and where its key ends. */
interface Place {
  readonly start: number;
  readonly keyEnd: number;
}

/** Puts the entries of the map that was just written into the order of their keys' encodings (RFC 8949 §4.2.1). */
function sortEntries(writer: CborWriter, from: number, places: Place[]): void {
  const written = writer.buffer.slice(from, writer.length);
  const shifted = places.map(({ start, keyEnd }, index) => ({
    start: start - from,
    keyEnd: keyEnd - from,
    end: (places[index + 1]?.start ?? writer.length) - from,
  }));
  shifted.sort((a, b) => {
    const order = compareKeys(written, a, b);
    if (order === 0) throw new CborError('duplicate-key', 'Two keys of the map have the same encoding.');
    return order;
  });
  writer.length = from;
  for (const { start, end } of shifted) writer.raw(written.subarray(start, end));
  written.fill(0);
}

function compareKeys(bytes: Uint8Array, a: Place, b: Place): number {
  const length = Math.min(a.keyEnd - a.start, b.keyEnd - b.start);
  for (let index = 0; index < length; index++) {
    const difference = (bytes[a.start + index] as number) - (bytes[b.start + index] as number);
    if (difference !== 0) return difference;
  }
  return a.keyEnd - a.start - (b.keyEnd - b.start);
}

function writeKey(writer: CborWriter, key: CborKey): void {
  if (typeof key === 'string') writer.text(key);
  else if (typeof key === 'number' && Number.isSafeInteger(key)) writeNumber(writer, key);
  else if (typeof key === 'bigint' && key < 1n << 64n && key >= -(1n << 64n)) writeBigInt(writer, key);
  else if (key instanceof Uint8Array) {
    writer.bytes(key);
  } else {
    throw new CborError('key-type', 'Keys are integers of 64 bits, text or byte strings.', { type: typeof key });
  }
}
