/** What can be wrong with an application's content. */
export type ApplicationErrorCode =
  | 'application-not-cbor'
  | 'application-not-deterministic'
  | 'application-too-large'
  | 'application-member'
  | 'application-version'
  | 'login-challenge-malformed'
  | 'pin-reset-malformed';

/** The error of this package. `context` names the member and an offset, never a value. */
export class ApplicationError extends Error {
  override readonly name = 'ApplicationError';
  readonly code: ApplicationErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: ApplicationErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
