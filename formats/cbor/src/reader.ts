import { CborError, type CborErrorCode } from './error.ts';
import type { KnownNames } from './known-names.ts';
import { asciiName } from './names.ts';

/** How much is read before giving up. The defaults suit messages of identity documents. */
export interface CborLimits {
  /** Bytes of the input (default 8 MiB). */
  readonly maxBytes?: number;
  /** Nesting of arrays, maps and tags (default 64). */
  readonly maxDepth?: number;
  /** Items in all, keys included (default 200,000). */
  readonly maxItems?: number;
}

/** A form that is CBOR, but not what a deterministic encoder writes (RFC 8949 §4.2.1). */
export type DeviationRule = 'non-shortest' | 'indefinite-length';

/** One such form and where it begins, in bytes from the start of the input. */
export interface Deviation {
  readonly rule: DeviationRule;
  readonly offset: number;
}

/** Limits, and who wants to hear of forms that are read but should not have been written. */
export interface DecodeOptions extends CborLimits {
  readonly onDeviation?: (deviation: Deviation) => void;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const scratch = new DataView(new ArrayBuffer(8));
/** More names than any document has: those that come later are read like other text, since to make a name takes fifteen times as long. */
const MANY_NAMES = 1024;
/** From here on the decoder of the platform beats a loop. */
const NATIVE_TEXT_FROM = 12;

/** Major types (RFC 8949 §3.1). */
export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

/** The additional information that says "indefinite length", and "break" for major type 7. */
export const INDEFINITE = 31;

/** Walks over heads. `head()` leaves what it has read in the fields, so that nothing is allocated per item. */
export class Reader {
  readonly bytes: Uint8Array;
  position = 0;
  /** Where what is being read must end: of the input, or of the embedded item that is open. */
  limit: number;
  /** Of the last head: major type, additional information, argument (0 for an indefinite length). */
  major = 0;
  info = 0;
  argument: number | bigint = 0;
  /** Where the last head began. */
  start = 0;
  /** Whether anything was met that a deterministic encoder does not write. */
  deviated = false;
  private readonly maxDepth: number;
  private readonly maxItems: number;
  private readonly onDeviation: ((deviation: Deviation) => void) | undefined;
  private items = 0;
  private names = 0;

  constructor(bytes: Uint8Array, options: DecodeOptions = {}) {
    const maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
    if (bytes.length > maxBytes) {
      throw new CborError('too-large', 'The input is larger than allowed.', { limit: maxBytes });
    }
    this.bytes = plain(bytes);
    this.limit = bytes.length;
    this.maxDepth = options.maxDepth ?? 64;
    this.maxItems = options.maxItems ?? 200_000;
    this.onDeviation = options.onDeviation;
  }

  fail(code: CborErrorCode, message: string, offset = this.start): never {
    throw new CborError(code, message, { offset });
  }

  deviate(rule: DeviationRule, offset = this.start): void {
    this.deviated = true;
    this.onDeviation?.({ rule, offset });
  }

  /** Reads the next head. */
  head(): void {
    const at = this.position;
    const { bytes } = this;
    this.start = at;
    // Behind the end there is `undefined`, which arithmetic would turn into a head.
    if (at >= this.limit) this.fail('truncated', 'The bytes end before the item does.', at);
    if (++this.items > this.maxItems) {
      throw new CborError('too-many-items', 'There are more items than allowed.', { offset: at, limit: this.maxItems });
    }
    const first = bytes[at] as number;
    const info = first & 0x1f;
    this.major = first >> 5;
    this.info = info;
    if (info < 24) {
      this.argument = info;
      this.position = at + 1;
    } else this.longHead(at, info);
  }

  private longHead(at: number, info: number): void {
    const { bytes, major } = this;
    if (info > 27) {
      if (info !== INDEFINITE || major < MAJOR.bytes || major === MAJOR.tag) {
        this.fail('reserved-head', 'The first byte of the item is reserved.', at);
      }
      this.argument = 0;
      this.position = at + 1;
      if (major !== MAJOR.simple) this.deviate('indefinite-length');
      return;
    }
    const end = at + 1 + (1 << (info - 24));
    if (end > this.limit) this.fail('truncated', 'The bytes end inside the head of an item.', at);
    this.position = end;
    let argument: number | bigint = bytes[at + 1] as number;
    let least = 24;
    if (info === 25) {
      argument = this.uint16(at + 1);
      least = 0x100;
    } else if (info > 25) {
      argument = this.uint32(at + 1);
      least = 0x1_0000;
      if (info === 27) {
        const low = this.uint32(at + 5);
        // Above 2^53 a number is not exact any more.
        argument = argument < 0x20_0000 ? argument * 0x1_0000_0000 + low : (BigInt(argument) << 32n) | BigInt(low);
        least = 0x1_0000_0000;
      }
    }
    this.argument = argument;
    if (argument < least && major !== MAJOR.simple) this.deviate('non-shortest');
  }

  private uint16(at: number): number {
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }

  private uint32(at: number): number {
    return this.uint16(at) * 0x1_0000 + this.uint16(at + 2);
  }

