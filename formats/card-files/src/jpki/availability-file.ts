import { malformed } from '../error.ts';

const FILE = 'jpki 0008';
const THERE = 0x8f;

/** Which of the two certificates there are. */
export interface CertificateAvailability {
  readonly sign: boolean;
  readonly auth: boolean;
}

/** JPKI-AP EF 0008: `8F` or `00` for the signature certificate, for the authentication certificate, and one byte more (card.md §6.1). */
export function writeAvailabilityFile({ sign, auth }: CertificateAvailability): Uint8Array {
  return Uint8Array.of(sign ? THERE : 0x00, auth ? THERE : 0x00, 0x00);
}

/**
 * Reads EF 0008. What the third byte means is not known.
 * @throws {CardFilesError} `file-malformed` when it has not 3 bytes, or one of the first two is neither `8F` nor `00`
 */
export function parseAvailabilityFile(bytes: Uint8Array): CertificateAvailability {
  if (bytes.length !== 3) throw malformed(FILE, '3 bytes expected');
  const there = (at: number): boolean => {
    if (bytes[at] !== THERE && bytes[at] !== 0x00) throw malformed(FILE, '8F or 00 expected', at);
    return bytes[at] === THERE;
  };
  return { sign: there(0), auth: there(1) };
}
