import { byteString, chunkedText, contentOf, Encoded, item, mapKey } from './decode.ts';
import type { KnownNames } from './known-names.ts';
import { type DecodeOptions, INDEFINITE, MAJOR, Reader } from './reader.ts';
import { type CborKey, type CborValue, DateTime, FullDate, Raw } from './value.ts';

/** The major types that can be asked for, in words. */
const WORDS = {
  [MAJOR.unsigned]: 'An unsigned integer',
  [MAJOR.bytes]: 'A byte string',
  [MAJOR.text]: 'Text',
  [MAJOR.array]: 'An array',
  [MAJOR.map]: 'A map',
} as const;

/** Up to so many keys a comparison with each is cheaper than a set. */
const FEW_KEYS = 16;

/**
 * Reads a known structure member by member, without a tree in between and as strictly as `decode`: duplicate keys, trailing bytes, limits, UTF-8.
 * Embedded CBOR is read in place, so that offsets count from the start of the whole input.
 *
 * Every item must be read or skipped, in order: a map by `openMap` and `nextKey` until that gives `undefined`, an array by `openArray` and
 * `nextItem` until that gives `false`, embedded CBOR by `openEmbedded`, one item, `closeEmbedded`. What was opened is closed in reverse order.
 * @throws {CborError} each method, as `decode` does, and `type-mismatch` where another type stands than was asked for
 * @example
 * const cursor = new CborCursor(bytes);
 * let version: string | undefined;
 * cursor.openMap();
 * for (let key = cursor.nextKey(); key !== undefined; key = cursor.nextKey()) {
 *   if (key === 'version') version = cursor.text();
 *   else cursor.skip();
 * }
 * cursor.end();
 */
export class CborCursor {
  private readonly reader: Reader;
  /** Of each open container: entries that are left (infinite for an indefinite length), or the outer limit of embedded CBOR. */
  private readonly left: number[] = [];
  /** The keys of the open maps that were met so far, one map's behind the other's; where each map's begin, by depth. */
  private readonly keys: CborKey[] = [];
  private readonly firstKey: number[] = [];
  private keyCount = 0;
  /** Of maps with many keys, or keys that are byte strings, by depth. */
  private readonly sets: (KeySets | undefined)[] = [];
  private depth = 0;

  constructor(bytes: Uint8Array, options?: DecodeOptions) {
    this.reader = new Reader(bytes, options);
  }

  /** The offset of what is read next. */
  get position(): number {
    return this.reader.position;
  }

  /** The whole input. */
  get input(): Uint8Array {
    return this.reader.bytes;
  }

  /** What was read since an offset, as received. */
  since(offset: number): Uint8Array {
    return this.reader.bytes.subarray(offset, this.reader.position);
  }

  private stands(major: number): boolean {
    return this.reader.major === major;
  }

  private expect(major: keyof typeof WORDS): void {
    this.reader.head();
    if (this.reader.major !== major) this.mismatch(`${WORDS[major]} is expected here.`, this.reader.start);
  }

  /** What is no item at all is called that first. */
  private mismatch(message: string, at: number): never {
    this.reader.position = at;
    item(this.reader, this.depth);
    return this.reader.fail('type-mismatch', message, at);
  }

  private open(left: number): void {
    this.left[this.depth++] = left;
    this.reader.deeper(this.depth);
  }

  private openContainer(): void {
    this.open(this.reader.info === INDEFINITE ? Number.POSITIVE_INFINITY : this.reader.count());
  }

  /** Whether another entry follows in the open container; else the container is closed. */
  private more(): boolean {
    const top = this.depth - 1;
    const left = this.left[top] as number;
    if (left > 0 && !(left === Number.POSITIVE_INFINITY && this.reader.takeBreak())) {
      this.left[top] = left - 1;
      return true;
    }
    this.depth = top;
    return false;
  }

  openMap(): void {
    this.expect(MAJOR.map);
    this.openContainer();
    this.firstKey[this.depth] = this.keyCount;
    if (this.sets.length > 0) this.sets[this.depth] = undefined;
  }

  /**
   * The key of the next entry of the open map, or undefined behind the last one: then the map is closed.
   * @param expected names that are usual here
   */
  nextKey(expected?: KnownNames): CborKey | undefined {
    const first = this.firstKey[this.depth] as number;
    if (!this.more()) {
      this.keyCount = first;
      return undefined;
    }
    const at = this.reader.position;
    const key = (expected && this.reader.expectedName(expected)) ?? mapKey(this.reader);
    if (!this.isNew(key, first)) this.reader.fail('duplicate-key', 'A key occurs twice in one map.', at);
    return key;
  }

