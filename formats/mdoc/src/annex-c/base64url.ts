import { MdocError, type MdocErrorCode } from '../error.ts';

/** Four characters for three bytes of the largest message that is read. */
const MAX_TEXT = 12 * 1024 * 1024;

/**
 * Decodes base64url as browsers do for this protocol: text, without padding, white space, `+` or `/`, of a possible length.
 * @throws {MdocError} of the given code, rule `base64url`
 */
export function fromBase64url(text: unknown, code: MdocErrorCode, what: string): Uint8Array {
  const possible =
    typeof text === 'string' && text.length <= MAX_TEXT && text.length % 4 !== 1 && /^[A-Za-z0-9_-]+$/.test(text);
  if (!possible) {
    throw new MdocError(code, `${what} is not base64url text without padding.`, { path: what, rule: 'base64url' });
  }
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
