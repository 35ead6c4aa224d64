import { DerError } from '@tegata/der';

/** What is wrong with a certificate, an OCSP message, or a question about one. */
export type X509ErrorCode =
  | 'der'
  | 'pem-malformed'
  | 'certificate-version'
  | 'certificate-malformed'
  | 'extension-duplicate'
  | 'extension-malformed'
  | 'key-unsupported'
  | 'attributes-missing'
  | 'attributes-malformed'
  | 'crl-malformed'
  | 'ocsp-malformed'
  | 'ocsp-hash-unsupported';

/** The error of this package. `context` holds offsets, OIDs and DerError codes; never a name or an attribute. */
export class X509Error extends Error {
  override readonly name = 'X509Error';
  readonly code: X509ErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: X509ErrorCode, message: string, context: Record<string, string | number> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
  }
}

/** Runs a reader and turns its DerError into the X509Error of the structure that was read. */
export function readingDer<T>(
  code: X509ErrorCode,
  what: string,
  read: () => T,
  context: Record<string, string> = {},
): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    const at: Record<string, number> = error.context.offset === undefined ? {} : { offset: error.context.offset };
    throw new X509Error(
      code,
      `${what} is not valid DER: ${error.message}`,
      { ...context, rule: error.code, ...at },
      error,
    );
  }
}
