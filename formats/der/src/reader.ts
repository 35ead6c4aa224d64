import { DerError, type DerErrorCode } from './error.ts';
import { oidIn } from './oid.ts';
import { stringToText } from './string.ts';
import { isConstructed, tag } from './tag.ts';
import { generalizedTimeToDate, utcTimeToDate } from './time.ts';

/** How much hostile input may cost. */
export interface DerLimits {
  /** Octets of the whole input (default 1 MiB). */
  readonly maxBytes?: number;
  /** Levels of nesting (default 32). */
  readonly maxDepth?: number;
  /** Elements read in all (default 50 000). */
  readonly maxElements?: number;
  /**
   * `ber` reads any BOOLEAN other than 00 as TRUE and lets a written default FALSE stand, as some real roots have them; each
   * is counted in {@link DerReader.irregular}. Everything else stays DER.
   */
  readonly booleans?: 'der' | 'ber';
}

/** One element: identifier, length, content. `raw` and `content` are views of the input, not copies. */
export interface DerElement {
  readonly tag: number;
  /** Position of the identifier octet in the input. */
  readonly offset: number;
  /** Position of the content in the input. */
  readonly contentOffset: number;
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
}

/** Most callers want one of the two views, and a view costs as much as reading the element. */
class ReadElement implements DerElement {
  readonly tag: number;
  readonly offset: number;
  readonly contentOffset: number;
  readonly #input: Uint8Array;
  readonly end: number;

  constructor(input: Uint8Array, tag: number, offset: number, contentOffset: number, end: number) {
    this.#input = input;
    this.tag = tag;
    this.offset = offset;
    this.contentOffset = contentOffset;
    this.end = end;
  }

  get raw(): Uint8Array {
    return this.#input.subarray(this.offset, this.end);
  }

  get content(): Uint8Array {
    return this.#input.subarray(this.contentOffset, this.end);
  }
}

/** A BIT STRING: whole octets, of which the last `unusedBits` bits are not part of the value. */
export interface BitString {
  readonly bytes: Uint8Array;
  readonly unusedBits: number;
}

interface Budget {
  elements: number;
  irregular: number;
  readonly maxDepth: number;
  readonly berBooleans: boolean;
}

/**
 * A cursor over DER (X.690 §10): each call takes the next element, refuses what is not DER, and moves on.
 * Call {@link DerReader.end} where a structure is over, so that nothing stays unread.
 * @example
 * const outer = DerReader.over(bytes);
 * const pair = outer.sequence();
 * outer.end();
 * const r = pair.integer();
 * const s = pair.integer();
 * pair.end();
 */
export class DerReader {
  readonly #input: Uint8Array;
  readonly #end: number;
  readonly #depth: number;
  readonly #budget: Budget;
  #at: number;
  /** Where the head that was decoded last ends. A field, since this runs for each element of each certificate. */
  #next = 0;

  private constructor(input: Uint8Array, start: number, end: number, depth: number, budget: Budget) {
    if (depth > budget.maxDepth) {
      throw new DerError('der-too-deep', 'The structure is nested more deeply than allowed.', { offset: start });
    }
    this.#input = input;
    this.#at = start;
    this.#end = end;
    this.#depth = depth;
    this.#budget = budget;
  }

  /**
   * A reader over a whole input.
   * @throws {DerError} `der-too-large`
   */
  static over(bytes: Uint8Array, limits: DerLimits = {}): DerReader {
    if (bytes.length > (limits.maxBytes ?? 1 << 20)) {
      throw new DerError('der-too-large', 'The input is larger than allowed.');
    }
    const budget = {
      elements: limits.maxElements ?? 50_000,
      irregular: 0,
      maxDepth: limits.maxDepth ?? 32,
      berBooleans: limits.booleans === 'ber',
    };
    // A Buffer's subarray would be a Buffer; the views that we hand out are plain.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new DerReader(plain, 0, plain.length, 0, budget);
  }

  /** Where the next element begins. */
  get offset(): number {
    return this.#at;
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return this.#at === this.#end;
  }

  /** How many BOOLEANs were read that are not DER; always 0 unless the limits ask for `ber`. */
  get irregular(): number {
    return this.#budget.irregular;
  }

  /** The tag of the next element, or undefined at the end. */
  peek(): number | undefined {
    return this.done ? undefined : this.#identifier(this.#at);
  }

  /** @throws {DerError} `der-trailing-bytes` when something is left */
  end(): void {
    if (!this.done) this.#fail('der-trailing-bytes', 'There are octets after the end of the structure.');
  }

