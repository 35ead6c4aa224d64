import { type Encodable, encode } from './encode.ts';
import { CborError } from './error.ts';
import { cborPath } from './path.ts';
import { type CborLimits, type DecodeOptions, INDEFINITE, MAJOR, Reader } from './reader.ts';
import { type CborKey, type CborValue, DateTime, Float, FullDate, Raw, Simple, Tagged } from './value.ts';

/**
 * Embedded CBOR, tag 24. What is hashed and signed are its bytes as received, never a new encoding.
 * @example Encoded.of({ a: 1 }).bytes // d8 18 44 a1 61 61 01
 */
export class Encoded extends Raw {
  private constructor(bytes: Uint8Array) {
    super(bytes);
  }
  /** What the byte string holds. */
  get content(): Uint8Array {
    const reader = new Reader(this.bytes, UNLIMITED);
    reader.head();
    reader.head();
    return byteString(reader);
  }
  /** Encodes a value and embeds it. @throws {CborError} as `encode` does */
  static of(value: Encodable): Encoded {
    return Encoded.wrap(encode(value));
  }
  /** Embeds one item that is encoded already. */
  static wrap(content: Uint8Array): Encoded {
    return new Encoded(encode(new Tagged(24, content)));
  }
  /** Keeps the whole item, tag and byte string, as `decode` has found it. */
  static received(bytes: Uint8Array): Encoded {
    return new Encoded(bytes);
  }
  /** Decodes the content. @throws {CborError} as `decode` does; offsets count from the start of `content` */
  decode(options?: DecodeOptions): CborValue {
    return decode(this.content, options);
  }
}

/**
 * Decodes exactly one item, strictly: no trailing bytes, no duplicate keys, valid UTF-8, within limits. Indefinite lengths and
 * heads that are not the shortest are read, since both are CBOR; `onDeviation` hears of them, and `Encoded.bytes` keeps them.
 * Byte strings are views of the input: do not change the input afterwards.
 * @throws {CborError} with the offset, and the path where it lies inside of a container
 * @example decode(Uint8Array.of(0xa1, 0x01, 0x02)) // Map { 1 => 2 }
 */
export function decode(bytes: Uint8Array, options?: DecodeOptions): CborValue {
  return located(bytes, options, () => {
    const reader = new Reader(bytes, options);
    const value = item(reader, 0);
    reader.end();
    return value;
  });
}

/**
 * Splits a map into its entries, each value still in the bytes in which it was received.
 * @throws {CborError} as `decode` does; `value-unsupported` when the item is not a map
 */
export function decodeMapSpans(bytes: Uint8Array, options?: DecodeOptions): Map<CborKey, Raw> {
  return located(bytes, options, () => {
    const reader = new Reader(bytes, options);
    reader.head();
    if (reader.major !== MAJOR.map) reader.fail('value-unsupported', 'The item is not a map.');
    const entries = map(reader, 1, span);
    reader.end();
    return entries;
  });
}

/**
 * Splits an array into its items, each still in the bytes in which it was received.
 * @throws {CborError} as `decode` does; `value-unsupported` when the item is not an array
 */
export function decodeArraySpans(bytes: Uint8Array, options?: DecodeOptions): Raw[] {
  return located(bytes, options, () => {
    const reader = new Reader(bytes, options);
    reader.head();
    if (reader.major !== MAJOR.array) reader.fail('value-unsupported', 'The item is not an array.');
    const items = array(reader, 1, span);
    reader.end();
    return items;
  });
}

/** For bytes that were within limits when they were received. */
const UNLIMITED: CborLimits = { maxBytes: Number.POSITIVE_INFINITY, maxItems: Number.POSITIVE_INFINITY };

function span(reader: Reader, depth: number): Raw {
  const from = reader.position;
  item(reader, depth);
  return new Raw(reader.bytes.subarray(from, reader.position));
}

/** Adds to an error where in the structure it lies: found by a second walk, so that the first one need not keep track. */
function located<T>(bytes: Uint8Array, limits: CborLimits | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    const { offset } = error.context;
    const path = offset === undefined ? '' : cborPath(bytes, offset, limits);
    throw path === '' ? error : new CborError(error.code, error.message, { ...error.context, path });
  }
}

/** Longer ones have no use in identity documents, and cost more than linear time to print. */
const MAX_BIGNUM_BYTES = 1024;

/** Reads what stands at the position of the reader, inside of so many containers. */
type Read<T> = (reader: Reader, depth: number) => T;

/** One item of any kind as a value. */
export function item(reader: Reader, depth: number): CborValue {
  reader.head();
  switch (reader.major) {
    case MAJOR.unsigned:
      return reader.argument;
    case MAJOR.negative:
      return negative(reader.argument);
    case MAJOR.bytes:
      return byteString(reader);
    case MAJOR.text:
      return reader.info === INDEFINITE ? chunkedText(reader) : reader.text();
    case MAJOR.array:
      reader.deeper(depth + 1);
      return array(reader, depth + 1, item);
    case MAJOR.map:
      reader.deeper(depth + 1);
      return map(reader, depth + 1, item);
    case MAJOR.tag:
      reader.deeper(depth + 1);
      return tag(reader, depth + 1);
    default:
      return simple(reader);
  }
}

