import { CborError } from './error.ts';
import { toHalf } from './reader.ts';

const utf8 = new TextEncoder();
const scratch = new DataView(new ArrayBuffer(8));
/** From here on the encoder of the platform beats a loop. */
const NATIVE_TEXT_FROM = 128;
/** A buffer that has grown beyond this is not kept for the next message. */
const KEPT_BYTES = 64 * 1024;

/**
 * Writes CBOR straight into one buffer that grows by doubling, for those who write much of the same form: the caller sees to it that what is
 * written makes items. `encode` is for everybody else.
 * @example
 * const writer = new CborWriter();
 * writer.head(0x80, 2); // an array of two
 * writer.text('age_over_20');
 * writer.byte(0xf5);
 * writer.take();
 */
export class CborWriter {
  private readonly capacity: number;
  /** What was written is its first `length` bytes; it is another one after it has grown. */
  buffer: Uint8Array<ArrayBuffer>;
  /** How many bytes have been written. */
  length = 0;

  constructor(capacity = 512) {
    this.capacity = capacity;
    this.buffer = new Uint8Array(capacity);
  }

  /** Makes room for so many bytes more. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }

  /** Bytes of a head in its shortest form. */
  static headLength(argument: number): number {
    return headLength(argument);
  }

  /** The head of an item in its shortest form (RFC 8949 §3). `major` is the major type, already shifted by five bits. */
  head(major: number, argument: number): void {
    this.reserve(9);
    const { buffer } = this;
    if (argument < 24) {
      buffer[this.length++] = major | argument;
    } else if (argument < 0x100) {
      buffer[this.length++] = major | 24;
      buffer[this.length++] = argument;
    } else if (argument < 0x1_0000) {
      buffer[this.length++] = major | 25;
      this.uint16(argument);
    } else if (argument < 0x1_0000_0000) {
      buffer[this.length++] = major | 26;
      this.uint32(argument);
    } else {
      buffer[this.length++] = major | 27;
      this.uint32(Math.floor(argument / 0x1_0000_0000));
      this.uint32(argument % 0x1_0000_0000);
    }
  }

  /** A head whose argument needs more than 53 bits. */
  bigHead(major: number, argument: bigint): void {
    this.reserve(9);
    this.buffer[this.length++] = major | 27;
    this.uint32(Number(argument >> 32n));
    this.uint32(Number(argument & 0xffff_ffffn));
  }

  private uint16(value: number): void {
    this.buffer[this.length++] = value >>> 8;
    this.buffer[this.length++] = value & 0xff;
  }

