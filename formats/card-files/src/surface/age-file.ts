import type { KeyObject } from 'node:crypto';
import { encodeTlv } from '@tegata/apdu';
import { asciiDigits, digits, fixed, readLayout } from '../layout.ts';
import { decodeRsaKey, encodeRsaKey } from '../rsa-key.ts';
import { type SignDigestInfo, signSha256 } from '../rsa-signature.ts';

const FILE = 'surface 0001';

/** EF 0001 as read. */
export interface AgeFile {
  readonly birthDate: string;
  readonly cardKey: KeyObject;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Surface AP EF 0001, the age record: `FF10 82 021E { DF11 birth date, DF12 card key, DF13 signature }` (card.md §8).
 * @throws {CardFilesError} `value-out-of-range`, `key-unsupported`
 */
export async function writeAgeFile(fields: {
  birthDate: string;
  cardKey: KeyObject;
  sign: SignDigestInfo;
}): Promise<Uint8Array> {
  const birth = encodeTlv(0xdf11, asciiDigits('birth date', fields.birthDate, 8));
  const key = encodeTlv(0xdf12, encodeRsaKey(fields.cardKey));
  return encodeTlv(0xff10, birth, key, encodeTlv(0xdf13, await signSha256(fields.sign, birth, key)));
}

/**
 * Reads EF 0001.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseAgeFile(bytes: Uint8Array): AgeFile {
  const layout = readLayout(FILE, bytes, 0xff10, [0xdf11, 0xdf12, 0xdf13]);
  return {
    birthDate: digits(FILE, layout, 0, 8),
    cardKey: decodeRsaKey(FILE, layout.objects[1]!.value),
    signed: layout.content.subarray(0, layout.objects[1]!.end),
    signature: fixed(FILE, layout, 2, 256),
  };
}