  /** Whether the next byte is a break; if so it is taken. */
  takeBreak(): boolean {
    if (this.position >= this.limit) {
      this.fail('truncated', 'The bytes end before an indefinite length does.', this.position);
    }
    if (this.bytes[this.position] !== 0xff) return false;
    this.position++;
    return true;
  }

  /** Checks the depth of a container that begins at the last head. */
  deeper(depth: number): void {
    if (depth > this.maxDepth) {
      throw new CborError('too-deep', 'Items are nested more deeply than allowed.', {
        offset: this.start,
        limit: this.maxDepth,
      });
    }
  }

  /** The count of the last head as that of a container; each item takes a byte at least. */
  count(): number {
    const { argument } = this;
    if (argument > this.limit - this.position) {
      this.fail('truncated', 'The container says that it holds more items than there are bytes.');
    }
    return argument as number;
  }

  /** Moves behind the definite string whose head was just read. @returns the offset of its end */
  skipString(): number {
    const from = this.position;
    if (this.argument > this.limit - from) this.fail('truncated', 'The bytes end inside a string.');
    this.position = from + (this.argument as number);
    return this.position;
  }

  /** The content of a definite string whose head was just read: a view of the input, not a copy. */
  content(): Uint8Array {
    return this.bytes.subarray(this.position, this.skipString());
  }

  /** Calls back for every chunk of a string of indefinite length (RFC 8949 §3.2.3). */
  chunks(each: () => void): void {
    const { major } = this;
    while (!this.takeBreak()) {
      this.head();
      if (this.major !== major || this.info === INDEFINITE) {
        this.fail('chunk-type', 'A chunk of a string must be a string of the same kind and of definite length.');
      }
      each();
    }
  }

  /** Content of a text string as text. */
  text(): string {
    const { bytes, position: from } = this;
    const to = this.skipString();
    if (to - from < NATIVE_TEXT_FROM) {
      let text = '';
      let at = from;
      for (; at < to; at++) {
        const byte = bytes[at] as number;
        if (byte > 0x7f) break;
        text += String.fromCharCode(byte);
      }
      if (at === to) return text;
    }
    try {
      return utf8.decode(bytes.subarray(from, to));
    } catch {
      return this.fail('invalid-utf8', 'A text string is not valid UTF-8.');
    }
  }

  /** Content of a text string that names something: names recur, so they are looked up rather than made anew. */
  name(): string {
    if (++this.names > MANY_NAMES) return this.text();
    const known = asciiName(this.bytes, this.position, this.limit, this.argument as number);
    if (known === undefined) return this.text();
    this.position += known.length;
    return known;
  }

  /** The name that stands next, if it is one of those; else nothing is read. */
  expectedName(names: KnownNames): string | undefined {
    const at = this.position;
    const length = (this.bytes[at] as number) - 0x60;
    if (at + 1 + length > this.limit) return undefined;
    const name = names.find(this.bytes, at + 1, length);
    // The head of any item is counted: the general way does it where this one does not.
    if (name === undefined || ++this.items > this.maxItems) return undefined;
    this.position = at + 1 + length;
    return name;
  }

  /** The value of a float whose head was just read. */
  float(): number {
    const { info, start } = this;
    const value = this.floatOf(info, start + 1);
    if (info > 25 && hasShorterFloat(value, info)) this.deviate('non-shortest');
    return value;
  }

  private floatOf(info: number, at: number): number {
    if (info === 25) return fromHalf(this.uint16(at));
    scratch.setUint32(0, this.uint32(at));
    if (info === 26) return scratch.getFloat32(0);
    scratch.setUint32(4, this.uint32(at + 4));
    return scratch.getFloat64(0);
  }

  /** Refuses what follows the item. */
  end(): void {
    if (this.position !== this.limit) {
      this.fail('trailing-bytes', 'Bytes follow after the end of the item.', this.position);
    }
  }
}

/** A Buffer becomes a plain array over the same memory: its slices would be Buffers, which behave otherwise. */
function plain(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (fraction + 1024) * 2 ** (exponent - 25);
}

/** Whether half precision holds the value of a float, or single precision that of a double. */
function hasShorterFloat(value: number, info: number): boolean {
  if (Number.isNaN(value) || (info === 27 && Math.fround(value) === value)) return true;
  return toHalf(value) !== undefined;
}

/** The half-precision form of a number, where it is exact; there is one NaN. */
export function toHalf(value: number): number | undefined {
  if (Number.isNaN(value)) return 0x7e00;
  if (Math.fround(value) !== value) return undefined;
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7f_ffff;
  if (exponent === 0xff) return sign | 0x7c00;
  if (exponent === 0 && fraction === 0) return sign;
  const unbiased = exponent - 127;
  if (unbiased >= -14 && unbiased <= 15) {
    return (fraction & 0x1fff) === 0 ? sign | ((unbiased + 15) << 10) | (fraction >>> 13) : undefined;
  }
  if (unbiased >= -24 && unbiased < -14) {
    const shift = -1 - unbiased;
    const whole = fraction | 0x80_0000;
    return (whole & ((1 << shift) - 1)) === 0 ? sign | (whole >>> shift) : undefined;
  }
  return undefined;
}
