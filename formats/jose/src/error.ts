/** What can be wrong with a JOSE object. */
export type JoseErrorCode =
  | 'jose-too-large'
  | 'jose-malformed'
  | 'jose-type'
  | 'jose-algorithm'
  | 'jose-key'
  | 'jose-signature'
  | 'jose-decryption'
  | 'dpop-method'
  | 'dpop-url'
  | 'dpop-time'
  | 'dpop-digest'
  | 'dpop-replay';

/** The error of this package. `context` names members and limits, never values. */
export class JoseError extends Error {
  override readonly name = 'JoseError';
  readonly code: JoseErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: JoseErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
