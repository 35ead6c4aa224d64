/** What the wallet refuses. */
export type WalletErrorCode =
  | 'bad-request'
  | 'phone-locked'
  | 'wrong-phone-pin'
  | 'phone-pin-locked'
  | 'wallet-file-unreadable'
  | 'wallet-provider-unavailable'
  | 'delivery-unreadable'
  | 'mdoc-invalid'
  | 'certificates-invalid'
  | 'no-certificates'
  | 'certificate-pin-format'
  | 'certificate-password-format'
  | 'wrong-certificate-pin'
  | 'certificate-pin-locked'
  | 'reset-not-permitted'
  | 'reader-unreachable'
  | 'card-provisional'
  | 'no-card-in-wallet'
  | 'engagement-unknown'
  | 'not-found';

/** The error of this party; `context` never holds what is on the card. */
export class WalletError extends Error {
  override readonly name = 'WalletError';
  readonly code: WalletErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: WalletErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
