import { SW, type Transport } from '@tegata/apdu';
import {
  CardFilesError,
  type CertificateAvailability,
  parseAvailabilityFile,
  parseTokenInfo,
  type TokenInfo,
} from '@tegata/card-files';
import { readFile, readObject } from '../card-commands.ts';
import { ApplicantAppError } from '../error.ts';
import { certificateOf } from './certificate-of.ts';

/** The largest certificate that is read, bytes. */
export const MAX_CERTIFICATE = 4096;
const FILES = { sign: 0x01, signCa: 0x02, auth: 0x0a, authCa: 0x0b } as const;

/** A certificate of the card. */
export type CertificateName = keyof typeof FILES;

/**
 * Reads a certificate of the selected JPKI-AP, no further than it goes.
 * @returns DER, or `undefined` when a PIN is needed first
 * @throws {ApplicantAppError} `card-hostile`
 */
export async function readCertificate(card: Transport, name: CertificateName): Promise<Uint8Array | undefined> {
  const file = await readObject(card, FILES[name], MAX_CERTIFICATE, [SW.securityStatusNotSatisfied]);
  return file && certificateOf(file);
}

/**
 * What the selected JPKI-AP says about itself: card or phone, and which certificates there are.
 * @throws {ApplicantAppError} `card-hostile`
 */
export async function readToken(card: Transport): Promise<{ token: TokenInfo; available: CertificateAvailability }> {
  try {
    return {
      token: parseTokenInfo(await readFile(card, 0x06, 256)),
      available: parseAvailabilityFile(await readFile(card, 0x08, 64)),
    };
  } catch (error) {
    if (!(error instanceof CardFilesError)) throw error;
    throw new ApplicantAppError('card-hostile', 'The card’s own description is not in its form. Use another card.', {
      rule: error.code,
    });
  }
}
