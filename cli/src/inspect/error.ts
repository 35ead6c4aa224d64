/** Why there is nothing to show. */
export type InspectErrorCode = 'inspect-unrecognised' | 'inspect-too-large';

/** The error of `tegata inspect`. `context` holds sizes only, never a byte of the input. */
export class InspectError extends Error {
  override readonly name = 'InspectError';
  readonly code: InspectErrorCode;
  readonly context: Readonly<Record<string, number>>;
  constructor(code: InspectErrorCode, message: string, context: Record<string, number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
