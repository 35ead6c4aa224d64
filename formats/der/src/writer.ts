import { DerError } from './error.ts';
import { oidFromText } from './oid.ts';
import { compareBytes } from './reader.ts';
import { isAscii, isPrintable } from './string.ts';
import { isConstructed, tag } from './tag.ts';
import { dateToGeneralizedTime } from './time.ts';

const utf8 = new TextEncoder();

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function identifier(value: number): number[] {
  if (value < 256) return [value];
  const number = Math.floor(value / 256);
  const groups = [number & 0x7f];
  for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
  return [value & 0xff, ...groups];
}

function length(value: number): number[] {
  if (value < 0x80) return [value];
  const octets: number[] = [];
  for (let left = value; left > 0; left = Math.floor(left / 256)) octets.unshift(left & 0xff);
  return [0x80 | octets.length, ...octets];
}

/** Puts identifier and length before the content. */
function element(type: number, ...content: Uint8Array[]): Uint8Array {
  const total = content.reduce((sum, part) => sum + part.length, 0);
  return concat([Uint8Array.from([...identifier(type), ...length(total)]), ...content]);
}

function integerContent(value: bigint): Uint8Array {
  let octets = 1;
  while (value < -(1n << BigInt(8 * octets - 1)) || value >= 1n << BigInt(8 * octets - 1)) octets++;
  let rest = BigInt.asUintN(8 * octets, value);
  const out = new Uint8Array(octets);
  for (let i = octets - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}

/** The content of an INTEGER that holds these octets as an unsigned number. */
function unsignedContent(octets: Uint8Array): Uint8Array {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start++;
  const trimmed = octets.subarray(start);
  if (trimmed.length === 0) return Uint8Array.of(0);
  return (trimmed[0] as number) & 0x80 ? concat([Uint8Array.of(0), trimmed]) : trimmed;
}

function text(type: number, value: string, allowed: (value: string) => boolean): Uint8Array {
  if (!allowed(value)) {
    throw new DerError('der-string-malformed', 'The text has characters that this string type cannot hold.', {
      tag: type,
    });
  }
  return element(type, utf8.encode(value));
}

/**
 * A small DER writer: each function gives one whole element.
 * @example
 * der.sequence(der.oid('2.999.8.5'), der.integer(3), der.explicit(0, der.utf8('見本')));
 */
export const der = {
  /** An element of any tag (see `tag`); the contents are joined as they are. */
  element,
  sequence: (...members: Uint8Array[]): Uint8Array => element(tag.sequence, ...members),
  /** SET OF: the members are sorted, as DER wants them. */
  setOf: (...members: Uint8Array[]): Uint8Array => element(tag.set, ...[...members].sort(compareBytes)),
  boolean: (value: boolean): Uint8Array => element(tag.boolean, Uint8Array.of(value ? 0xff : 0)),
  /** An INTEGER from a number, or from the octets of an unsigned number (a serial, an r or s). */
  integer: (value: number | bigint | Uint8Array): Uint8Array =>
    element(tag.integer, value instanceof Uint8Array ? unsignedContent(value) : integerContent(BigInt(value))),
  enumerated: (value: number): Uint8Array => element(tag.enumerated, integerContent(BigInt(value))),
  bitString: (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
    element(tag.bitString, Uint8Array.of(unusedBits), bytes),
  /** A BIT STRING of named bits, trailing zeros cut off (X.690 §11.2.2). */
  namedBits(bits: readonly number[]): Uint8Array {
    if (bits.length === 0) return element(tag.bitString, Uint8Array.of(0));
    const highest = Math.max(...bits);
    const bytes = new Uint8Array((highest >> 3) + 1);
    for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7));
    return element(tag.bitString, Uint8Array.of(7 - (highest & 7)), bytes);
  },
  octetString: (...content: Uint8Array[]): Uint8Array => element(tag.octetString, ...content),
  null: (): Uint8Array => element(tag.null),
  oid: (dotted: string): Uint8Array => element(tag.oid, oidFromText(dotted)),
  utf8: (value: string): Uint8Array => element(tag.utf8String, utf8.encode(value)),
  printable: (value: string): Uint8Array => text(tag.printableString, value, isPrintable),
  ia5: (value: string): Uint8Array => text(tag.ia5String, value, isAscii),
  utcTime(date: Date): Uint8Array {
    const year = date.getUTCFullYear();
    if (!(year >= 1950 && year < 2050)) {
      throw new DerError('der-value-unsupported', 'A UTCTime holds the years 1950 to 2049; use GeneralizedTime.');
    }
    return element(tag.utcTime, utf8.encode(dateToGeneralizedTime(date).slice(2)));
  },
  generalizedTime: (date: Date): Uint8Array => element(tag.generalizedTime, utf8.encode(dateToGeneralizedTime(date))),
  /** UTCTime to 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). */
  time(date: Date): Uint8Array {
    const year = date.getUTCFullYear();
    return year >= 1950 && year < 2050 ? der.utcTime(date) : der.generalizedTime(date);
  },
  /** `[n]` around whole elements. */
  explicit: (n: number, ...members: Uint8Array[]): Uint8Array => element(tag.constructed(n), ...members),
  /** The same element under the tag `[n]`. */
  implicit(n: number, whole: Uint8Array): Uint8Array {
    const type = whole[0] as number;
    const first = whole[1] as number;
    const start = first < 0x80 ? 2 : 2 + (first & 0x7f);
    return element(isConstructed(type) ? tag.constructed(n) : tag.primitive(n), whole.subarray(start));
  },
  /** Joins elements without anything around them. */
  concat: (...parts: Uint8Array[]): Uint8Array => concat(parts),
} as const;
