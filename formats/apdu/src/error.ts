/** What can go wrong between a reader and a card. */
export type ApduErrorCode =
  | 'command-malformed'
  | 'response-malformed'
  | 'tlv-malformed'
  | 'tlv-limit'
  | 'frame-malformed'
  | 'digest-length'
  | 'no-card'
  | 'card-removed'
  | 'card-timeout'
  | 'card-hostile';

/** The error of this package. `message` is public; `context` holds offsets, lengths and numbers, never card data. */
export class ApduError extends Error {
  override readonly name = 'ApduError';
  readonly code: ApduErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: ApduErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
