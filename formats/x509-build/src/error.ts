/** Why a certificate or an OCSP answer is not made. */
export type X509BuildErrorCode =
  | 'holder-invalid'
  | 'name-invalid'
  | 'serial-invalid'
  | 'key-unsupported'
  | 'cert-id-invalid'
  | 'csr-malformed'
  | 'csr-signature';

/** The error of this package. `context` names fields, never their values. */
export class X509BuildError extends Error {
  override readonly name = 'X509BuildError';
  readonly code: X509BuildErrorCode;
  readonly context: Readonly<Record<string, string>>;
  constructor(code: X509BuildErrorCode, message: string, context: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
