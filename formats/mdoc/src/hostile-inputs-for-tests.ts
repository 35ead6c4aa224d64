/**
 * Inputs that were made to be slow or to break a parser. TEST ONLY.
 * @module
 */
import { CborError, type CborValue, decode, Encoded, encode, Raw, Tagged } from '@tegata/cbor';
import type { Random } from '@tegata/random';

/** The largest input of these tests. */
export const MAX_INPUT = 64 * 1024;

const text = new TextEncoder();
const join = (...parts: readonly (Uint8Array | readonly number[])[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
const fill = (size: number, pattern: readonly number[]) =>
  Uint8Array.from({ length: size }, (_, index) => pattern[index % pattern.length] as number);
const head = (major: number, count: number): number[] =>
  count < 24 ? [(major << 5) | count] : [(major << 5) | 25, count >> 8, count & 0xff];
const uint16 = (value: number) => [value >> 8, value & 0xff];

/** A container of as many entries as fit, each made of its number. */
function many(major: 4 | 5, size: number, entry: (index: number) => readonly number[]): Uint8Array {
  const parts: number[] = [];
  let count = 0;
  for (; ; count++) {
    const next = entry(count);
    if (parts.length + next.length + 3 > size || count === 0xffff) break;
    for (const byte of next) parts.push(byte);
  }
  return join(head(major, count), parts);
}

/** Embedded CBOR in embedded CBOR, as deep as fits. */
function russianDoll(size: number): Uint8Array {
  let inner: Uint8Array = Uint8Array.of(0);
  while (inner.length + 7 < size)
    inner = join([0xd8, 0x18, 0x5a], uint16(inner.length >> 16), uint16(inner.length & 0xffff), inner);
  return inner;
}

/** Maps in maps, each with many keys before the one that goes deeper. */
function nestedMaps(size: number, depth: number): Uint8Array {
  const keys = Math.floor(size / depth / 4);
  let inner: Uint8Array = Uint8Array.of(0);
  for (let level = 0; level < depth; level++) {
    const flat = Array.from({ length: keys }, (_, index) => [0x19, ...uint16(256 + index), 0x00]).flat();
    inner = join(head(5, keys + 1), flat, [0x00], inner);
  }
  return inner;
}

/** CBOR of about so many bytes, well-formed or not, by what it is. */
export function bombs(size: number): ReadonlyMap<string, Uint8Array> {
  const deep = Math.floor(size / 2);
  return new Map<string, Uint8Array>([
    ['arrays in arrays', fill(size, [0x81])],
    ['open arrays in arrays', fill(size, [0x9f])],
    ['maps in maps', join(fill(deep * 2, [0xa1, 0x00]), [0x00])],
    ['maps as keys', fill(size, [0xa1])],
    ['tags on tags', fill(size, [0xc1])],
    ['embedded in embedded', russianDoll(size)],
    ['many empty chunks of bytes', join([0x5f], fill(size - 2, [0x40]), [0xff])],
    ['many chunks of text', join([0x7f], fill((size - 2) & ~1, [0x61, 0x61]), [0xff])],
    ['an open string in an open string', fill(size, [0x5f])],
    ['small integers', many(4, size, () => [0x00])],
    ['integers with long heads', many(4, size, (index) => [0x1b, 0, 0, 0, 0, 0, 0, ...uint16(index)])],
    ['empty arrays', many(4, size, () => [0x80])],
    ['empty maps', many(4, size, () => [0xa0])],
    ['half floats', many(4, size, (index) => [0xf9, ...uint16(index)])],
    ['dates', many(4, size, () => [0xc0, 0x60])],
    ['keys that are numbers', many(5, size, (index) => [0x19, ...uint16(index), 0x00])],
    ['keys that are negative', many(5, size, (index) => [0x39, ...uint16(index), 0x00])],
    ['keys that are large', many(5, size, (index) => [0x1b, 0xff, 0xff, 0xff, 0, 0, 0, ...uint16(index), 0x00])],
    ['keys that are text', many(5, size, (index) => [0x64, ...text.encode(index.toString(16).padStart(4, '0')), 0x00])],
    ['keys that are bytes', many(5, size, (index) => [0x42, ...uint16(index), 0x00])],
    ['keys that are chunked', many(5, size, (index) => [0x5f, 0x42, ...uint16(index), 0xff, 0x00])],
    ['keys of one long beginning', many(5, size, (index) => [0x58, 200, ...fill(198, [0x61]), ...uint16(index), 0x00])],
    [
      'names of one long beginning',
      many(5, size, (index) => [
        0x78,
        44,
        ...fill(40, [0x61]),
        ...text.encode(index.toString(16).padStart(4, '0')),
        0x00,
      ]),
    ],
    ['the same key again and again', many(5, size, () => [0x00, 0x00])],
    ['maps with many keys in maps', nestedMaps(size, 30)],
    ['one long text', join([0x7a], uint16(0), uint16(size - 5), fill(size - 5, [0x61]))],
    [
      'one long text of four-byte characters',
      join([0x7a], uint16(0), uint16((size - 5) & ~3), fill((size - 5) & ~3, [0xf0, 0x9f, 0x98, 0x80])),
    ],
    ['one long text that ends badly', join([0x7a], uint16(0), uint16(size - 5), fill(size - 6, [0x61]), [0xff])],
    ['one long byte string', join([0x5a], uint16(0), uint16(size - 5), fill(size - 5, [0]))],
    ['a large bignum', join([0xc2, 0x5a], uint16(0), uint16(size - 6), fill(size - 6, [0xff]))],
    ['many bignums', many(4, size, () => [0xc2, 0x59, 4, 0, ...fill(1024, [0xff])])],
    ['an array that says 2^64 - 1', join([0x9b], fill(8, [0xff]))],
    ['an array that says 2^31', join([0x9a, 0x80, 0, 0, 0], fill(size - 5, [0]))],
    ['a map that says 2^63', join([0xbb, 0x80], fill(7, [0]), fill(size - 9, [0]))],
    ['bytes that say 2^53', join([0x5b, 0, 0x20], fill(6, [0]), fill(size - 9, [0]))],
    ['text that says 2^32', join([0x7b, 0, 0, 0, 1], fill(4, [0]), fill(size - 9, [0x61]))],
    ['breaks', fill(size, [0xff])],
    ['zeros', fill(size, [0x00])],
    ['nothing', new Uint8Array(0)],
  ]);
}

/** Text of about so many characters for parsers of text. */
export function textBombs(size: number): ReadonlyMap<string, Uint8Array> {
  const times = (part: string) => part.repeat(Math.floor((size - 16) / part.length));
  const bombs: Record<string, string> = {
    brackets: times('['),
    'maps in maps': times('{1:'),
    'JSON in JSON': times('{"a":'),
    'tags on tags': times('1('),
    'embedded in embedded': times('<<'),
    'chunks in chunks': times('(_ <<'),
    'many empty lists': `[${times('[],')}[]]`,
    'many chunks': `(_ ${times("'',")}'')`,
    'many numbers': `[${times('1,')}1]`,
    'many long numbers': `[${times(`${'1'.repeat(2400)},`)}1]`,
    'one long number': times('9'),
    'one long exponent': `1e${times('9')}`,
    'one long word': times('a'),
    'one long text': `"${times('a')}"`,
    'one long text of escapes': `"${times('\\n')}"`,
    'quotes that are escaped': `"${times('\\"')}`,
    'quotes in quotes': `'${times('"')}'`,
    'one long byte string': `h'${times('00')}'`,
    'one long byte string in base64': `b64'${times('AAAA')}'`,
    'half a group of base64': "b64'A'",
    'slashes of comments': times('/'),
    comments: `${times('/a/ ')}1`,
    'comments to the end of the line': times('#\n'),
    spaces: `${times(' ')}1`,
    'members of JSON': `{${times('"a":1,')}"b":1}`,
    dots: times('.'),
    'parts of a token': `${times('A')}.${times('A')}`,
    'a token of one long head': `ey${times('A')}.e30.AA`,
    'a token whose head is a nest': `${Buffer.from('{"alg":'.repeat(Math.floor(size / 12))).toString('base64url')}.e30.AA`,
    'a token with a name twice': `${Buffer.from('{"typ":"statuslist+jwt","typ":1}').toString('base64url')}.e30.AA`,
    'a QR code': `mdoc:${times('A')}`,
    'a QR code with padding': `mdoc:${times('=')}`,
  };
  return new Map(Object.entries(bombs).map(([what, value]) => [what, text.encode(value).subarray(0, size)]));
}

/** The encoding of a sample with another item in one place of it, embedded CBOR and byte strings that hold CBOR included. */
export interface Placement {
  readonly path: string;
  /** @returns undefined where the result is larger than {@link MAX_INPUT} */
  with(item: Uint8Array): Uint8Array | undefined;
}

/** Every place of a sample. */
export function placesOf(sample: Uint8Array): readonly Placement[] {
  const places: Placement[] = [];
  const walk = (value: CborValue, path: string, whole: (part: CborValue) => CborValue): void => {
    places.push({
      path,
      with(item) {
        const bytes = encode(whole(new Raw(item)), { mapOrder: 'given' });
        return bytes.length <= MAX_INPUT ? bytes : undefined;
      },
    });
    if (value instanceof Map) {
      for (const [key, own] of value)
        walk(own, `${path}.${String(key)}`, (part) => whole(new Map([...value, [key, part]])));
    } else if (Array.isArray(value)) {
      for (const [index, own] of value.entries())
        walk(own, `${path}[${index}]`, (part) => whole(value.with(index, part)));
    } else if (value instanceof Encoded) {
      walk(value.decode(), `${path}.24`, (part) => whole(Encoded.of(part)));
    } else if (value instanceof Tagged) {
      walk(value.value, `${path}.tag`, (part) => whole(new Tagged(value.tag, part)));
    } else if (value instanceof Uint8Array && value.length > 1) {
      const inside = containerIn(value);
      if (inside !== undefined) walk(inside, `${path}.cbor`, (part) => whole(encode(part, { mapOrder: 'given' })));
    }
  };
  walk(decode(sample), '', (part) => part);
  return places;
}

function containerIn(bytes: Uint8Array): CborValue {
  try {
    const value = decode(bytes);
    return value instanceof Map || Array.isArray(value) || value instanceof Encoded ? value : undefined;
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

/** A sample that was damaged in transit: bytes changed, cut out, put in, said twice, or cut off. */
export function damaged(sample: Uint8Array, random: Random): Uint8Array {
  const number = (below: number) => Buffer.from(random.bytes(4)).readUInt32BE() % Math.max(1, below);
  let bytes: Uint8Array = sample.slice();
  for (let times = 1 + number(4); times > 0; times--) {
    const at = number(bytes.length);
    const span = 1 + number(16);
    switch (number(5)) {
      case 0:
        bytes = bytes.length === 0 ? bytes : bytes.with(at, number(256));
        break;
      case 1:
        bytes = join(bytes.subarray(0, at), bytes.subarray(at + span));
        break;
      case 2:
        bytes = join(bytes.subarray(0, at), random.bytes(span), bytes.subarray(at));
        break;
      case 3:
        bytes = join(bytes.subarray(0, at), bytes.subarray(at, at + span), bytes.subarray(at));
        break;
      default:
        bytes = number(4) === 0 ? bytes.slice(0, at) : bytes;
    }
  }
  return bytes;
}
