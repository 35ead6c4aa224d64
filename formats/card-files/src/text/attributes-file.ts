import { encodeTlv } from '@tegata/apdu';
import { malformed, outOfRange } from '../error.ts';
import { asciiDigits, checkOffsets, digits, readLayout, text } from '../layout.ts';
import { offsetTable } from '../offset-table.ts';
import { sha256 } from '../rsa-signature.ts';

const FILE = 'text 0002';
const TAGS = [0xdf21, 0xdf22, 0xdf23, 0xdf24, 0xdf25];
const MAX_CHARACTERS = 200;

/** The four attributes (基本4情報). */
export interface FourAttributes {
  /** U+3000 between family and given name. */
  readonly name: string;
  readonly address: string;
  /** `YYYYMMDD`, Gregorian; unknown parts are 0. */
  readonly birthDate: string;
  /** JIS X 0303: 1 male, 2 female, 0 not known, 9 not applicable. */
  readonly sex: Sex;
}

/** A sex code of JIS X 0303. */
export type Sex = '0' | '1' | '2' | '9';

/** EF 0002 as read. */
export interface AttributesFile extends FourAttributes {
  /** SHA-256 by the rule of DF32: the value of FF20 without the DF21 object, no filler. */
  readonly digest: Uint8Array;
}

/**
 * Text AP EF 0002 without filler: `FF20 { DF21 offsets, DF22 name, DF23 address, DF24 birth date, DF25 sex }` (card.md §7.1).
 * @throws {CardFilesError} `value-out-of-range`
 */
export function writeAttributesFile(attributes: FourAttributes): Uint8Array {
  for (const key of ['name', 'address'] as const) {
    const count = [...attributes[key]].length;
    if (count < 1 || count > MAX_CHARACTERS || /\p{Cc}/u.test(attributes[key])) {
      throw outOfRange(key, `1 to ${MAX_CHARACTERS} characters, no control characters`);
    }
  }
  if (!isSex(attributes.sex)) throw outOfRange('sex', '0, 1, 2 or 9');
  const objects = [
    encodeTlv(0xdf22, Buffer.from(attributes.name, 'utf8')),
    encodeTlv(0xdf23, Buffer.from(attributes.address, 'utf8')),
    encodeTlv(0xdf24, asciiDigits('birth date', attributes.birthDate, 8)),
    encodeTlv(0xdf25, Buffer.from(attributes.sex, 'latin1')),
  ];
  return encodeTlv(0xff20, offsetTable(0xdf21, objects), ...objects);
}

/**
 * Reads EF 0002, filler allowed.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseAttributesFile(bytes: Uint8Array): AttributesFile {
  const layout = readLayout(FILE, bytes, 0xff20, TAGS);
  checkOffsets(FILE, layout);
  const sex = digits(FILE, layout, 4, 1);
  if (!isSex(sex)) throw malformed(FILE, 'sex 0, 1, 2 or 9 expected', layout.base + layout.objects[4]!.start);
  return {
    name: text(FILE, layout, 1, MAX_CHARACTERS),
    address: text(FILE, layout, 2, MAX_CHARACTERS),
    birthDate: digits(FILE, layout, 3, 8),
    sex,
    digest: sha256(layout.content.subarray(layout.objects[0]!.end)),
  };
}

/** Whether a text is a sex code of JIS X 0303. */
export function isSex(value: string): value is Sex {
  return value === '0' || value === '1' || value === '2' || value === '9';
}
