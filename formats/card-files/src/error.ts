/** What can be wrong with a file of the card, or with what is to be written into one. */
export type CardFilesErrorCode = 'file-malformed' | 'value-out-of-range' | 'key-unsupported';

/** The error of this package. `context` names the file, the rule and the offset, never what the file says about a person. */
export class CardFilesError extends Error {
  override readonly name = 'CardFilesError';
  readonly code: CardFilesErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: CardFilesErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}

/** The error of a file that breaks a rule of its layout. */
export function malformed(file: string, rule: string, offset = 0): CardFilesError {
  return new CardFilesError('file-malformed', `The card's file "${file}" breaks its layout: ${rule}.`, {
    file,
    rule,
    offset,
  });
}

/** The error of a value that has no place in a file. */
export function outOfRange(value: string, rule: string): CardFilesError {
  return new CardFilesError('value-out-of-range', `The value "${value}" cannot be written: ${rule}.`, { value, rule });
}