  private uint32(value: number): void {
    this.uint16(value >>> 16);
    this.uint16(value & 0xffff);
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** Leaves room for bytes that are written later. @returns where they belong */
  skip(count: number): number {
    this.reserve(count);
    const at = this.length;
    this.length = at + count;
    return at;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A byte string with its head. */
  bytes(bytes: Uint8Array): void {
    this.head(0x40, bytes.length);
    this.raw(bytes);
  }

  /** A text string with its head. @throws {CborError} `text-not-unicode` */
  text(text: string): void {
    const units = text.length;
    if (units >= NATIVE_TEXT_FROM) {
      if (!text.isWellFormed()) notUnicode();
      const bytes = utf8.encode(text);
      this.head(0x60, bytes.length);
      this.raw(bytes);
      return;
    }
    // Most texts are ASCII: written at once, and begun anew only where that was wrong.
    this.reserve(3 * units + 3);
    const start = this.length;
    this.head(0x60, units);
    const { buffer } = this;
    let at = this.length;
    for (let index = 0; index < units; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) {
        this.length = start;
        this.unicode(text);
        return;
      }
      buffer[at++] = unit;
    }
    this.length = at;
  }

  private unicode(text: string): void {
    this.head(0x60, utf8Length(text));
    const { buffer } = this;
    let at = this.length;
    for (let index = 0; index < text.length; index++) {
      let point = text.charCodeAt(index);
      if (point < 0x80) {
        buffer[at++] = point;
        continue;
      }
      if (point < 0x800) {
        buffer[at++] = 0xc0 | (point >> 6);
      } else {
        if (point >= 0xd800 && point < 0xe000) {
          point = 0x1_0000 + ((point & 0x3ff) << 10) + (text.charCodeAt(++index) & 0x3ff);
          buffer[at++] = 0xf0 | (point >> 18);
          buffer[at++] = 0x80 | ((point >> 12) & 0x3f);
        } else buffer[at++] = 0xe0 | (point >> 12);
        buffer[at++] = 0x80 | ((point >> 6) & 0x3f);
      }
      buffer[at++] = 0x80 | (point & 0x3f);
    }
    this.length = at;
  }

  /** The shortest of the three forms that keeps the value (RFC 8949 §4.2.1); there is one NaN. */
  float(value: number): void {
    this.reserve(9);
    const half = toHalf(value);
    if (half !== undefined) {
      this.buffer[this.length++] = 0xf9;
      this.uint16(half);
    } else if (Math.fround(value) === value) {
      scratch.setFloat32(0, value);
      this.buffer[this.length++] = 0xfa;
      this.uint32(scratch.getUint32(0));
    } else {
      scratch.setFloat64(0, value);
      this.buffer[this.length++] = 0xfb;
      this.uint32(scratch.getUint32(0));
      this.uint32(scratch.getUint32(4));
    }
  }

  /** A float of 2 (size 1), 4 (2) or 8 bytes (3). @returns whether that size holds the value */
  floatOf(value: number, size: number): boolean {
    this.reserve(9);
    const half = size === 1 ? toHalf(value) : undefined;
    if (size === 1 ? half === undefined : size === 2 && Math.fround(value) !== value && !Number.isNaN(value))
      return false;
    this.buffer[this.length++] = 0xf8 | size;
    if (half !== undefined) {
      this.uint16(half);
      return true;
    }
    if (Number.isNaN(value)) {
      // Which of its bit patterns the platform would store is left open, and changes with the optimiser's mood.
      this.uint32(size === 2 ? 0x7fc0_0000 : 0x7ff8_0000);
      if (size === 3) this.uint32(0);
      return true;
    }
    if (size === 2) scratch.setFloat32(0, value);
    else scratch.setFloat64(0, value);
    this.uint32(scratch.getUint32(0));
    if (size === 3) this.uint32(scratch.getUint32(4));
    return true;
  }

  /**
   * Begins embedded CBOR (tag 24): the content is written next, then `closeEmbedded` is called.
   * @param expected bytes of the content, for which the head is left free
   * @returns where it begins
   */
  openEmbedded(expected: number): number {
    const start = this.length;
    this.reserve(TAG_24 + 9);
    this.length = start + TAG_24 + headLength(expected);
    return start;
  }

  /** Ends it; content that needs another head than was expected is moved. @param start as `openEmbedded` gave it */
  closeEmbedded(start: number, expected: number): void {
    const from = start + TAG_24 + headLength(expected);
    const content = this.length - from;
    const to = start + TAG_24 + headLength(content);
    if (to !== from) {
      this.reserve(9);
      this.buffer.copyWithin(to, from, this.length);
    }
    this.length = start;
    this.head(0xc0, 24);
    this.head(0x40, content);
    this.length += content;
  }

  /** A copy of what was written, in memory of its own. */
  take(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /** Wipes what was written, so that the buffer can serve again: messages hold personal data. */
  clear(): void {
    if (this.buffer.length > KEPT_BYTES) this.buffer = new Uint8Array(this.capacity);
    else this.buffer.fill(0, 0, this.length);
    this.length = 0;
  }
}

/** Bytes of the tag itself. */
const TAG_24 = 2;

function headLength(argument: number): number {
  if (argument < 24) return 1;
  if (argument < 0x100) return 2;
  if (argument < 0x1_0000) return 3;
  return argument < 0x1_0000_0000 ? 5 : 9;
}

function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) length++;
    else if (unit < 0xd800 || unit >= 0xe000) length += 2;
    else {
      // A pair is two units and four bytes; half of one has no form.
      const low = text.charCodeAt(++index);
      if (unit >= 0xdc00 || !(low >= 0xdc00 && low < 0xe000)) notUnicode();
      length += 2;
    }
  }
  return length;
}

function notUnicode(): never {
  throw new CborError('text-not-unicode', 'The text holds half of a surrogate pair.');
}
