import { encodeTlv, readFileObject } from '@tegata/apdu';
import { malformed } from '../error.ts';
import { asciiDigits, fileErrors } from '../layout.ts';

const FILE = 'text 0001';
const LENGTH = 17;

/**
 * Text AP EF 0001, 17 bytes: `FF10 0C <12 digits> FF FF`. The filler is part of what DF31 of EF 0003 hashes (card.md §7.2).
 * @throws {CardFilesError} `value-out-of-range`
 */
export function writeMyNumberFile(myNumber: string): Uint8Array {
  const file = new Uint8Array(LENGTH).fill(0xff);
  file.set(encodeTlv(0xff10, asciiDigits('My Number', myNumber, 12)));
  return file;
}

/**
 * Reads the 12 digits. Whether the check digit is right is `isMyNumber`'s question.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseMyNumberFile(bytes: Uint8Array): string {
  const { tag, value } = fileErrors(FILE, () => readFileObject(bytes));
  if (bytes.length !== LENGTH) throw malformed(FILE, `${LENGTH} bytes expected`);
  if (tag !== 0xff10) throw malformed(FILE, 'tag FF10 expected');
  if (value.length !== 12 || value.some((byte) => byte < 0x30 || byte > 0x39))
    throw malformed(FILE, '12 digits expected');
  return String.fromCharCode(...value);
}
