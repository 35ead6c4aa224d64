/** Why the arguments of a run, or of one line of a batch, cannot be used. */
export type ArgumentErrorCode =
  | 'usage'
  | 'file-unreadable'
  | 'input-too-large'
  | 'input-form'
  | 'certificate-unreadable'
  | 'key-unreadable'
  | 'transcript-unusable'
  | 'requested-unreadable'
  | 'line-too-long'
  | 'line-unreadable';

/** The caller's own mistake: exit 2, or the error of one line. `context` names the option, and the offset where there is one. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
  readonly code: ArgumentErrorCode;
  readonly context: Readonly<{ option?: string; offset?: number }>;
  constructor(code: ArgumentErrorCode, message: string, context: ArgumentError['context'] = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}

/** Why a read failed, without more than the operating system's code. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
