/** What the verifier itself refuses or cannot read. What a phone does wrong is a verdict, not an error. */
export type VerifierErrorCode = 'bad-request' | 'legal-basis-required' | 'config-invalid';

/** The error of this party. `context` names members and rules, never values. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError';
  readonly code: VerifierErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: VerifierErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
