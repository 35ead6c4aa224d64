/** Longer names are decoded as any text. */
const MAX_NAME = 48;
const SLOTS = 512;

interface Name {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** One slot per hash: what comes later takes the place, so that nobody can make the table grow or slow. */
const table: (Name | undefined)[] = new Array(SLOTS).fill(undefined);

/**
 * The text of a short ASCII name, taken from a table where it was met before: the keys of a map are the same in every message, and a string
 * that is known is neither built nor hashed again. Names only: no value of anybody is kept here.
 * @returns undefined when it is long, not ASCII, or runs over the end
 */
export function asciiName(bytes: Uint8Array, from: number, length: number): string | undefined {
  if (length > MAX_NAME || length === 0 || from + length > bytes.length) return undefined;
  const first = bytes[from] as number;
  const middle = bytes[from + (length >> 1)] as number;
  const beforeLast = bytes[from + Math.max(0, length - 2)] as number;
  const last = bytes[from + length - 1] as number;
  const slot = (length + first * 7 + middle * 31 + beforeLast * 131 + last * 541) & (SLOTS - 1);
  const known = table[slot];
  if (known && known.bytes.length === length && same(known.bytes, bytes, from)) return known.text;
  for (let at = from; at < from + length; at++) if ((bytes[at] as number) > 0x7f) return undefined;
  const own = bytes.slice(from, from + length);
  const text = String.fromCharCode(...own);
  table[slot] = { bytes: own, text };
  return text;
}

function same(name: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let index = 0; index < name.length; index++) if (name[index] !== bytes[from + index]) return false;
  return true;
}
