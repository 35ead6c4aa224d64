import type { CardFiles } from '@tegata/application';
import { PIN_PLACES, stopBeforeLastTry } from './card/pins.ts';
import { type ReadPersonalFilesOptions, readPersonalFiles } from './card/read-personal-files.ts';
import { readFile, selectApplication } from './card-commands.ts';
import { ApplicantAppError } from './error.ts';

/** What reading needs; the challenge is the SMP's. */
export type ReadCardOptions = ReadPersonalFilesOptions;

/**
 * Step 1: reads attributes, My Number, photo and their signatures with the 4-digit PIN, and has the card prove that it is there
 * (card.md §13). First it looks at what costs nothing: whether the card can sign at all, and how many tries are left. A PIN is
 * shown once and never again.
 * @throws {ApplicantAppError} `no-signature-certificate`, `pin-locked`, `signature-password-locked`, `last-try`, `wrong-pin`, `card-hostile`
 * @throws {ApduError} `card-removed`, `card-timeout`
 */
export async function readCard(options: ReadCardOptions): Promise<CardFiles> {
  const { card } = options;
  await selectApplication(card, 'jpki');
  const available = await readFile(card, 0x08, 64);
  // Byte 0 of EF 0008 tells of the signature certificate: 8F = there (card.md §6.1).
  if (available[0] !== 0x8f) {
    throw new ApplicantAppError(
      'no-signature-certificate',
      'The card has no signature certificate, without which nobody can apply.',
    );
  }
  await stopBeforeLastTry(card, PIN_PLACES.sign[0], options.confirmLastTry);
  return readPersonalFiles(options);
}
