import { CborError } from './error.ts';
import type { CborLimits } from './reader.ts';
import { CborWriter } from './writer.ts';

const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const BYTES = 0x40;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;
const TAG = 0xc0;
const SIMPLE = 0xe0;
const INDEFINITE = 31;
const BREAK = 0xff;

/**
 * Reads diagnostic notation (RFC 8949 §8, `<<…>>` and `'…'` of RFC 8610 App. G) and gives the bytes that it stands for: heads in their
 * shortest form and floats in the shortest that keeps the value, unless an encoding indicator (`_0` … `_3`) says otherwise; maps in the order
 * in which they are written. Comments are `/ … /` and `# …`.
 * @throws {CborError} `notation` and `too-deep` with the offset in characters, `too-large`
 * @example parseDiagnostic('{1: h\'00ff\', "age_over_20": true}')
 */
export function parseDiagnostic(text: string, limits: CborLimits = {}): Uint8Array {
  const maxBytes = limits.maxBytes ?? 8 * 1024 * 1024;
  if (text.length > maxBytes) {
    throw new CborError('too-large', 'The text is larger than allowed.', { limit: maxBytes });
  }
  const parser = new Parser(text, limits.maxDepth ?? 64);
  const writer = new CborWriter();
  parser.item(writer, 0);
  parser.end();
  return writer.take();
}

