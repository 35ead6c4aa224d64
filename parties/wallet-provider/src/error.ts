/** What the wallet provider refuses. */
export type WalletProviderErrorCode =
  | 'bad-request'
  | 'dpop-invalid'
  | 'instance-unknown'
  | 'delivery-unknown'
  | 'delivery-conflict';

/** The error of this party. */
export class WalletProviderError extends Error {
  override readonly name = 'WalletProviderError';
  readonly code: WalletProviderErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: WalletProviderErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
