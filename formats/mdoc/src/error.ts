/** What can be wrong with an mdoc, with a message about one, or with an order to make one. */
export type MdocErrorCode =
  | 'structure'
  | 'version'
  | 'issuer-auth'
  | 'mso-structure'
  | 'digest-algorithm'
  | 'element-unknown'
  | 'element-type'
  | 'element-missing'
  | 'decoy-count'
  | 'batch'
  | 'validity'
  | 'signature-does-not-fit'
  | 'certificate'
  | 'engagement'
  | 'handover'
  | 'transcript'
  | 'dcapi-request'
  | 'dcapi-response'
  | 'apple-envelope'
  | 'qr'
  | 'request'
  | 'legal-basis-required'
  | 'response'
  | 'trust-list'
  | 'session-key'
  | 'session-message'
  | 'session-state'
  | 'session-decryption'
  | 'session-ended';

/** The error of this package. `context` names rules, namespaces and elements, never their values. */
export class MdocError extends Error {
  override readonly name = 'MdocError';
  readonly code: MdocErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: MdocErrorCode, message: string, context: Record<string, string | number> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
  }
}
