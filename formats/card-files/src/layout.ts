import { ApduError, readFileObject, readTlvs, type Tlv } from '@tegata/apdu';
import { malformed, outOfRange } from './error.ts';

/** READ BINARY reaches offset 7FFF and 256 bytes from there (card.md §3): no file can be longer. */
export const MAX_FILE = 0x7fff + 256;

/** The objects of a file: the template and its children in order. */
export interface Layout {
  readonly objects: readonly Tlv[];
  /** Where the first child stands in the file. */
  readonly base: number;
  /** The value of the template: all children. */
  readonly content: Uint8Array;
}

/** Reads a file that is one template `tag` with exactly the children `tags`, in this order, then filler. */
export function readLayout(file: string, bytes: Uint8Array, tag: number, tags: readonly number[]): Layout {
  return fileErrors(file, () => {
    if (bytes.length > MAX_FILE) throw malformed(file, 'longer than a card can hold');
    const outer = readFileObject(bytes);
    if (outer.tag !== tag) throw malformed(file, `tag ${hex(tag)} expected`);
    const objects = readTlvs(outer.value);
    const base = outer.end - outer.value.length;
    tags.forEach((expected, i) => {
      const found = objects[i];
      if (found?.tag !== expected)
        throw malformed(file, `object ${hex(expected)} expected`, base + (found?.start ?? 0));
    });
    if (objects.length > tags.length) throw malformed(file, 'more objects than the layout has', base);
    return { objects, base, content: outer.value };
  });
}

/** Runs a reader and gives the errors of the TLV layer the name of the file. */
export function fileErrors<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ApduError)) throw error;
    throw malformed(file, String(error.context['rule'] ?? error.code), Number(error.context['offset'] ?? 0));
  }
}

/** Checks the offset table (u16, from the start of the file) against where the objects really stand. */
export function checkOffsets(file: string, layout: Layout): void {
  const [table, ...rest] = layout.objects;
  const value = table!.value;
  if (value.length !== rest.length * 2) throw malformed(file, 'offset table of another length', layout.base);
  rest.forEach((object, i) => {
    if (((value[2 * i]! << 8) | value[2 * i + 1]!) !== layout.base + object.start) {
      throw malformed(file, 'offset table disagrees with the objects', layout.base + object.start);
    }
  });
}

/** The value of an object that must have this length. */
export function fixed(file: string, layout: Layout, index: number, length: number): Uint8Array {
  const { value, start } = layout.objects[index]!;
  if (value.length !== length) throw malformed(file, `${length} bytes expected`, layout.base + start);
  return value;
}

/** The value of an object that must be ASCII digits, exactly `length` of them. */
export function digits(file: string, layout: Layout, index: number, length: number): string {
  const value = fixed(file, layout, index, length);
  for (const byte of value) {
    if (byte < 0x30 || byte > 0x39)
      throw malformed(file, 'digits expected', layout.base + layout.objects[index]!.start);
  }
  return String.fromCharCode(...value);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value of an object that must be well-formed UTF-8 without control characters, 1 … `maxCharacters` of them. */
export function text(file: string, layout: Layout, index: number, maxCharacters: number): string {
  const { value, start } = layout.objects[index]!;
  let decoded: string;
  try {
    decoded = utf8.decode(value);
  } catch {
    throw malformed(file, 'UTF-8 expected', layout.base + start);
  }
  const count = [...decoded].length;
  if (count < 1 || count > maxCharacters)
    throw malformed(file, `1 to ${maxCharacters} characters expected`, layout.base + start);
  if (/\p{Cc}/u.test(decoded)) throw malformed(file, 'control character', layout.base + start);
  return decoded;
}

/** The ASCII bytes of a string of exactly `length` digits. */
export function asciiDigits(name: string, value: string, length: number): Uint8Array {
  if (!new RegExp(`^[0-9]{${length}}$`).test(value)) throw outOfRange(name, `${length} ASCII digits`);
  return new Uint8Array(Buffer.from(value, 'latin1'));
}

function hex(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(4, '0');
}
