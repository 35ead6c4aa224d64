import { ApduError, readFileObject, type Transport } from '@tegata/apdu';
import { type CardFiles, FILE_LIMITS } from '@tegata/application';
import { presenceCommand } from '@tegata/card-files';
import { computeSignature, KEY, queryTries, readFile, selectApplication, verify } from '../card-commands.ts';
import { ApplicantAppError } from '../error.ts';
import { PIN_PLACES, showPin, stopBeforeLastTry } from './pins.ts';

/** What reading the holder's data needs. */
export interface ReadPersonalFilesOptions {
  readonly card: Transport;
  /** The PIN of the text AP, ASCII. */
  readonly pin: Uint8Array;
  /** What the card proves its presence over. */
  readonly challenge: Uint8Array;
  /** The person knows that the last try of the PIN is about to be used. */
  readonly confirmLastTry: boolean;
}

/**
 * Reads attributes, My Number, photo and their signatures as stored, and has the card prove its presence in both applications, with the 4-digit PIN alone
 * (card.md §13). The PIN is shown once and never again.
 * @throws {ApplicantAppError} `pin-locked`, `last-try`, `wrong-pin`, `card-hostile`
 * @throws {ApduError} `card-removed`, `card-timeout`, `card-hostile`
 * @example
 * const files = await readPersonalFiles({ card, pin, challenge: random.bytes(32), confirmLastTry: false });
 */
export async function readPersonalFiles(options: ReadPersonalFilesOptions): Promise<CardFiles> {
  const { card } = options;
  const [textPin] = PIN_PLACES.text;
  await selectApplication(card, 'text');
  await stopBeforeLastTry(card, textPin, options.confirmLastTry);
  await showPin(card, textPin, options.pin);

  const read = <const L extends Readonly<Record<number, number>>>(limits: L, file: keyof L & number) =>
    readFile(card, file, limits[file] as number);
  const text = {
    1: await read(FILE_LIMITS.text, 1),
    2: await read(FILE_LIMITS.text, 2),
    3: await read(FILE_LIMITS.text, 3),
    4: await read(FILE_LIMITS.text, 4),
    7: await read(FILE_LIMITS.text, 7),
  };
  const presence = await computeSignature(card, presenceCommand(options.challenge));

  await selectApplication(card, 'surface');
  await showCodeA(card, text[1]);
  const surface = {
    2: await read(FILE_LIMITS.surface, 2),
    3: await read(FILE_LIMITS.surface, 3),
    4: await read(FILE_LIMITS.surface, 4),
  };
  // The photo's application has a key of its own: files that were recorded elsewhere cannot answer for it.
  const surfacePresence = await computeSignature(card, presenceCommand(options.challenge));
  return { text, surface, presence, surfacePresence };
}

/** Opens the surface AP with check code A, which is the My Number itself (card.md §5.1). */
async function showCodeA(card: Transport, myNumberFile: Uint8Array): Promise<void> {
  const hostile = (message: string) => new ApplicantAppError('card-hostile', message);
  const number = myNumberOf(myNumberFile);
  try {
    // Not even a number that the card itself gave is worth the last try of a key.
    const left = await queryTries(card, KEY.surfaceCodeA);
    if (left !== undefined && left <= 1) throw hostile('The card refuses its own number. Use another card.');
    if ((await verify(card, KEY.surfaceCodeA, number)) !== undefined) {
      throw hostile('The two halves of the card tell of different numbers. Use another card.');
    }
  } finally {
    number.fill(0);
  }
}

/** The 12 digits of EF 0001: `FF10 { 12 digits }`, a primitive with a template's tag. */
function myNumberOf(file: Uint8Array): Uint8Array {
  try {
    const { tag, value } = readFileObject(file);
    if (tag === 0xff10 && value.length === 12 && value.every((byte) => byte >= 0x30 && byte <= 0x39))
      return value.slice();
  } catch (error) {
    if (!(error instanceof ApduError)) throw error;
  }
  throw new ApplicantAppError('card-hostile', 'The first file of the card is not a My Number. Use another card.');
}
