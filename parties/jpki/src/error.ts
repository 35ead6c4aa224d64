/** What this party refuses, or why it does not start. */
export type JpkiErrorCode =
  | 'bad-request'
  | 'not-found'
  | 'caller-not-allowed'
  | 'request-differs'
  | 'csr-invalid'
  | 'key-in-use'
  | 'proof-invalid'
  | 'certificate-unusable'
  | 'card-certificate-unusable'
  | 'phone-replaced'
  | 'certificate-ended'
  | 'certificate-not-kept'
  | 'ca-certificate-mismatch';

/** The error of this party. `context` names members of the request, never their values. */
export class JpkiError extends Error {
  override readonly name = 'JpkiError';
  readonly code: JpkiErrorCode;
  readonly context: Readonly<Record<string, string>>;
  constructor(code: JpkiErrorCode, message: string, context: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
