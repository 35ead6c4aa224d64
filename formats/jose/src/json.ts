import { JoseError } from './error.ts';

/** A JSON object whose member names were each seen once. */
export type JsonObject = { readonly [name: string]: unknown };

const MAX_DEPTH = 16;

const malformed = (message: string, context: Record<string, string | number> = {}) =>
  new JoseError('jose-malformed', message, context);

// JSON.parse keeps the last of two equal names, so that a signature can cover one value while another is used (RFC 7515 §4).
// It has already said that the text is JSON when this walks over it, so that strings and brackets are all there is to look at.
function refuseRepeatedNames(text: string): void {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : null);
      if (open.length > MAX_DEPTH) throw malformed(`JSON is nested more than ${MAX_DEPTH} deep.`, { offset: at });
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const start = at;
      for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++;
      const end = at + 1;
      let next = end;
      while (/\s/.test(text[next] ?? '')) next++;
      const names = open.at(-1);
      if (text[next] !== ':' || !names) continue;
      const name = JSON.parse(text.slice(start, end)) as string;
      if (names.has(name)) throw malformed('A JSON object has one member name twice.', { offset: start });
      names.add(name);
    }
  }
}

/**
 * Reads bytes that must be one JSON object: UTF-8, no name twice, at most 16 levels deep.
 * @throws {JoseError} `jose-malformed`
 */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw malformed('This part is not JSON in UTF-8.');
  }
  refuseRepeatedNames(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('This part is not a JSON object.');
  return value as JsonObject;
}

/**
 * Decodes base64url without padding (RFC 7515 §2), refusing every second spelling of the same bytes.
 * @throws {JoseError} `jose-malformed`
 */
export function fromBase64url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw malformed('This part is not base64url without padding.');
  return new Uint8Array(bytes);
}

/** Encodes as base64url without padding (RFC 7515 §2). */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
