/** What can go wrong with a card outside its chip. */
export type CardErrorCode =
  | 'persona-unknown'
  | 'persona-malformed'
  | 'peer-unreachable'
  | 'card-state-unreadable'
  | 'issuing-failed'
  | 'bad-request'
  | 'seed-unusable'
  | 'persona-exists'
  | 'browser-missing';

/** The error of this package. `context` holds ids only. */
export class CardError extends Error {
  override readonly name = 'CardError';
  readonly code: CardErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: CardErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
