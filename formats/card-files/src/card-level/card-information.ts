import { ApduError, encodeSimpleTlv, readSimpleTlv } from '@tegata/apdu';
import { malformed } from '../error.ts';
import { asciiDigits } from '../layout.ts';

const FILE = 'common 0001';
const LENGTHS = { serial: 15, municipalityCode: 5, expiry: 8 } as const;

/** What the card says about itself in the common AP. Nothing in it is signed. */
export interface CardInformation {
  /** 15 digits. */
  readonly serial: string;
  /** 5 digits (全国地方公共団体コード without its check digit). */
  readonly municipalityCode: string;
  /** `YYYYMMDD`, the last day. */
  readonly expiry: string;
}

/**
 * Record 1 of common AP EF 0001: `01 1C`, then 28 digits in simple TLV (card.md §11).
 * @throws {CardFilesError} `value-out-of-range`
 */
export function writeCardInformation({ serial, municipalityCode, expiry }: CardInformation): Uint8Array {
  const digits = [
    asciiDigits('card serial', serial, LENGTHS.serial),
    asciiDigits('municipality code', municipalityCode, LENGTHS.municipalityCode),
    asciiDigits('expiry', expiry, LENGTHS.expiry),
  ];
  return encodeSimpleTlv(0x01, Buffer.concat(digits));
}

/**
 * Reads record 1 of common AP EF 0001.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseCardInformation(record: Uint8Array): CardInformation {
  const value = recordValue(FILE, record, 28);
  const text = String.fromCharCode(...value);
  if (!/^[0-9]{28}$/.test(text)) throw malformed(FILE, 'digits expected', 2);
  return { serial: text.slice(0, 15), municipalityCode: text.slice(15, 20), expiry: text.slice(20) };
}

/** Record 1 of EF 0002 of common AP and resident AP: one key reference of 16 bytes. Whose key it is nobody has published. */
export function writeKeyReference(keyId: Uint8Array): Uint8Array {
  return encodeSimpleTlv(0x01, keyId);
}

/**
 * Reads record 1 of EF 0002 of common AP or resident AP.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseKeyReference(record: Uint8Array): Uint8Array {
  return recordValue('common 0002', record, 16);
}

function recordValue(file: string, record: Uint8Array, length: number): Uint8Array {
  try {
    const { tag, value, end } = readSimpleTlv(record);
    if (tag !== 0x01) throw malformed(file, 'tag 01 expected');
    if (end !== record.length || value.length !== length) throw malformed(file, `${length} bytes expected`);
    return value;
  } catch (error) {
    if (!(error instanceof ApduError)) throw error;
    throw malformed(file, String(error.context['rule']), Number(error.context['offset'] ?? 0));
  }
}