function negative(argument: number | bigint): number | bigint {
  const value = typeof argument === 'number' ? -1 - argument : -1n - argument;
  return typeof value === 'number' && !Number.isSafeInteger(value) ? -1n - BigInt(argument) : value;
}

export function byteString(reader: Reader): Uint8Array {
  if (reader.info !== INDEFINITE) return reader.content();
  const chunks: Uint8Array[] = [];
  let length = 0;
  reader.chunks(() => {
    const chunk = reader.content();
    chunks.push(chunk);
    length += chunk.length;
  });
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

export function chunkedText(reader: Reader): string {
  const chunks: string[] = [];
  reader.chunks(() => chunks.push(reader.text()));
  return chunks.join('');
}

/** The items of an array whose head was just read. */
function array<T>(reader: Reader, depth: number, read: Read<T>): T[] {
  const items: T[] = [];
  if (reader.info === INDEFINITE) {
    while (!reader.takeBreak()) items.push(read(reader, depth));
  } else {
    for (let left = reader.count(); left > 0; left--) items.push(read(reader, depth));
  }
  return items;
}

/** The entries of a map whose head was just read; no key occurs twice. */
function map<T>(reader: Reader, depth: number, read: Read<T>): Map<CborKey, T> {
  const entries = new Map<CborKey, T>();
  const indefinite = reader.info === INDEFINITE;
  let byteKeys: Set<string> | undefined;
  for (let left = indefinite ? Number.POSITIVE_INFINITY : reader.count(); left > 0; left--) {
    if (indefinite && reader.takeBreak()) break;
    const at = reader.position;
    const key = mapKey(reader);
    let known = entries.has(key);
    if (typeof key === 'object') {
      byteKeys ??= new Set();
      known = byteKeys.size === byteKeys.add(contentOf(key)).size;
    }
    if (known) reader.fail('duplicate-key', 'A key occurs twice in one map.', at);
    entries.set(key, read(reader, depth));
  }
  return entries;
}

/** Bytes as a string of one character each, by which a set can find them. */
export function contentOf(bytes: Uint8Array): string {
  let content = '';
  for (const byte of bytes) content += String.fromCharCode(byte);
  return content;
}

/** One key of a map. */
export function mapKey(reader: Reader): CborKey {
  reader.head();
  switch (reader.major) {
    case MAJOR.unsigned:
      return reader.argument;
    case MAJOR.negative:
      return negative(reader.argument);
    case MAJOR.bytes:
      return byteString(reader);
    case MAJOR.text:
      return reader.info === INDEFINITE ? chunkedText(reader) : reader.name();
    default:
      return reader.fail('key-type', 'Keys are integers, text or byte strings here.');
  }
}

function tag(reader: Reader, depth: number): CborValue {
  const from = reader.start;
  const number = reader.argument;
  if (number === 24) return encoded(reader, from);
  const content = item(reader, depth);
  const wrong = (): never => reader.fail('tag-content', `Tag ${number} stands before a value of the wrong type.`, from);
  switch (number) {
    case 0:
      return typeof content === 'string' ? new DateTime(content) : wrong();
    case 2:
    case 3: {
      if (!(content instanceof Uint8Array)) return wrong();
      if (content.length > MAX_BIGNUM_BYTES)
        return reader.fail('too-large', 'The bignum is larger than allowed.', from);
      // It has a head of its own, or begins with zeros: the same number has a shorter form (RFC 8949 §3.4.3).
      if (content.length <= 8 || content[0] === 0) reader.deviate('non-shortest', from);
      const value = bigNumber(content);
      return number === 2 ? value : -1n - value;
    }
    case 1004:
      return typeof content === 'string' ? new FullDate(content) : wrong();
    default:
      return new Tagged(number, content);
  }
}

/** Tag 24 must stand before a byte string; what that holds is read when it is asked for. */
function encoded(reader: Reader, from: number): Encoded {
  reader.head();
  if (reader.major !== MAJOR.bytes) {
    reader.fail('tag-content', 'Tag 24 stands before a value of the wrong type.', from);
  }
  if (reader.info === INDEFINITE) reader.chunks(() => reader.skipString());
  else reader.skipString();
  return Encoded.received(reader.bytes.subarray(from, reader.position));
}

function bigNumber(content: Uint8Array): bigint {
  if (content.length === 0) return 0n;
  return BigInt(`0x${Array.from(content, (byte) => byte.toString(16).padStart(2, '0')).join('')}`);
}

function simple(reader: Reader): CborValue {
  const { info, argument } = reader;
  if (info === INDEFINITE) return reader.fail('unexpected-break', 'A break stands where an item must.');
  if (info >= 25) return new Float(reader.float());
  if (info === 24 && argument < 32) {
    return reader.fail('simple-value', 'A simple value below 32 is not well-formed in two bytes.');
  }
  switch (argument) {
    case 20:
      return false;
    case 21:
      return true;
    case 22:
      return null;
    case 23:
      return undefined;
    default:
      return new Simple(Number(argument));
  }
}
