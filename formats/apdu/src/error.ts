/** The status words of a card as errors; `status-unknown` is one that no card of this kind gives. */
export type StatusErrorCode =
  | 'end-of-file'
  | 'verification-failed'
  | 'wrong-length'
  | 'security-environment-missing'
  | 'channel-not-supported'
  | 'secure-messaging-not-supported'
  | 'wrong-file-structure'
  | 'security-status-not-satisfied'
  | 'key-blocked'
  | 'conditions-not-satisfied'
  | 'no-current-file'
  | 'secure-messaging-objects-missing'
  | 'secure-messaging-objects-wrong'
  | 'no-secure-messaging-session'
  | 'wrong-data'
  | 'file-not-found'
  | 'record-not-found'
  | 'wrong-parameters'
  | 'referenced-data-not-found'
  | 'offset-past-end'
  | 'instruction-unknown'
  | 'class-unknown'
  | 'card-internal-error'
  | 'status-unknown';

/** What can go wrong between a reader and a card. */
export type ApduErrorCode =
  | StatusErrorCode
  | 'command-malformed'
  | 'response-malformed'
  | 'tlv-malformed'
  | 'tlv-limit'
  | 'frame-malformed'
  | 'digest-length'
  | 'no-card'
  | 'card-removed'
  | 'card-timeout'
  | 'card-hostile'
  | 'pcsc-missing'
  | 'pcsc-unavailable'
  | 'reader-unknown'
  | 'reader-ambiguous'
  | 'trace-malformed'
  | 'replay-differs';

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
