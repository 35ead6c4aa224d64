import { CborError } from './error.ts';

/** How much is read before giving up. The defaults suit messages of identity documents. */
export interface CborLimits {
  /** Bytes of the input (default 8 MiB). */
  readonly maxBytes?: number;
  /** Nesting of arrays, maps and tags (default 64). */
  readonly maxDepth?: number;
  /** Items in all, keys included (default 200,000). */
  readonly maxItems?: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Major types (RFC 8949 §3.1). */
export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

/** The additional information that says "indefinite length", and "break" for major type 7. */
export const INDEFINITE = 31;

/** Walks over heads. `head()` leaves what it has read in the fields, so that nothing is allocated per item. */
export class Reader {
  readonly bytes: Uint8Array;
  position = 0;
  /** Of the last head: major type, additional information, argument (0 for an indefinite length). */
  major = 0;
  info = 0;
  argument: number | bigint = 0;
  /** Where the last head began. */
  start = 0;
  private readonly view: DataView;
  private readonly maxDepth: number;
  private readonly maxItems: number;
  private items = 0;

  constructor(bytes: Uint8Array, limits: CborLimits = {}) {
    const maxBytes = limits.maxBytes ?? 8 * 1024 * 1024;
    if (bytes.length > maxBytes) {
      throw new CborError('too-large', 'The input is larger than allowed.', { limit: maxBytes });
    }
    // A Buffer becomes a plain array over the same memory: its slices would be Buffers, which behave otherwise.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.maxDepth = limits.maxDepth ?? 64;
    this.maxItems = limits.maxItems ?? 200_000;
  }

  fail(code: ConstructorParameters<typeof CborError>[0], message: string, offset = this.start): never {
    throw new CborError(code, message, { offset });
  }

  /** Reads the next head. */
  head(): void {
    const at = this.position;
    const bytes = this.bytes;
    this.start = at;
    if (at >= bytes.length) this.fail('truncated', 'The bytes end before the item does.', at);
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
      return;
    }
    if (info > 27) {
      if (info !== INDEFINITE || this.major < 2 || this.major === MAJOR.tag) {
        this.fail('reserved-head', 'The first byte of the item is reserved.', at);
      }
      this.argument = 0;
      this.position = at + 1;
      return;
    }
    const size = 1 << (info - 24);
    if (at + 1 + size > bytes.length) this.fail('truncated', 'The bytes end inside the head of an item.', at);
    this.position = at + 1 + size;
    if (info === 24) this.argument = bytes[at + 1] as number;
    else if (info === 25) this.argument = this.view.getUint16(at + 1);
    else if (info === 26) this.argument = this.view.getUint32(at + 1);
    else {
      const high = this.view.getUint32(at + 1);
      this.argument =
        high < 0x20_0000 ? high * 0x1_0000_0000 + this.view.getUint32(at + 5) : this.view.getBigUint64(at + 1);
    }
  }

  /** Whether the next byte is a break; if so it is taken. */
  takeBreak(): boolean {
    if (this.position >= this.bytes.length) {
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
    const rest = this.bytes.length - this.position;
    if (argument > rest) this.fail('truncated', 'The container says that it holds more items than there are bytes.');
    return Number(argument);
  }

  /** The content of a definite string whose head was just read: a view of the input, not a copy. */
  content(): Uint8Array {
    const from = this.position;
    if (this.argument > this.bytes.length - from) this.fail('truncated', 'The bytes end inside a string.');
    const to = from + Number(this.argument);
    this.position = to;
    return this.bytes.subarray(from, to);
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
    const content = this.content();
    if (content.length < 24) {
      let text = '';
      for (const byte of content) {
        if (byte > 0x7f) return this.utf8(content);
        text += String.fromCharCode(byte);
      }
      return text;
    }
    return this.utf8(content);
  }

  private utf8(content: Uint8Array): string {
    try {
      return utf8.decode(content);
    } catch {
      return this.fail('invalid-utf8', 'A text string is not valid UTF-8.');
    }
  }

  /** The value of a float whose head was just read. */
  float(): number {
    const at = this.start + 1;
    if (this.info === 26) return this.view.getFloat32(at);
    if (this.info === 27) return this.view.getFloat64(at);
    const bits = this.view.getUint16(at);
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (fraction + 1024) * 2 ** (exponent - 25);
  }

  /** Refuses what follows the item. */
  end(): void {
    if (this.position !== this.bytes.length) {
      this.fail('trailing-bytes', 'Bytes follow after the end of the item.', this.position);
    }
  }
}
