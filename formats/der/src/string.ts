import { DerError } from './error.ts';
import { tag } from './tag.ts';

// ignoreBOM keeps U+FEFF as the character that it is: two names that differ must not read the same.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true });

const ascii = /^\p{ASCII}*$/u;
const visible = /^[\x20-\x7e]*$/;
const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
const numeric = /^[0-9 ]*$/;

function latin1(content: Uint8Array): string {
  let text = '';
  for (const octet of content) text += String.fromCharCode(octet);
  return text;
}

/** The text where all octets are ASCII: for a short string a tenth of what the decoder costs. */
function shortAscii(content: Uint8Array): string | undefined {
  if (content.length > 64) return undefined;
  for (const octet of content) if (octet >= 0x80) return undefined;
  return latin1(content);
}

function universal(content: Uint8Array): string | undefined {
  if (content.length % 4 !== 0) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let text = '';
  for (let at = 0; at < content.length; at += 4) {
    const point = view.getUint32(at);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

function attempt(decoder: TextDecoder, content: Uint8Array): string | undefined {
  try {
    return decoder.decode(content);
  } catch {
    return undefined;
  }
}

function fitting(content: Uint8Array, alphabet: RegExp): string | undefined {
  const text = latin1(content);
  return alphabet.test(text) ? text : undefined;
}

/** Whether a tag is one of the character string types that {@link stringToText} reads. */
export function isStringTag(value: number): boolean {
  return readers.has(value);
}

const readers: ReadonlyMap<number, (content: Uint8Array) => string | undefined> = new Map([
  [tag.utf8String, (content) => shortAscii(content) ?? attempt(utf8, content)],
  [tag.printableString, (content) => fitting(content, printable)],
  [tag.ia5String, (content) => fitting(content, ascii)],
  [tag.visibleString, (content) => fitting(content, visible)],
  [tag.numericString, (content) => fitting(content, numeric)],
  // T.61 proper is not in use any more; what carries this tag in practice is ISO 8859-1.
  [tag.teletexString, latin1],
  [tag.bmpString, (content) => (content.length % 2 === 0 ? attempt(utf16, content) : undefined)],
  [tag.universalString, universal],
]);

/**
 * Reads a character string by its tag.
 * @throws {DerError} `der-tag-unexpected` for another tag, `der-string-malformed` for octets outside the type's alphabet
 */
export function stringToText(type: number, content: Uint8Array, offset = 0): string {
  const read = readers.get(type);
  if (!read) throw new DerError('der-tag-unexpected', 'A character string is expected here.', { offset, tag: type });
  const text = read(content);
  if (text === undefined) {
    throw new DerError('der-string-malformed', 'A character string holds octets that its type does not allow.', {
      offset,
      tag: type,
    });
  }
  return text;
}

/** Whether every character of the text belongs to PrintableString (X.680 §41.4). */
export function isPrintable(text: string): boolean {
  return printable.test(text);
}

/** Whether every character of the text belongs to IA5String. */
export function isAscii(text: string): boolean {
  return ascii.test(text);
}
