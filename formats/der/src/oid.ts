import { DerError } from './error.ts';

const MAX_OCTETS = 128;

/**
 * Reads the content of an OBJECT IDENTIFIER as dotted text (X.690 §8.19).
 * @throws {DerError} `der-oid-malformed` for an empty, cut, padded or very long identifier
 */
export function oidToText(content: Uint8Array, offset = 0): string {
  const malformed = () =>
    new DerError('der-oid-malformed', 'An OBJECT IDENTIFIER is empty, cut off, padded or too long.', { offset });
  const { length } = content;
  if (length === 0 || length > MAX_OCTETS || (content[length - 1] as number) & 0x80) throw malformed();
  const text = smallArcs(content);
  if (text !== undefined) return text;
  const arcs: bigint[] = [];
  let value = 0n;
  let fresh = true;
  for (const octet of content) {
    if (fresh && octet === 0x80) throw malformed();
    value = (value << 7n) | BigInt(octet & 0x7f);
    fresh = (octet & 0x80) === 0;
    if (fresh) {
      arcs.push(value);
      value = 0n;
    }
  }
  const [first, ...rest] = arcs as [bigint, ...bigint[]];
  // The first two arcs share one number: 40 × first + second, where only the arc 2 may have a second above 39.
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [top, first - top * 40n, ...rest].join('.');
}

// A certificate names some thirty types, and all certificates name the same ones.
const interned: { readonly content: Uint8Array; readonly text: string }[][] = Array.from({ length: 256 }, () => []);
const MAX_INTERNED = 4;

/**
 * Reads the content of an OBJECT IDENTIFIER where it stands in a larger input.
 * @throws {DerError} as {@link oidToText}
 */
export function oidIn(input: Uint8Array, start: number, end: number): string {
  let mix = end - start;
  for (let at = start; at < end && at < start + MAX_OCTETS; at++) mix = (mix * 31 + (input[at] as number)) | 0;
  const known = interned[(mix ^ (mix >>> 8)) & 0xff] as { content: Uint8Array; text: string }[];
  for (const { content, text } of known) if (standsAt(content, input, start, end)) return text;
  const content = input.subarray(start, end);
  const text = oidToText(content, start);
  if (known.length < MAX_INTERNED) known.push({ content: content.slice(), text });
  return text;
}

function standsAt(content: Uint8Array, input: Uint8Array, start: number, end: number): boolean {
  if (content.length !== end - start) return false;
  for (let i = 0; i < content.length; i++) if (content[i] !== input[start + i]) return false;
  return true;
}

/**
 * Writes the content of an OBJECT IDENTIFIER.
 * @throws {DerError} `der-oid-malformed` when the text is not a dotted identifier
 * @example
 * oidFromText('2.999.8.5'); // 88 37 08 05
 */
export function oidFromText(text: string): Uint8Array {
  if (!/^[012](\.(0|[1-9]\d{0,38}))+$/.test(text)) {
    throw new DerError(
      'der-oid-malformed',
      'An object identifier is written as dotted numbers, for example 2.999.8.5.',
    );
  }
  const [top, second, ...rest] = text.split('.').map(BigInt) as [bigint, bigint, ...bigint[]];
  if (top < 2n && second > 39n) {
    throw new DerError('der-oid-malformed', 'Below the arcs 0 and 1 the second number is at most 39.');
  }
  const octets: number[] = [];
  for (const arc of [top * 40n + second, ...rest]) {
    const groups = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80);
    octets.push(...groups);
  }
  return Uint8Array.from(octets);
}

/** The text of an identifier whose arcs all stay below 2^28, as nearly every one does; undefined for any other. */
function smallArcs(content: Uint8Array): string | undefined {
  let text = '';
  let value = 0;
  let octets = 0;
  for (const octet of content) {
    if ((octets === 0 && octet === 0x80) || octets === 4) return undefined;
    value = value * 128 + (octet & 0x7f);
    octets++;
    if (octet & 0x80) continue;
    if (text !== '') text += `.${value}`;
    else text = value < 40 ? `0.${value}` : value < 80 ? `1.${value - 40}` : `2.${value - 80}`;
    value = 0;
    octets = 0;
  }
  return text;
}
