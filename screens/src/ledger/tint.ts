export interface Tinted {
  readonly text: string;
  readonly as: 'plain' | 'string' | 'bytes' | 'number' | 'comment' | 'word';
}

const token =
  /(?<comment>\/ [^/\n]*\/|#[^\n]*)|(?<bytes>h'[^']*')|(?<string>"(?:[^"\\\n]|\\.)*")|(?<number>\b-?\d+(?:\.\d+)?\b)|(?<word>\b(?:true|false|null|undefined)\b)/g;

/** Notation begins so; anything else (a dump, a sentence) would only be speckled. */
const notation = /^\s*(?:[[{"(]|h'|\d+\()/;

/** Colours CBOR diagnostic notation (RFC 8949 §8) and JSON; the pieces joined are always the text itself. */
export function tint(text: string): Tinted[] {
  if (!notation.test(text)) return [{ text, as: 'plain' }];
  const pieces: Tinted[] = [];
  let from = 0;
  for (const match of text.matchAll(token)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), as: 'plain' });
    const as = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0] ?? 'plain';
    pieces.push({ text: match[0], as: as as Tinted['as'] });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), as: 'plain' });
  return pieces;
}
