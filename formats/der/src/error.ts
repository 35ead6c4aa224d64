/** What is wrong with an encoding. */
export type DerErrorCode =
  | 'der-truncated'
  | 'der-trailing-bytes'
  | 'der-length-indefinite'
  | 'der-length-not-minimal'
  | 'der-tag-malformed'
  | 'der-tag-unexpected'
  | 'der-too-large'
  | 'der-too-deep'
  | 'der-too-many'
  | 'der-boolean-malformed'
  | 'der-integer-malformed'
  | 'der-bit-string-malformed'
  | 'der-null-malformed'
  | 'der-oid-malformed'
  | 'der-string-malformed'
  | 'der-time-malformed'
  | 'der-set-unsorted'
  | 'der-value-unsupported';

/** The error of this package. `context.offset` counts octets from the start of the input; the input itself is never quoted. */
export class DerError extends Error {
  override readonly name = 'DerError';
  readonly code: DerErrorCode;
  readonly context: Readonly<{ offset?: number; tag?: number }>;
  constructor(code: DerErrorCode, message: string, context: { offset?: number; tag?: number } = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
