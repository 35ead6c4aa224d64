import { ApduError, readFileObject, readTlv, type Transport } from '@tegata/apdu';
import { type CardFiles, FILE_LIMITS } from '@tegata/application';
import { presenceCommand } from '@tegata/card-files';
import { computeSignature, KEY, queryTries, readFile, selectApplication, verify } from './card-commands.ts';
import { ApplicantAppError } from './error.ts';

/** What reading needs. */
export interface ReadCardOptions {
  readonly card: Transport;
  /** The PIN of the text AP, ASCII. */
  readonly pin: Uint8Array;
  /** The SMP's challenge for the presence proof. */
  readonly challenge: Uint8Array;
  /** The person knows that the last try of a PIN or password is about to be used. */
  readonly confirmLastTry: boolean;
}

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
  await refuseLastTry(card, KEY.signaturePassword, 'signature-password-locked', options.confirmLastTry);

  await selectApplication(card, 'text');
  await refuseLastTry(card, KEY.textPin, 'pin-locked', options.confirmLastTry);
  const left = await verify(card, KEY.textPin, options.pin);
  if (left === 0) throw new ApplicantAppError('pin-locked', 'The PIN of the card is locked.', { triesLeft: 0 });
  if (left !== undefined) throw new ApplicantAppError('wrong-pin', 'The PIN is wrong.', { triesLeft: left });

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
  return { text, surface, presence };
}

async function refuseLastTry(
  card: Transport,
  key: number,
  locked: 'pin-locked' | 'signature-password-locked',
  confirmed: boolean,
): Promise<void> {
  const left = await queryTries(card, key);
  if (left === undefined) return;
  if (left === 0) throw new ApplicantAppError(locked, 'Only the municipal office can unlock it.', { triesLeft: 0 });
  if (left === 1 && !confirmed) {
    throw new ApplicantAppError('last-try', 'One more mistake locks the card: go on only when sure.', { triesLeft: 1 });
  }
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

/** The certificate at the beginning of a file, without the filler after it. */
export function certificateOf(file: Uint8Array): Uint8Array {
  try {
    const { tag, bytes } = readTlv(file);
    if (tag === 0x30) return bytes.slice();
  } catch (error) {
    if (!(error instanceof ApduError)) throw error;
  }
  throw new ApplicantAppError('card-hostile', 'The file of the signature certificate holds none. Use another card.');
}
