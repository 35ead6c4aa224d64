/** What can be wrong with a COSE message or key. */
export type CoseErrorCode =
  | 'structure'
  | 'tagged'
  | 'header-twice'
  | 'critical-header'
  | 'kid-form'
  | 'alg-missing'
  | 'alg-unprotected'
  | 'alg-refused'
  | 'alg-key-mismatch'
  | 'payload-missing'
  | 'payload-attached'
  | 'signature-form'
  | 'signature-invalid'
  | 'mac-invalid'
  | 'key-form'
  | 'key-curve'
  | 'key-point'
  | 'x5chain-missing'
  | 'x5chain-form';

/** The error of this package. `context` names labels and algorithms, never keys or content. */
export class CoseError extends Error {
  override readonly name = 'CoseError';
  readonly code: CoseErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: CoseErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
