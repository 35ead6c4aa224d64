/** What can go wrong with the store. */
export type StoreErrorCode =
  | 'store-in-use'
  | 'store-unreachable'
  | 'wrapping-key-differs'
  | 'migration-differs'
  | 'database-not-made';

/** The error of this package. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: StoreErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
