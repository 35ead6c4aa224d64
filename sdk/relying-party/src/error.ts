/** What a relying party has set up wrongly, or asked for what cannot be. What a visitor sends is a report, not an error. */
export type RelyingPartyErrorCode =
  | 'origin-invalid'
  | 'purpose-invalid'
  | 'responder-invalid'
  | 'evidence-malformed'
  | 'identifier-unavailable'
  | 'identifier-refused';

/** The error of this package. `context` names members, codes and limits; never a person's data. */
export class RelyingPartyError extends Error {
  override readonly name = 'RelyingPartyError';
  readonly code: RelyingPartyErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: RelyingPartyErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
