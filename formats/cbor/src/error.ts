/** What can be wrong with CBOR bytes, or with a value that shall become CBOR. */
export type CborErrorCode =
  | 'truncated'
  | 'trailing-bytes'
  | 'reserved-head'
  | 'unexpected-break'
  | 'chunk-type'
  | 'invalid-utf8'
  | 'duplicate-key'
  | 'key-type'
  | 'simple-value'
  | 'tag-content'
  | 'too-large'
  | 'too-deep'
  | 'too-many-items'
  | 'date-time-form'
  | 'full-date-form'
  | 'type-mismatch'
  | 'value-unsupported'
  | 'integer-unsafe'
  | 'undefined-in-map'
  | 'text-not-unicode'
  | 'notation';

/**
 * The error of this package. `context.offset` counts bytes from the start of the input, `context.path` leads there through keys and indexes
 * (`.documents[0].docType`); values are never quoted.
 */
export class CborError extends Error {
  override readonly name = 'CborError';
  readonly code: CborErrorCode;
  readonly context: Readonly<{ offset?: number; path?: string; limit?: number; type?: string; tag?: string }>;
  constructor(code: CborErrorCode, message: string, context: CborError['context'] = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
