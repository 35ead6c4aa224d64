/** What the person who applies can meet. Every code has its words in the table of problems. */
export type ApplicantAppErrorCode =
  | 'bad-request'
  | 'not-found'
  | 'pin-format'
  | 'signature-password-format'
  | 'wrong-pin'
  | 'pin-locked'
  | 'last-try'
  | 'wrong-signature-password'
  | 'signature-password-locked'
  | 'no-signature-certificate'
  | 'no-authentication-certificate'
  | 'pin-not-on-card'
  | 'not-a-card'
  | 'card-hostile'
  | 'smp-unreachable'
  | 'wallet-unreachable';

/** The error of this party; `context` never holds what was typed or read. */
export class ApplicantAppError extends Error {
  override readonly name = 'ApplicantAppError';
  readonly code: ApplicantAppErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: ApplicantAppErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}

/** A refusal of another party, passed on with its own code and words. */
export class RefusedByPeer extends Error {
  override readonly name = 'RefusedByPeer';
  readonly code: string;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: string, context: Record<string, string | number>) {
    super(`The other system refused: ${code}.`);
    this.code = code;
    this.context = context;
  }
}
