import { pinBytes } from './card/pins.ts';

/** What the person typed, in memory that is wiped when the card has gone. */
export interface Secrets {
  /** The text AP's PIN, 4 ASCII digits. */
  readonly pin: Uint8Array;
  /** The password of the signature key, 6 to 16 of A–Z and 0–9 in ASCII. */
  readonly signaturePassword: Uint8Array;
  wipe(): void;
}

/**
 * Takes the PIN and the password of a card. Small letters become capitals: the chip compares bytes, and the password was
 * registered in capitals (card.md §5.1).
 * @throws {ApplicantAppError} `pin-format`, `signature-password-format`: no try is spent on what cannot be right
 */
export function takeSecrets(pin: string, signaturePassword: string): Secrets {
  const secrets = { pin: pinBytes('text', pin), signaturePassword: pinBytes('sign', signaturePassword) };
  return {
    ...secrets,
    wipe() {
      secrets.pin.fill(0);
      secrets.signaturePassword.fill(0);
    },
  };
}
