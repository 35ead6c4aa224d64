import type { Transport } from '@tegata/apdu';
import { type AID, queryTries, verify } from '../card-commands.ts';
import { ApplicantAppError } from '../error.ts';

/** A secret of the card's holder, by what it is for: authentication, signature, the attributes, the card itself. */
export type PinKind = 'auth' | 'sign' | 'text' | 'card';

/** Where a secret lies. */
export interface PinPlace {
  readonly kind: PinKind;
  readonly application: keyof typeof AID;
  /** Its file, which is also its short identifier. */
  readonly file: number;
}

/** The secrets of a card (card.md §5.1). The card PIN lies in two places that people know as one. */
export const PIN_PLACES = {
  auth: [{ kind: 'auth', application: 'jpki', file: 0x18 }],
  sign: [{ kind: 'sign', application: 'jpki', file: 0x1b }],
  text: [{ kind: 'text', application: 'text', file: 0x11 }],
  card: [
    { kind: 'card', application: 'common', file: 0x1c },
    { kind: 'card', application: 'resident', file: 0x1c },
  ],
} as const satisfies Readonly<Record<PinKind, readonly PinPlace[]>>;

/** How VERIFY and the retry query name a file of the selected application. */
export const bySfi = (file: number): number => 0x80 | file;

const FORMS = {
  pin: { form: /^[0-9]{4}$/, code: 'pin-format', message: 'A PIN of the card has 4 digits.' },
  password: {
    form: /^[A-Z0-9]{6,16}$/,
    code: 'signature-password-format',
    message: 'The password of the signature certificate has 6 to 16 letters and digits.',
  },
} as const;

/**
 * What a person typed, as the card takes it: the signature password in capitals, as it was registered (card.md §5.1).
 * @throws {ApplicantAppError} `pin-format`, `signature-password-format`: no try is spent on what cannot be right
 * @example
 * pinBytes('sign', 'tegata1'); // 54 45 47 41 54 41 31
 */
export function pinBytes(kind: PinKind, typed: string): Uint8Array {
  const { form, code, message } = FORMS[kind === 'sign' ? 'password' : 'pin'];
  const text = kind === 'sign' ? typed.toUpperCase() : typed;
  if (!form.test(text)) throw new ApplicantAppError(code, message, { pin: kind });
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/**
 * Looks at the tries of a secret before it is shown; its application is selected. It costs no try.
 * @returns the tries left; `undefined` = no limit
 * @throws {ApplicantAppError} `pin-locked`, `signature-password-locked`; `last-try` unless it is confirmed
 */
export async function stopBeforeLastTry(
  card: Transport,
  { kind, file }: PinPlace,
  confirmed: boolean,
): Promise<number | undefined> {
  const left = await queryTries(card, bySfi(file));
  if (left === 0) throw locked(kind);
  if (left === 1 && !confirmed) {
    throw new ApplicantAppError('last-try', 'One more mistake locks the card: go on only when sure.', {
      pin: kind,
      triesLeft: 1,
    });
  }
  return left;
}

/**
 * Shows a secret to the card, once; its application is selected.
 * @throws {ApplicantAppError} `wrong-pin`, `wrong-signature-password` with the tries left; `pin-locked`, `signature-password-locked`
 */
export async function showPin(card: Transport, { kind, file }: PinPlace, value: Uint8Array): Promise<void> {
  const left = await verify(card, bySfi(file), value);
  if (left === undefined) return;
  if (left === 0) throw locked(kind);
  const context = { pin: kind, triesLeft: left };
  throw kind === 'sign'
    ? new ApplicantAppError('wrong-signature-password', 'The password of the signature certificate is wrong.', context)
    : new ApplicantAppError('wrong-pin', 'The PIN is wrong.', context);
}

function locked(kind: PinKind): ApplicantAppError {
  const context = { pin: kind, triesLeft: 0 };
  const next = 'Only the municipal office can unlock it.';
  return kind === 'sign'
    ? new ApplicantAppError(
        'signature-password-locked',
        `The password of the signature certificate is locked. ${next}`,
        context,
      )
    : new ApplicantAppError('pin-locked', `The PIN of the card is locked. ${next}`, context);
}
