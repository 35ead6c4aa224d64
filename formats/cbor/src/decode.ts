import { type Encodable, encode } from './encode.ts';
import { type CborLimits, INDEFINITE, MAJOR, Reader } from './reader.ts';
import { type CborKey, type CborValue, DateTime, Float, FullDate, Raw, Simple, Tagged } from './value.ts';

/** Longer ones have no use in identity documents, and cost more than linear time to print. */
const MAX_BIGNUM_BYTES = 1024;

/**
 * Embedded CBOR, tag 24. What is hashed and signed are its bytes as received, never a new encoding.
 * @example Encoded.of({ a: 1 }).bytes // d8 18 44 a1 61 61 01
 */
export class Encoded extends Raw {
  /** What the byte string holds. */
  readonly content: Uint8Array;
  private constructor(content: Uint8Array, bytes: Uint8Array) {
    super(bytes);
    this.content = content;
  }
  /** Encodes a value and embeds it. @throws {CborError} as `encode` does */
  static of(value: Encodable): Encoded {
    return Encoded.wrap(encode(value));
  }
  /** Embeds one item that is encoded already. */
  static wrap(content: Uint8Array): Encoded {
    return new Encoded(content, encode(new Tagged(24, content)));
  }
  /** Keeps both spans of a received item. */
  static received(content: Uint8Array, bytes: Uint8Array): Encoded {
    return new Encoded(content, bytes);
  }
  /** Decodes the content. @throws {CborError} as `decode` does; offsets count from the start of `content` */
  decode(limits?: CborLimits): CborValue {
    return decode(this.content, limits);
  }
}

/**
 * Decodes exactly one item, strictly: no trailing bytes, no duplicate keys, valid UTF-8, within limits. Indefinite lengths and
 * heads that are not the shortest are read, since both are CBOR; `Encoded.bytes` keeps them.
 * Byte strings are views of the input: do not change the input afterwards.
 * @throws {CborError} with the offset
 * @example decode(Uint8Array.of(0xa1, 0x01, 0x02)) // Map { 1 => 2 }
 */
export function decode(bytes: Uint8Array, limits?: CborLimits): CborValue {
  const reader = new Reader(bytes, limits);
  const value = item(reader, 0);
  reader.end();
  return value;
}

/**
 * Splits a map into its entries, each value still in the bytes in which it was received.
 * @throws {CborError} as `decode` does; `value-unsupported` when the item is not a map
 */
export function decodeMapSpans(bytes: Uint8Array, limits?: CborLimits): Map<CborKey, Raw> {
  const reader = new Reader(bytes, limits);
  reader.head();
  if (reader.major !== MAJOR.map) reader.fail('value-unsupported', 'The item is not a map.');
  const entries = map(reader, (): Raw => {
    const from = reader.position;
    item(reader, 1);
    return new Raw(reader.bytes.subarray(from, reader.position));
  });
  reader.end();
  return entries;
}

/**
 * Splits an array into its items, each still in the bytes in which it was received.
 * @throws {CborError} as `decode` does; `value-unsupported` when the item is not an array
 */
export function decodeArraySpans(bytes: Uint8Array, limits?: CborLimits): Raw[] {
  const reader = new Reader(bytes, limits);
  reader.head();
  if (reader.major !== MAJOR.array) reader.fail('value-unsupported', 'The item is not an array.');
  const items = array(reader, (): Raw => {
    const from = reader.position;
    item(reader, 1);
    return new Raw(reader.bytes.subarray(from, reader.position));
  });
  reader.end();
  return items;
}

function item(reader: Reader, depth: number): CborValue {
  reader.head();
  switch (reader.major) {
    case MAJOR.unsigned:
      return reader.argument;
    case MAJOR.negative:
      return negative(reader.argument);
    case MAJOR.bytes:
      return byteString(reader);
    case MAJOR.text:
      return textString(reader);
    case MAJOR.array:
      reader.deeper(depth + 1);
      return array(reader, () => item(reader, depth + 1));
    case MAJOR.map:
      reader.deeper(depth + 1);
      return map(reader, () => item(reader, depth + 1));
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

function byteString(reader: Reader): Uint8Array {
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

function textString(reader: Reader): string {
  if (reader.info !== INDEFINITE) return reader.text();
  const chunks: string[] = [];
  reader.chunks(() => chunks.push(reader.text()));
  return chunks.join('');
}

function array<T>(reader: Reader, read: () => T): T[] {
  const items: T[] = [];
  if (reader.info === INDEFINITE) {
    while (!reader.takeBreak()) items.push(read());
    return items;
  }
  for (let left = reader.count(); left > 0; left--) items.push(read());
  return items;
}

function map<T>(reader: Reader, read: () => T): Map<CborKey, T> {
  const entries = new Map<CborKey, T>();
  let byteKeys: Set<string> | undefined;
  const entry = () => {
    const at = reader.position;
    const key = mapKey(reader);
    let known = entries.has(key);
    if (typeof key === 'object') {
      byteKeys ??= new Set();
      const content = Array.from(key, (byte) => String.fromCharCode(byte)).join('');
      known = byteKeys.has(content);
      byteKeys.add(content);
    }
    if (known) reader.fail('duplicate-key', 'A key occurs twice in one map.', at);
    entries.set(key, read());
  };
  if (reader.info === INDEFINITE) {
    while (!reader.takeBreak()) entry();
    return entries;
  }
  for (let left = reader.count(); left > 0; left--) entry();
  return entries;
}

function mapKey(reader: Reader): CborKey {
  reader.head();
  switch (reader.major) {
    case MAJOR.unsigned:
      return reader.argument;
    case MAJOR.negative:
      return negative(reader.argument);
    case MAJOR.bytes:
      return byteString(reader);
    case MAJOR.text:
      return textString(reader);
    default:
      return reader.fail('key-type', 'Keys are integers, text or byte strings here.');
  }
}

function tag(reader: Reader, depth: number): CborValue {
  const from = reader.start;
  const number = reader.argument;
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
      const value = bigNumber(content);
      return number === 2 ? value : -1n - value;
    }
    case 24:
      if (!(content instanceof Uint8Array)) return wrong();
      return Encoded.received(content, reader.bytes.subarray(from, reader.position));
    case 1004:
      return typeof content === 'string' ? new FullDate(content) : wrong();
    default:
      return new Tagged(number, content);
  }
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
