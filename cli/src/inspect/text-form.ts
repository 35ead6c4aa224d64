/** How the bytes were written down. */
export type Form =
  | 'raw'
  | 'hex'
  | 'base64'
  | 'base64url'
  | 'pem'
  | 'mdoc-qr'
  | 'json'
  | 'jwt'
  | 'jwe'
  | 'apdu-trace'
  | 'text';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The input as text, when it is text: UTF-8 without control characters. */
export function asText(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters tell bytes from text
    return /[\u0000-\u0008\u000e-\u001f\u007f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Hexadecimal digits in pairs, with blanks, colons, commas and `0x` between them. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replaceAll(/0x|[\s:,;]/gi, '');
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(digits)) return undefined;
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** base64 (RFC 4648 §4) or base64url (§5), padded or not, over any number of lines. */
export function fromBase64(text: string): { form: 'base64' | 'base64url'; bytes: Uint8Array } | undefined {
  const digits = text.replaceAll(/\s/g, '');
  const body = digits.replace(/={0,2}$/, '');
  if (body.length < 2 || body.length % 4 === 1) return undefined;
  const standard = /^[A-Za-z0-9+/]+$/.test(body);
  if (!standard && !/^[A-Za-z0-9_-]+$/.test(body)) return undefined;
  const form = standard && (digits.length % 4 === 0 || /[+/]/.test(body)) ? 'base64' : 'base64url';
  return { form, bytes: new Uint8Array(Buffer.from(body, standard ? 'base64' : 'base64url')) };
}

/** A block of PEM (RFC 7468). */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
}

const MAX_BLOCKS = 32;

/** The blocks of a PEM file; text around them is allowed, as `openssl x509 -text` writes it. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const pattern = /-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*)-----END \1-----/g;
  for (const [, label, body] of text.matchAll(pattern)) {
    // Old private keys have headers before the body; they are never shown, so that what they hold does not matter.
    const decoded = fromBase64((body as string).replaceAll(/^.*:.*$/gm, ''));
    blocks.push({ label: label as string, bytes: decoded?.bytes ?? new Uint8Array(0) });
    if (blocks.length === MAX_BLOCKS) break;
  }
  return blocks;
}

const B64U = '[A-Za-z0-9_-]';
const JWS = new RegExp(`^${B64U}+\\.${B64U}*\\.${B64U}*$`);
const JWE = new RegExp(`^${B64U}+\\.${B64U}*\\.${B64U}*\\.${B64U}+\\.${B64U}+$`);
const beginsAsJson = (text: string) =>
  Buffer.from(text.slice(0, 8), 'base64url').toString('latin1').trimStart().startsWith('{');

/** Whether the text is a token in compact form: three parts a JWS, five a JWE, the first of them JSON. */
export function compactToken(text: string): 'jwt' | 'jwe' | undefined {
  if (!beginsAsJson(text)) return undefined;
  return JWS.test(text) ? 'jwt' : JWE.test(text) ? 'jwe' : undefined;
}