/** The parts of a number: sign, digits with another base, or digits, fraction and exponent. */
const NUMBER = /([+-]?)(?:(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)|(\d+)(\.\d+)?([eE][+-]?\d+)?)/y;
const WORD = /[A-Za-z_]\w*/y;
const SPACE = /(?:[ \t\r\n]|\/[^/]*\/|#[^\n]*)*/y;
/** How strings begin. */
const STRING = /^(?:["'<]|h'|b64')/;
const INDICATOR = /_([0-3])(?!\w)/y;
const SIMPLE_WORDS: Readonly<Record<string, number>> = { false: 20, true: 21, null: 22, undefined: 23 };
/** Longer ones would take more than linear time to convert. */
const MAX_DIGITS = 2500;

class Parser {
  private readonly text: string;
  private readonly maxDepth: number;
  private at = 0;

  constructor(text: string, maxDepth: number) {
    this.text = text;
    this.maxDepth = maxDepth;
  }

  private fail(message: string, offset = this.at): never {
    throw new CborError('notation', message, { offset });
  }

  /** Takes what a sticky expression finds here. */
  private match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (found) this.at += found[0].length;
    return found;
  }

  private space(): void {
    this.match(SPACE);
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private expect(token: string): void {
    this.space();
    if (!this.take(token)) this.fail(`“${token}” is expected here.`);
  }

  /** Refuses what follows the item. */
  end(): void {
    this.space();
    if (this.at < this.text.length) this.fail('Text follows after the end of the item.');
  }

  item(writer: CborWriter, depth: number): void {
    if (depth > this.maxDepth) {
      throw new CborError('too-deep', 'Items are nested more deeply than allowed.', { offset: this.at });
    }
    this.space();
    const first = this.text[this.at];
    if (first === undefined) this.fail('The text ends where an item is expected.');
    else if (first === '[') this.array(writer, depth);
    else if (first === '{') this.map(writer, depth);
    else if (first === '(') this.chunks(writer, depth);
    else if (/[-+0-9]/.test(first)) this.number(writer, depth);
    else if (STRING.test(this.text.slice(this.at, this.at + 4))) this.string(writer, depth);
    else this.word(writer);
  }

  /** The size of a head that an indicator demands; undefined where there is none. */
  private indicator(): number | undefined {
    const found = this.match(INDICATOR);
    return found ? Number(found[1]) : undefined;
  }

  private head(writer: CborWriter, major: number, argument: number | bigint, size: number | undefined): void {
    if (size === undefined) {
      if (typeof argument === 'bigint' && argument > BigInt(Number.MAX_SAFE_INTEGER)) writer.bigHead(major, argument);
      else writer.head(major, Number(argument));
      return;
    }
    const bytes = 1 << size;
    if (BigInt(argument) >> BigInt(8 * bytes) !== 0n) this.fail('The number does not fit into the head of that size.');
    writer.byte(major | (24 + size));
    for (let shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      writer.byte(Number((BigInt(argument) >> BigInt(shift)) & 0xffn));
    }
  }

  /** Entries up to the closing token; each adds to one count. */
  private entries(close: string, one: () => void): number {
    this.space();
    if (this.take(close)) return 0;
    for (let count = 1; ; count++) {
      one();
      this.space();
      if (this.take(close)) return count;
      if (!this.take(',')) this.fail(`“,” or “${close}” is expected here.`);
    }
  }

  /** A container: its content is written apart, since its count comes first. */
  private container(writer: CborWriter, major: number, close: string, one: (content: CborWriter) => void): void {
    const size = this.indicator();
    const indefinite = size === undefined && this.take('_');
    const content = new CborWriter();
    const count = this.entries(close, () => one(content));
    if (indefinite) writer.byte(major | INDEFINITE);
    else this.head(writer, major, count, size);
    writer.raw(content.buffer.subarray(0, content.length));
    if (indefinite) writer.byte(BREAK);
  }

  private array(writer: CborWriter, depth: number): void {
    this.at++;
    this.container(writer, ARRAY, ']', (content) => this.item(content, depth + 1));
  }

  private map(writer: CborWriter, depth: number): void {
    this.at++;
    this.container(writer, MAP, '}', (content) => {
      this.item(content, depth + 1);
      this.expect(':');
      this.item(content, depth + 1);
    });
  }

  /** `(_ …)`: a string of indefinite length. */
  private chunks(writer: CborWriter, depth: number): void {
    const start = this.at;
    this.at++;
    if (!this.take('_')) this.fail('Parentheses hold the chunks of a string: “(_ ”.');
    const content = new CborWriter();
    let major: number | undefined;
    this.entries(')', () => {
      this.space();
      const chunk = this.stringContent(depth);
      if (!chunk || (major ?? chunk.major) !== chunk.major) this.fail('Chunks are strings of one kind.');
      major = chunk.major;
      this.head(content, chunk.major, chunk.bytes.length, this.indicator());
      content.raw(chunk.bytes);
    });
    if (major === undefined) this.fail('A string without chunks is written ""_ or \'\'_.', start);
    writer.byte(major | INDEFINITE);
    writer.raw(content.buffer.subarray(0, content.length));
    writer.byte(BREAK);
  }

  private string(writer: CborWriter, depth: number): void {
    const string = this.stringContent(depth) ?? this.fail('A string is expected here.');
    const size = this.indicator();
    if (size === undefined && string.bytes.length === 0 && this.take('_')) {
      writer.byte(string.major | INDEFINITE);
      writer.byte(BREAK);
      return;
    }
    this.head(writer, string.major, string.bytes.length, size);
    writer.raw(string.bytes);
  }

  private stringContent(depth: number): { major: number; bytes: Uint8Array } | undefined {
    if (this.take('"')) return { major: TEXT, bytes: utf8(this.quoted('"')) };
    if (this.take("h'")) return { major: BYTES, bytes: this.hex() };
    if (this.take("b64'")) return { major: BYTES, bytes: this.base64() };
    if (this.take("'")) return { major: BYTES, bytes: utf8(this.quoted("'")) };
    if (!this.take('<<')) return undefined;
    const content = new CborWriter();
    this.entries('>>', () => this.item(content, depth + 1));
    return { major: BYTES, bytes: content.take() };
  }

  /** What stands before the closing quote, with the escapes of JSON, and that of the quote itself. */
  private quoted(quote: '"' | "'"): string {
    const start = this.at;
    let end = start;
    for (; this.text[end] !== quote; end++) {
      if (end >= this.text.length) this.fail('The string does not end.', start);
      if (this.text[end] === '\\') end++;
    }
    this.at = end + 1;
    const inside = this.text.slice(start, end);
    const json =
      quote === '"'
        ? inside
        : inside.replace(/\\[\s\S]|"/g, (found) => (found === '"' ? '\\"' : found === "\\'" ? "'" : found));
    try {
      // JSON has no line breaks inside of a string; diagnostic notation allows them.
      const value = JSON.parse(`"${json.replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')}"`) as string;
      if (value.isWellFormed()) return value;
    } catch {
      // The message below says it all.
    }
    return this.fail('The string has an escape that is not one of JSON, or half of a surrogate pair.', start);
  }

  private inQuotes(): string {
    const end = this.text.indexOf("'", this.at);
    if (end < 0) this.fail('The byte string does not end.');
    const inside = this.text.slice(this.at, end).replace(/[ \t\r\n]/g, '');
    this.at = end + 1;
    return inside;
  }

  private hex(): Uint8Array {
    const start = this.at;
    const digits = this.inQuotes();
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) this.fail('The byte string is not pairs of hexadecimal digits.', start);
    return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
      Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
    );
  }

  private base64(): Uint8Array {
    const start = this.at;
    const text = this.inQuotes();
    const digits = text
      .replace(/-/g, '+')
      .replace(/_/g, '/')
      .replace(/={1,2}$/, '');
    const padded = text.length > digits.length;
    // One digit alone stands for no byte, and padding fills a group of four.
    const whole = digits.length % 4 !== 1 && (!padded || text.length % 4 === 0);
    if (!whole || !/^[A-Za-z0-9+/]*$/.test(digits)) this.fail('The byte string is not base64 or base64url.', start);
    const binary = atob(digits);
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  }

  /** An integer, a float, or the number of a tag. */
  private number(writer: CborWriter, depth: number): void {
    const start = this.at;
    if (this.take('-Infinity')) {
      this.float(writer, Number.NEGATIVE_INFINITY);
      return;
    }
    const found = this.match(NUMBER) ?? this.fail('A number is expected here.');
    const [all, sign, other, digits, fraction, exponent] = found;
    if (all.length > MAX_DIGITS) this.fail('The number is longer than allowed.', start);
    if (fraction !== undefined || exponent !== undefined) {
      this.float(writer, Number(all));
      return;
    }
    const magnitude = BigInt(other ?? (digits as string));
    const size = this.indicator();
    if (sign === '' && this.take('(')) {
      if (magnitude >> 64n !== 0n) this.fail('A tag is a number below 2^64.', start);
      this.head(writer, TAG, magnitude, size);
      this.item(writer, depth + 1);
      this.expect(')');
      return;
    }
    // -0 is an integer here: the float is written -0.0.
    if (sign === '-' && magnitude > 0n) this.integer(writer, NEGATIVE, magnitude - 1n, size);
    else this.integer(writer, UNSIGNED, magnitude, size);
  }

  private integer(writer: CborWriter, major: number, argument: bigint, size: number | undefined): void {
    if (argument >> 64n === 0n) {
      this.head(writer, major, argument, size);
      return;
    }
    if (size !== undefined) this.fail('The number does not fit into the head of that size.');
    const hex = argument.toString(16);
    const even = hex.length % 2 ? `0${hex}` : hex;
    writer.byte(major === UNSIGNED ? TAG | 2 : TAG | 3);
    writer.bytes(
      Uint8Array.from({ length: even.length / 2 }, (_, i) => Number.parseInt(even.slice(2 * i, 2 * i + 2), 16)),
    );
  }

  private float(writer: CborWriter, value: number): void {
    const size = this.indicator();
    if (size === undefined) writer.float(value);
    else if (size === 0 || !writer.floatOf(value, size)) this.fail('The float does not fit into that size.');
  }

  private word(writer: CborWriter): void {
    const start = this.at;
    if (this.take("float'")) this.floatBits(writer, start);
    else if (this.take('NaN')) this.float(writer, Number.NaN);
    else if (this.take('Infinity')) this.float(writer, Number.POSITIVE_INFINITY);
    else {
      const word = this.match(WORD)?.[0] ?? '';
      if (word === 'simple') this.simple(writer);
      else if (Object.hasOwn(SIMPLE_WORDS, word)) writer.head(SIMPLE, SIMPLE_WORDS[word] as number);
      else this.fail('This is no item.', start);
    }
  }

  private simple(writer: CborWriter): void {
    this.expect('(');
    const start = this.at;
    const value = Number(this.match(/\d{1,3}/y)?.[0] ?? Number.NaN);
    if (!(value < 24 || (value >= 32 && value <= 255))) this.fail('A simple value is 0–23 or 32–255.', start);
    this.expect(')');
    writer.head(SIMPLE, value);
  }

  /** The bits of a float as they are: for a NaN that carries something. */
  private floatBits(writer: CborWriter, start: number): void {
    const bits = this.hex();
    const size = [2, 4, 8].indexOf(bits.length);
    if (size < 0) this.fail('The bits of a float are two, four or eight bytes.', start);
    writer.byte(SIMPLE | (25 + size));
    writer.raw(bits);
  }
}

const encoder = new TextEncoder();
const utf8 = (text: string) => encoder.encode(text);
