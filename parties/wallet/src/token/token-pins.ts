import { WalletError } from '../error.ts';

/** The two PINs of the phone's certificates: the person's own choice, independent of the card's (card.md §14). */
export interface TokenPins {
  /** 利用者証明用暗証番号: four digits. */
  readonly authPin: string;
  /** 署名用パスワード: 6 to 16 of `A`–`Z` and `0`–`9`. */
  readonly signaturePassword: string;
}

/** @throws {WalletError} `certificate-pin-format` */
export function checkedAuthPin(pin: string): string {
  if (/^[0-9]{4}$/.test(pin)) return pin;
  throw new WalletError('certificate-pin-format', 'The PIN of the authentication certificate has 4 digits.');
}

/** In capitals, as it is registered. @throws {WalletError} `certificate-password-format` */
export function checkedSignaturePassword(password: string): string {
  const capitals = password.toUpperCase();
  if (/^[A-Z0-9]{6,16}$/.test(capitals)) return capitals;
  throw new WalletError(
    'certificate-password-format',
    'The password of the signature certificate has 6 to 16 letters and digits.',
  );
}