  /** The next element, whatever its tag. */
  element(): DerElement {
    const offset = this.#at;
    const found = this.#head();
    return new ReadElement(this.#input, found, offset, this.#next, this.#at);
  }

  /** The next element, which must have this tag. @throws {DerError} `der-tag-unexpected` */
  expect(expected: number): DerElement {
    this.#must(expected);
    return this.element();
  }

  /** The next element if it has this tag. */
  optional(expected: number): DerElement | undefined {
    return this.peek() === expected ? this.element() : undefined;
  }

  /** A reader over the content of an element that was just read from this reader. */
  into(element: DerElement): DerReader {
    const end = element instanceof ReadElement ? element.end : element.contentOffset + element.content.length;
    return new DerReader(this.#input, element.contentOffset, end, this.#depth + 1, this.#budget);
  }

  /** A reader over the content of the next element, which must have this (constructed) tag. */
  inside(expected: number): DerReader {
    this.#must(expected);
    this.#head();
    return new DerReader(this.#input, this.#next, this.#at, this.#depth + 1, this.#budget);
  }

  /** As {@link inside}, or undefined when the next element has another tag. */
  optionalInside(expected: number): DerReader | undefined {
    return this.peek() === expected ? this.inside(expected) : undefined;
  }

  sequence(): DerReader {
    return this.inside(tag.sequence);
  }

  /** The elements of a SET OF; they must stand in the order of DER. @throws {DerError} `der-set-unsorted` */
  setOf(expected: number = tag.set): DerElement[] {
    const inner = this.inside(expected);
    const elements: DerElement[] = [];
    while (!inner.done) {
      const next = inner.element();
      const last = elements.at(-1);
      if (last && compareBytes(last.raw, next.raw) > 0) {
        throw new DerError('der-set-unsorted', 'The elements of a SET OF are not in ascending order.', {
          offset: next.offset,
        });
      }
      elements.push(next);
    }
    return elements;
  }

  boolean(): boolean {
    const offset = this.#at;
    const content = this.#content(tag.boolean);
    const der = content.length === 1 && (content[0] === 0 || content[0] === 0xff);
    if (!der) {
      if (content.length !== 1 || !this.#budget.berBooleans) {
        throw new DerError('der-boolean-malformed', 'A BOOLEAN is 00 or FF.', { offset });
      }
      this.#budget.irregular++;
    }
    return content[0] !== 0;
  }

  /** A BOOLEAN DEFAULT FALSE, which DER leaves out where it is FALSE (X.690 §11.5). @throws {DerError} `der-boolean-malformed` */
  booleanOrFalse(): boolean {
    if (this.peek() !== tag.boolean) return false;
    const offset = this.#at;
    if (this.boolean()) return true;
    if (!this.#budget.berBooleans) {
      throw new DerError('der-boolean-malformed', 'DER leaves a FALSE that is the default out.', { offset });
    }
    this.#budget.irregular++;
    return false;
  }

  /** The content octets of an INTEGER, two's complement, minimal. */
  integerBytes(expected: number = tag.integer): Uint8Array {
    const offset = this.#at;
    const content = this.#content(expected);
    const [first, second] = [content[0], content[1]];
    const padded =
      second !== undefined && ((first === 0 && (second & 0x80) === 0) || (first === 0xff && (second & 0x80) !== 0));
    if (first === undefined || padded) {
      throw new DerError('der-integer-malformed', 'An INTEGER is empty or longer than needed.', { offset });
    }
    return content;
  }

  integer(expected: number = tag.integer): bigint {
    const { offset } = this;
    const content = this.integerBytes(expected);
    // A bound keeps the conversion linear; RSA-16384 still fits.
    if (content.length > 2056) throw new DerError('der-too-large', 'An INTEGER is larger than allowed.', { offset });
    const value = BigInt(`0x${hex(content)}`);
    return (content[0] as number) & 0x80 ? value - (1n << BigInt(8 * content.length)) : value;
  }

  /** An INTEGER between 0 and 2^31 − 1, for versions and lengths. */
  smallInteger(expected: number = tag.integer): number {
    const { offset } = this;
    const content = this.integerBytes(expected);
    if (content.length > 4 || (content[0] as number) & 0x80) {
      throw new DerError('der-integer-malformed', 'A small non-negative INTEGER is expected here.', { offset });
    }
    let value = 0;
    for (const octet of content) value = value * 256 + octet;
    return value;
  }

  enumerated(): number {
    return this.smallInteger(tag.enumerated);
  }

  bitString(expected: number = tag.bitString): BitString {
    const offset = this.#at;
    const content = this.#content(expected);
    const unusedBits = content[0];
    const last = content[content.length - 1] as number;
    const sound =
      unusedBits !== undefined &&
      unusedBits <= 7 &&
      (content.length > 1 || unusedBits === 0) &&
      (unusedBits === 0 || (last & ((1 << unusedBits) - 1)) === 0);
    if (!sound) {
      throw new DerError('der-bit-string-malformed', 'A BIT STRING has a wrong number of unused bits, or sets them.', {
        offset,
      });
    }
    return { bytes: content.subarray(1), unusedBits };
  }

  octetString(expected: number = tag.octetString): Uint8Array {
    return this.#content(expected);
  }

  /** A reader over the DER that the next OCTET STRING holds. */
  insideOctetString(): DerReader {
    return this.inside(tag.octetString);
  }

  null(): void {
    const offset = this.#at;
    if (this.#content(tag.null).length > 0)
      throw new DerError('der-null-malformed', 'A NULL has no content.', { offset });
  }

  oid(expected: number = tag.oid): string {
    this.#must(expected);
    this.#head();
    return oidIn(this.#input, this.#next, this.#at);
  }

  /** A character string of any of the usual types. */
  string(): string {
    const offset = this.#at;
    const type = this.#head();
    return stringToText(type, this.#input.subarray(this.#next, this.#at), offset);
  }

  /** A UTCTime or GeneralizedTime. */
  time(): Date {
    return this.peek() === tag.utcTime ? this.utcTime() : this.generalizedTime();
  }

  utcTime(): Date {
    const offset = this.#at;
    return utcTimeToDate(this.#content(tag.utcTime), offset);
  }

  generalizedTime(): Date {
    const offset = this.#at;
    return generalizedTimeToDate(this.#content(tag.generalizedTime), offset);
  }

  #fail(code: DerErrorCode, message: string, offset = this.#at): never {
    throw new DerError(code, message, { offset });
  }

  #octet(at: number): number {
    if (at >= this.#end) this.#fail('der-truncated', 'The input ends inside an element.', at);
    return this.#input[at] as number;
  }

  /** Takes the next element: gives its tag, leaves `#next` at its content and `#at` behind it. */
  #head(): number {
    if (this.done) this.#fail('der-truncated', 'An element is missing.');
    if (--this.#budget.elements < 0) this.#fail('der-too-many', 'There are more elements than allowed.');
    const found = this.#identifier(this.#at);
    const length = this.#length(this.#next);
    const end = this.#next + length;
    if (end > this.#end) this.#fail('der-truncated', 'An element is longer than what holds it.');
    this.#at = end;
    return found;
  }

  #must(expected: number): void {
    // Nearly every tag is one octet, and the right one: #head looks at its form.
    if (this.#at < this.#end && this.#input[this.#at] === expected && (expected & 0x1f) !== 0x1f) return;
    const found = this.peek();
    if (found === undefined) this.#fail('der-truncated', 'An element is missing.');
    if (found !== expected) {
      throw new DerError('der-tag-unexpected', 'An element of another type is expected here.', {
        offset: this.#at,
        tag: found,
      });
    }
  }

  #content(expected: number): Uint8Array {
    this.#must(expected);
    this.#head();
    return this.#input.subarray(this.#next, this.#at);
  }

  /** The tag at a position; `#next` is then the position of its length. */
  #identifier(at: number): number {
    const first = this.#octet(at);
    if (first === 0) this.#fail('der-tag-malformed', 'An element has the tag 0 of BER end-of-contents.', at);
    if ((first & 0x1f) !== 0x1f) {
      // SEQUENCE and SET are always constructed, all other universal types are never so in DER.
      const universal = first & 0x1f;
      const holdsElements = universal === 0x10 || universal === 0x11 || universal === 0x08 || universal === 0x0b;
      if ((first & 0xc0) === 0 && isConstructed(first) !== holdsElements) {
        this.#fail('der-tag-malformed', 'A universal type has the wrong form (primitive or constructed).', at);
      }
      this.#next = at + 1;
      return first;
    }
    let number = 0;
    for (let next = at + 1; ; next++) {
      const octet = this.#octet(next);
      if (next === at + 1 && octet === 0x80) this.#fail('der-tag-malformed', 'A tag number is padded.', at);
      number = number * 128 + (octet & 0x7f);
      if (number > 0xff_ffff) this.#fail('der-tag-malformed', 'A tag number is too large.', at);
      if ((octet & 0x80) === 0) {
        if (number < 31) this.#fail('der-tag-malformed', 'A small tag number is written in the long form.', at);
        this.#next = next + 1;
        return first + number * 256;
      }
    }
  }

  /** The length at a position; `#next` is then the position of the content. */
  #length(at: number): number {
    const first = this.#octet(at);
    if (first < 0x80) {
      this.#next = at + 1;
      return first;
    }
    if (first === 0x80) this.#fail('der-length-indefinite', 'DER has no indefinite lengths.', at);
    const count = first & 0x7f;
    if (count > 4) this.#fail('der-too-large', 'A length takes more than four octets.', at);
    let value = 0;
    for (let i = 1; i <= count; i++) value = value * 256 + this.#octet(at + i);
    if (value < 0x80 || value < 256 ** (count - 1)) {
      this.#fail('der-length-not-minimal', 'A length is written with more octets than needed.', at);
    }
    this.#next = at + 1 + count;
    return value;
  }
}

/** Lexical order of octet strings (X.690 §11.6 pads the shorter with zeros, which for whole elements is the same). */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function hex(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += octet.toString(16).padStart(2, '0');
  return text;
}
