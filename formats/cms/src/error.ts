/** What is wrong with a CMS message, or with the parts given for one. */
export type CmsErrorCode = 'cms-malformed' | 'cms-key-unsupported' | 'cms-signature-mismatch';

/** The error of this package. `context` holds offsets and codes of rules; never content. */
export class CmsError extends Error {
  override readonly name = 'CmsError';
  readonly code: CmsErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: CmsErrorCode, message: string, context: Record<string, string | number> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
  }
}