  private isNew(key: CborKey, first: number): boolean {
    const { keys, keyCount } = this;
    if (typeof key === 'object' || keyCount - first === FEW_KEYS) {
      this.sets[this.depth] ??= { bytes: new Set(), others: new Set(keys.slice(first, keyCount)) };
    }
    const sets = this.sets[this.depth];
    if (sets) {
      if (typeof key === 'object') return sets.bytes.size !== sets.bytes.add(contentOf(key)).size;
      return sets.others.size !== sets.others.add(key).size;
    }
    for (let index = first; index < keyCount; index++) if (keys[index] === key) return false;
    keys[keyCount] = key;
    this.keyCount = keyCount + 1;
    return true;
  }

  openArray(): void {
    this.expect(MAJOR.array);
    this.openContainer();
  }

  /** Whether another item follows in the open array; if not, the array is closed. */
  nextItem(): boolean {
    return this.more();
  }

  /**
   * Begins embedded CBOR (tag 24) that is read in place.
   * @returns false where its byte string comes in chunks: then nothing was read, and `encoded` takes it
   */
  openEmbedded(): boolean {
    const { reader } = this;
    const at = reader.position;
    reader.head();
    if (!this.stands(MAJOR.tag) || reader.argument !== 24) {
      this.mismatch('Embedded CBOR (tag 24) is expected here.', at);
    }
    reader.head();
    if (!this.stands(MAJOR.bytes)) reader.fail('tag-content', 'Tag 24 stands before a value of the wrong type.', at);
    if (reader.info === INDEFINITE) {
      reader.position = at;
      return false;
    }
    this.open(reader.limit);
    const from = reader.position;
    reader.limit = reader.skipString();
    reader.position = from;
    return true;
  }

  /** Ends it. @throws {CborError} `trailing-bytes` */
  closeEmbedded(): void {
    this.reader.end();
    this.reader.limit = this.left[--this.depth] as number;
  }

  text(): string {
    this.expect(MAJOR.text);
    return this.reader.info === INDEFINITE ? chunkedText(this.reader) : this.reader.text();
  }

  /** Text that names something, such as an element: names recur, and are looked up. */
  name(): string {
    this.expect(MAJOR.text);
    return this.reader.info === INDEFINITE ? chunkedText(this.reader) : this.reader.name();
  }

  /** A whole number from 0; a `bigint` where it is not safe as a number is a mismatch too. */
  unsigned(): number {
    this.expect(MAJOR.unsigned);
    const { argument } = this.reader;
    if (typeof argument === 'number') return argument;
    return this.mismatch('An unsigned integer below 2^53 is expected here.', this.reader.start);
  }

  bytes(): Uint8Array {
    this.expect(MAJOR.bytes);
    return byteString(this.reader);
  }

  /**
   * Passes a byte string by, so that it need only be cut out if somebody asks for it.
   * @returns where its content begins in `input`; it ends where the cursor stands then. Undefined where it comes in chunks: then nothing was
   * read, and `bytes` takes it.
   */
  passBytes(): number | undefined {
    const { reader } = this;
    const at = reader.position;
    this.expect(MAJOR.bytes);
    if (reader.info === INDEFINITE) {
      reader.position = at;
      return undefined;
    }
    const from = reader.position;
    reader.skipString();
    return from;
  }

  /** Embedded CBOR that stays closed. */
  encoded(): Encoded {
    const at = this.position;
    const value = this.value();
    if (value instanceof Encoded) return value;
    return this.mismatch('Embedded CBOR (tag 24) is expected here.', at);
  }

  /** Any item, as `decode` gives it. */
  value(): CborValue {
    return item(this.reader, this.depth);
  }

  /** Passes any item by, which must be well-formed nevertheless. */
  skip(): void {
    item(this.reader, this.depth);
  }

  /** Refuses what follows the item. @throws {CborError} `trailing-bytes` */
  end(): void {
    this.reader.end();
  }
}

/** The keys of one map; byte strings by content. */
interface KeySets {
  readonly bytes: Set<string>;
  readonly others: Set<CborKey>;
}

/**
 * One cursor that reads nothing, and beside it one of each class that every message makes and drops. V8 throws compiled code away when a full
 * collection finds no object alive of the shapes that the code was compiled for, as between two messages: a server would run at a third of
 * its speed after each such collection.
 */
export const keptShapes: readonly object[] = [
  new CborCursor(new Uint8Array(0)),
  new Raw(new Uint8Array(0)),
  Encoded.received(new Uint8Array(0)),
  new DateTime('1970-01-01T00:00:00Z'),
  new FullDate('1970-01-01'),
];
