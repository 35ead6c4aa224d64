import { ApduError, readTlv } from '@tegata/apdu';
import { ApplicantAppError } from '../error.ts';

/**
 * The certificate at the beginning of a file, without the filler after it.
 * @throws {ApplicantAppError} `card-hostile` when there is none
 */
export function certificateOf(file: Uint8Array): Uint8Array {
  try {
    const { tag, bytes } = readTlv(file);
    if (tag === 0x30) return bytes.slice();
  } catch (error) {
    if (!(error instanceof ApduError)) throw error;
  }
  throw new ApplicantAppError('card-hostile', 'The file of a certificate holds none. Use another card.');
}
