/** Why a status is not known, or why a list cannot be made. */
export type StatusListErrorCode =
  | 'not-fetched'
  | 'content-type'
  | 'wrong-form'
  | 'reference'
  | 'structure'
  | 'type'
  | 'algorithm'
  | 'signer-untrusted'
  | 'signature'
  | 'claims'
  | 'subject'
  | 'not-yet-valid'
  | 'expired'
  | 'stale'
  | 'bits'
  | 'compression'
  | 'too-large'
  | 'index-out-of-range'
  | 'status-reserved';

/** The error of this package. `context` holds codes and numbers of the list, never those of a person's credential. */
export class StatusListError extends Error {
  override readonly name = 'StatusListError';
  readonly code: StatusListErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: StatusListErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
