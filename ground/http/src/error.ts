/** What can go wrong on a wire. */
export type HttpErrorCode =
  | 'peer-unreachable'
  | 'peer-timeout'
  | 'peer-answer-too-large'
  | 'body-too-large'
  | 'unauthorized'
  | 'wrong-host'
  | 'foreign-origin'
  | 'not-found';

/** The error of this package. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: HttpErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
