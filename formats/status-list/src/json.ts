import { StatusListError } from './error.ts';

/** A JSON object whose member names were each seen once. */
export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads octets that must be one JSON object in UTF-8, no name twice in one object. @throws {StatusListError} `structure` */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new StatusListError('structure', 'A part of the token is not JSON in UTF-8.');
  }
  if (!isObject(value)) throw new StatusListError('structure', 'A part of the token is not a JSON object.');
  refuseRepeatedNames(text);
  return value;
}

// JSON.parse keeps the last of two equal names, another reader the first. The text is known to be JSON here, so that only
// brackets and strings matter; strings are skipped over whole, since a list is one long string.
function refuseRepeatedNames(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const start = at;
      at = endOfString(text, at);
      const names = open.at(-1);
      if (!names || !/^\s*:/.test(text.slice(at + 1, at + 64))) continue;
      const name = JSON.parse(text.slice(start, at + 1)) as string;
      if (names.has(name)) throw new StatusListError('structure', 'A JSON object has one member name twice.');
      names.add(name);
    }
  }
}

/** Where the string that begins here has its closing quote: the first one with an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}
