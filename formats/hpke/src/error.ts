/** What can be wrong with an HPKE key, a message, or an order to make one. */
export type HpkeErrorCode = 'key-form' | 'key-point' | 'psk-inputs' | 'open-failed' | 'message-limit' | 'export-length';

/** The error of this package. `context` names lengths, never keys or content. */
export class HpkeError extends Error {
  override readonly name = 'HpkeError';
  readonly code: HpkeErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: HpkeErrorCode, message: string, context: Record<string, string | number> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
  }
}
