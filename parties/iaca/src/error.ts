/** What the IACA refuses, and why it could not go on. */
export type IacaErrorCode =
  /** The request is not in its form. */
  | 'bad-request'
  /** The record breaks a rule of the profile; nothing is signed. */
  | 'refused-by-issuer'
  /** The id has another request. */
  | 'issuance-conflict'
  | 'issuance-unknown'
  /** The token is not the one of this issuance. */
  | 'issuance-token-invalid'
  /** The plan of the token may have been signed by a process that died, so it was closed: ask for a new plan. */
  | 'issuance-plan-abandoned'
  /** The personal data of the issuance was destroyed: nothing can be handed out any more. */
  | 'issuance-content-destroyed'
  /** Another process is signing right now, or the key store gave no usable signature. */
  | 'issuer-busy'
  | 'signature-mismatch'
  | 'document-signer-expired'
  | 'config-invalid';

/** The error of this party. `context` names rules, members and ids, never what a record says. */
export class IacaError extends Error {
  override readonly name = 'IacaError';
  readonly code: IacaErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: IacaErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}

/** The error of a record that may not be issued. `rule` goes to the log; the caller learns the code alone. */
export function refused(rule: string): IacaError {
  return new IacaError('refused-by-issuer', 'The record breaks a rule of the issuer. Nothing was signed.', { rule });
}
