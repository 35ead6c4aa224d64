import { decode } from './decode.ts';
import { type Encodable, encode } from './encode.ts';
import { CborError } from './error.ts';
import { type CborLimits, INDEFINITE, MAJOR, Reader } from './reader.ts';
import { CborWriter } from './writer.ts';

/** How diagnostic notation is printed. */
export interface DiagnosticOptions {
  /** Break long containers over indented lines of at most about 100 columns. */
  readonly pretty?: boolean;
  /** Rewrites every text string before it is printed, so that personal data can be masked. */
  readonly mask?: (text: string) => string;
  /** Byte strings longer than this are cut and end in `…` with their length; all bytes are printed when absent. */
  readonly maxStringBytes?: number;
  /**
   * Adds encoding indicators (`_0` … `_3`, RFC 8949 §8.1) to whatever is not in its shortest form, so that `parseDiagnostic` gives the same bytes
   * again.
   */
  readonly exact?: boolean;
  readonly limits?: CborLimits;
}

/** A printed leaf, or a container whose lines are chosen later. */
type Node = string | { open: string; close: string; items: Node[]; keys?: Node[]; width: number };

const COLUMNS = 100;
/** Embedded CBOR inside embedded CBOR …: each level is a decoder of its own. */
const MAX_EMBEDDED = 16;

/**
 * Prints diagnostic notation (RFC 8949 §8; `<<…>>` for embedded CBOR, RFC 8610 App. G.3). Encoded bytes are printed as they are,
 * indefinite lengths included (`[_ …]`); any other value is encoded first.
 * @throws {CborError} as `decode` does, except that duplicate keys and dates are shown, not judged
 * @example diagnostic(Uint8Array.of(0xa1, 0x01, 0xf5)) // '{1: true}'
 */
export function diagnostic(input: Uint8Array | Encodable, options: DiagnosticOptions = {}): string {
  const bytes = input instanceof Uint8Array ? input : encode(input);
  return layout(readAll(bytes, options, 0), options.pretty ? 0 : undefined);
}

function readAll(bytes: Uint8Array, options: DiagnosticOptions, embedded: number): Node {
  const reader = new Reader(bytes, options.limits);
  const node = read(reader, options, 0, embedded);
  reader.end();
  return node;
}

function read(reader: Reader, options: DiagnosticOptions, depth: number, embedded: number): Node {
  reader.head();
  const indefinite = reader.info === INDEFINITE;
  switch (reader.major) {
    case MAJOR.unsigned:
      return `${reader.argument}${indicator(reader, options)}`;
    case MAJOR.negative:
      return `${-1n - BigInt(reader.argument)}${indicator(reader, options)}`;
    case MAJOR.bytes:
      return indefinite ? chunked(reader, () => hex(reader, options), "''_") : hex(reader, options);
    case MAJOR.text:
      return indefinite ? chunked(reader, () => quoted(reader, options), '""_') : quoted(reader, options);
    case MAJOR.array: {
      reader.deeper(depth + 1);
      const open = `[${sizeOf(reader, options)}`;
      return container(
        open,
        ']',
        each(reader, () => read(reader, options, depth + 1, embedded)),
      );
    }
    case MAJOR.map: {
      reader.deeper(depth + 1);
      const open = `{${sizeOf(reader, options)}`;
      const keys: Node[] = [];
      const values = each(reader, () => {
        keys.push(read(reader, options, depth + 1, embedded));
        return read(reader, options, depth + 1, embedded);
      });
      return container(open, '}', values, keys);
    }
    case MAJOR.tag:
      reader.deeper(depth + 1);
      return tagged(reader, options, depth + 1, embedded);
    default:
      return simple(reader, options);
  }
}

/** The encoding indicator of the last head; nothing where that is in its shortest form. */
function indicator({ info, argument }: Reader, { exact }: DiagnosticOptions): string {
  const shortest = info < 24 || argument >= (LEAST[info - 24] as number);
  return !exact || shortest ? '' : `_${info - 24}`;
}

/** From which argument on a head of 1, 2, 4 or 8 bytes more is the shortest. */
const LEAST = [24, 0x100, 0x1_0000, 0x1_0000_0000];

/** How a container says that it has no definite length, or one that is written at length. */
function sizeOf(reader: Reader, options: DiagnosticOptions): string {
  if (reader.info === INDEFINITE) return '_ ';
  const size = indicator(reader, options);
  return size && `${size} `;
}

function each(reader: Reader, one: () => Node): Node[] {
  const items: Node[] = [];
  if (reader.info === INDEFINITE) {
    while (!reader.takeBreak()) items.push(one());
    return items;
  }
  for (let left = reader.count(); left > 0; left--) items.push(one());
  return items;
}

function chunked(reader: Reader, one: () => string, empty: string): string {
  const chunks: string[] = [];
  reader.chunks(() => chunks.push(one()));
  return chunks.length === 0 ? empty : `(_ ${chunks.join(', ')})`;
}

