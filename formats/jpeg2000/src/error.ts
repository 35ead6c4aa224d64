/** What can be wrong with an image. */
export type Jpeg2000ErrorCode =
  | 'not-jpeg2000'
  | 'jpeg2000-malformed'
  | 'jpeg2000-limit'
  | 'jpeg2000-unsupported'
  | 'pixels-mismatch'
  | 'encode-failed'
  | 'decode-failed'
  | 'decode-timeout'
  | 'decode-memory'
  | 'decode-busy';

/** The error of this package. `context` names the rule, the offset or the limit. */
export class Jpeg2000Error extends Error {
  override readonly name = 'Jpeg2000Error';
  readonly code: Jpeg2000ErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: Jpeg2000ErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
