/** What can be wrong with a command. */
export type CliErrorCode =
  | 'usage'
  | 'persona-unknown'
  | 'journey-timeout'
  | 'file-unreadable'
  | 'file-unwritable'
  | 'interrupted';

/** The error of this package; `message` is for the terminal. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly context: Readonly<Record<string, string>>;
  constructor(code: CliErrorCode, message: string, context: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
