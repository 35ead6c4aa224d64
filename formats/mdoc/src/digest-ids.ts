import { fillRandom, type Random, randomInt } from '@tegata/random';
import { MdocError } from './error.ts';

const MAX_DECOYS = 1000;

/** How many decoy digests were ordered for each namespace. @throws {MdocError} `decoy-count` */
export function decoyCount(decoys = 0): number {
  if (Number.isInteger(decoys) && decoys >= 0 && decoys <= MAX_DECOYS) return decoys;
  throw new MdocError('decoy-count', 'Decoy digests are counted from 0 to 1,000.', { most: MAX_DECOYS });
}

/** From so many elements on, digestIDs that follow the order of the elements are drawn again: a lint could not tell them from none. */
export const SHUFFLE_MUST_SHOW_FROM = 6;

const WORD_BYTES = 4;

/** What is random in the items of one namespace. */
export interface DrawnItems {
  /** 0 … elements + decoys − 1 in an order drawn at random; those of the elements come first. */
  readonly ids: readonly number[];
  /** The `random` of each element, one behind the other, in memory that the next mdoc takes again. */
  readonly salts: Uint8Array;
}

/**
 * Draws the digestIDs and salts of a whole mdoc in one piece: many small draws cost more than a signature.
 * @param namespaces how many elements each has
 */
export function drawItems(
  namespaces: readonly { readonly elements: readonly unknown[] }[],
  decoys: number,
  saltBytes: number,
  random: Random,
): DrawnItems[] {
  let length = 0;
  for (const { elements } of namespaces) length += wordBytes(elements.length, decoys) + saltBytes * elements.length;
  const drawn = lent(length);
  fillRandom(random, drawn);
  const items: DrawnItems[] = [];
  let at = 0;
  for (const { elements } of namespaces) {
    const words = wordBytes(elements.length, decoys);
    const saltsAt = at + words;
    let ids = shuffled(elements.length + decoys, drawn, at, random);
    while (elements.length >= SHUFFLE_MUST_SHOW_FROM && isRising(ids, elements.length)) {
      ids = shuffled(elements.length + decoys, random.bytes(words), 0, random);
    }
    at = saltsAt + saltBytes * elements.length;
    items.push({ ids, salts: drawn.subarray(saltsAt, at) });
  }
  return items;
}

/** Grows to the largest mdoc that was drawn for; salts are as secret as the elements, and are wiped when they have been used. */
let scratch = new Uint8Array(1024);

function lent(length: number): Uint8Array {
  if (length > scratch.length) scratch = new Uint8Array(length);
  return scratch.subarray(0, length);
}

/** Wipes what `drawItems` lent. */
export function wipeDrawn(): void {
  scratch.fill(0);
}

const wordBytes = (elements: number, decoys: number) => WORD_BYTES * (elements + decoys - 1);

/** Fisher and Yates. */
function shuffled(count: number, words: Uint8Array, from: number, random: Random): number[] {
  const ids: number[] = [];
  for (let id = 0; id < count; id++) ids.push(id);
  for (let last = count - 1, at = from; last > 0; last--, at += WORD_BYTES) {
    const other = below(last + 1, words, at) ?? randomInt(random, last + 1);
    const id = ids[last] as number;
    ids[last] = ids[other] as number;
    ids[other] = id;
  }
  return ids;
}

/** A whole number from 0 to `end` − 1 out of four random bytes; undefined where taking the remainder would favour the small ones. */
function below(end: number, words: Uint8Array, at: number): number | undefined {
  const [a, b, c, d] = [words[at], words[at + 1], words[at + 2], words[at + 3]] as [number, number, number, number];
  const word = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return word < Math.floor(0x1_0000_0000 / end) * end ? word % end : undefined;
}

function isRising(ids: readonly number[], shown: number): boolean {
  for (let index = 1; index < shown; index++) if ((ids[index] as number) < (ids[index - 1] as number)) return false;
  return true;
}
