/** Longer names are decoded as any text. */
const MAX_NAME = 48;
const SLOTS = 2048;

interface Name {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The name that came after it the last time: structures repeat, so that it is tried first. */
  next: Name | undefined;
}

/**
 * Two places per hash, the later name before the earlier: what comes third pushes one out, so that nobody can make the table grow or slow.
 */
const table: (Name | undefined)[] = new Array(SLOTS).fill(undefined);
let previous: Name = { bytes: new Uint8Array(0), text: '', next: undefined };

/**
 * The text of a short ASCII name, taken from a table where it was met before: the keys of a map are the same in every message, and a string
 * that is known is neither built nor hashed again. Names only: no value of anybody is kept here.
 * @returns undefined when it is long, not ASCII, or runs over the end
 */
export function asciiName(bytes: Uint8Array, from: number, limit: number, length: number): string | undefined {
  if (length > MAX_NAME || length === 0 || from + length > limit) return undefined;
  const { next } = previous;
  const name = next && same(next.bytes, bytes, from, length) ? next : lookUp(bytes, from, length);
  if (!name) return undefined;
  previous.next = name;
  previous = name;
  return name.text;
}

function lookUp(bytes: Uint8Array, from: number, length: number): Name | undefined {
  const slot = slotOf(bytes, from, length);
  const recent = table[slot];
  if (recent && same(recent.bytes, bytes, from, length)) return recent;
  const earlier = table[slot + 1];
  if (earlier && same(earlier.bytes, bytes, from, length)) return earlier;
  for (let at = from; at < from + length; at++) if ((bytes[at] as number) > 0x7f) return undefined;
  const own = bytes.slice(from, from + length);
  // As the name of a property it becomes the same string as the literal in somebody's code: a comparison need not look inside.
  const [text] = Object.keys({ [String.fromCharCode(...own)]: 0 }) as [string];
  const name: Name = { bytes: own, text, next: undefined };
  // Names that were pushed out must not be kept alive as a chain.
  if (earlier) earlier.next = undefined;
  table[slot + 1] = recent;
  table[slot] = name;
  return name;
}

/** FNV-1a, 32 bits; the upper half is folded in. */
function slotOf(bytes: Uint8Array, from: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < from + length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 2);
}

function same(name: Uint8Array, bytes: Uint8Array, from: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let index = 0; index < length; index++) if (name[index] !== bytes[from + index]) return false;
  return true;
}
