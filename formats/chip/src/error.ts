/** What can go wrong with a chip's own store, and what a device that holds a key says when it does not compute. */
export type ChipErrorCode = 'card-state-unreadable' | 'key-refused';

/** The error of this package. `context` holds ids only. */
export class ChipError extends Error {
  override readonly name = 'ChipError';
  readonly code: ChipErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: ChipErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