function tagged(reader: Reader, options: DiagnosticOptions, depth: number, embedded: number): Node {
  const number = reader.argument;
  const from = reader.position;
  const tag = `${number}${indicator(reader, options)}`;
  if (number === 2 || number === 3) {
    // Bignums are printed as the integers that they are (RFC 8949 App. A); decode() has refused anything else behind the tag.
    const start = reader.start;
    const inner = read(reader, options, depth, embedded);
    const bytes = reader.bytes.subarray(start, reader.position);
    const value = decode(bytes, options.limits);
    const integer = typeof value === 'bigint' && (!options.exact || sameBytes(encode(value), bytes));
    return integer ? String(value) : container(`${tag}(`, ')', [inner]);
  }
  if (number === 24 && embedded < MAX_EMBEDDED && reader.bytes[from] !== 0x5f && isByteString(reader.bytes[from])) {
    reader.head();
    const size = indicator(reader, options);
    const start = reader.position;
    const content = reader.content();
    const inner = tryRead(content, options, embedded + 1);
    if (inner !== undefined) return container(`${tag}(<<`, `>>${size})`, [inner]);
    reader.position = start;
    return `${tag}(${hex(reader, options)})`;
  }
  return container(`${tag}(`, ')', [read(reader, options, depth, embedded)]);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

const isByteString = (first: number | undefined) => first !== undefined && first >> 5 === MAJOR.bytes;

/** Content that is not CBOR after all is shown as bytes: the notation is for finding such faults. */
function tryRead(content: Uint8Array, options: DiagnosticOptions, embedded: number): Node | undefined {
  try {
    return readAll(content, options, embedded);
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

function hex(reader: Reader, options: DiagnosticOptions): string {
  const size = indicator(reader, options);
  const content = reader.content();
  const most = options.maxStringBytes ?? Number.POSITIVE_INFINITY;
  const text = hexDigits(content.subarray(0, Math.min(most, content.length)));
  return content.length > most ? `h'${text}…' /${content.length} bytes/` : `h'${text}'${size}`;
}

function hexDigits(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

function quoted(reader: Reader, options: DiagnosticOptions): string {
  const size = indicator(reader, options);
  const text = reader.text();
  return JSON.stringify(options.mask ? options.mask(text) : text) + size;
}

function simple(reader: Reader, options: DiagnosticOptions): string {
  const { info, argument } = reader;
  if (info === INDEFINITE) return reader.fail('unexpected-break', 'A break stands where an item must.');
  if (info >= 25) return options.exact ? exactFloat(reader) : float(reader.float());
  if (info === 24 && argument < 32) {
    return reader.fail('simple-value', 'A simple value below 32 is not well-formed in two bytes.');
  }
  const named = ['false', 'true', 'null', 'undefined'][Number(argument) - 20];
  return named ?? `simple(${argument})`;
}

function float(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text.replace(/^(-?\d+)e/, '$1.0e') : `${text}.0`;
}

/** A float with its size where that is not the shortest; the bits of a NaN that carries something. */
function exactFloat(reader: Reader): string {
  const { info, start } = reader;
  const value = reader.float();
  const bytes = reader.bytes.subarray(start, reader.position);
  const writer = new CborWriter();
  writer.float(value);
  if (sameBytes(writer.take(), bytes)) return float(value);
  writer.clear();
  if (writer.floatOf(value, info - 24) && sameBytes(writer.take(), bytes)) return `${float(value)}_${info - 24}`;
  return `float'${hexDigits(bytes.subarray(1))}'`;
}

function container(open: string, close: string, items: Node[], keys?: Node[]): Node {
  let width = open.length + close.length + 2 * Math.max(0, items.length - 1);
  for (const item of items) width += widthOf(item);
  for (const key of keys ?? []) width += widthOf(key) + 2;
  return { open, close, items, keys, width };
}

const widthOf = (node: Node) => (typeof node === 'string' ? node.length : node.width);

/** `indent` is the column of the line, or undefined for everything on one line. */
function layout(node: Node, indent: number | undefined): string {
  if (typeof node === 'string') return node;
  const broken = indent !== undefined && indent + node.width > COLUMNS && node.items.length > 0;
  const parts = node.items.map((item, index) => {
    const key = node.keys?.[index];
    const inner = broken ? (indent as number) + 2 : undefined;
    return (key === undefined ? '' : `${layout(key, undefined)}: `) + layout(item, inner);
  });
  if (!broken) return node.open + parts.join(', ') + node.close;
  const only = node.items[0];
  // Tags and <<…>> around one container hug it, so that depth on the page follows arrays and maps only.
  if (!node.keys && node.items.length === 1 && /[(<]$/.test(node.open) && typeof only !== 'string') {
    return node.open + layout(only as Node, indent) + node.close;
  }
  const pad = ' '.repeat(indent as number);
  return `${node.open.trimEnd()}\n${parts.map((part) => `${pad}  ${part}`).join(',\n')}\n${pad}${node.close}`;
}
