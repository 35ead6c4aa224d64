/** What can go wrong with a key. */
export type KeysErrorCode = 'key-not-found' | 'key-exists' | 'key-file-unreadable' | 'key-unsupported';

/** The error of this package. `message` is public; `context` names the key, never its value. */
export class KeysError extends Error {
  override readonly name = 'KeysError';
  readonly code: KeysErrorCode;
  readonly context: Readonly<Record<string, string>>;
  constructor(code: KeysErrorCode, message: string, context: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
