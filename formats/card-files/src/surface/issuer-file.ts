import { encodeTlv } from '@tegata/apdu';
import { outOfRange } from '../error.ts';
import { asciiDigits, digits, fixed, readLayout } from '../layout.ts';

const FILE = 'surface 0003';
const VERSION = Uint8Array.of(0x06, 0x03, 0x0e, 0x01);

/** EF 0003 as read. Nothing in it is signed. */
export interface IssuerFile {
  /** 5 digits (全国地方公共団体コード without its check digit). */
  readonly municipalityCode: string;
  /** DF32, 16 bytes. */
  readonly keyId: Uint8Array;
}

/**
 * Surface AP EF 0003: `FF30 { DF31 version, DF32 key id, DF33 00, DF34 municipality, DF35 key reference and 256 opaque bytes }` (card.md §8).
 * @throws {CardFilesError} `value-out-of-range`
 */
export function writeIssuerFile(fields: {
  municipalityCode: string;
  keyId: Uint8Array;
  keyReference: Uint8Array;
  opaque: Uint8Array;
}): Uint8Array {
  if (fields.keyId.length !== 16 || fields.keyReference.length !== 16 || fields.opaque.length !== 256) {
    throw outOfRange('surface 0003', 'key ids of 16 bytes, 256 opaque bytes');
  }
  return encodeTlv(
    0xff30,
    encodeTlv(0xdf31, VERSION),
    encodeTlv(0xdf32, fields.keyId),
    encodeTlv(0xdf33, Uint8Array.of(0x00)),
    encodeTlv(0xdf34, asciiDigits('municipality code', fields.municipalityCode, 5)),
    encodeTlv(0xdf35, fields.keyReference, fields.opaque),
  );
}

/**
 * Reads EF 0003.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseIssuerFile(bytes: Uint8Array): IssuerFile {
  const layout = readLayout(FILE, bytes, 0xff30, [0xdf31, 0xdf32, 0xdf33, 0xdf34, 0xdf35]);
  fixed(FILE, layout, 0, 4);
  fixed(FILE, layout, 2, 1);
  fixed(FILE, layout, 4, 272);
  return { keyId: fixed(FILE, layout, 1, 16), municipalityCode: digits(FILE, layout, 3, 5) };
}
