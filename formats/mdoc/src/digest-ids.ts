import { type Random, randomInt } from '@tegata/random';
import { MdocError } from './error.ts';

const MAX_DECOYS = 1000;

/** How many decoy digests were ordered for each namespace. @throws {MdocError} `decoy-count` */
export function decoyCount(decoys = 0): number {
  if (Number.isInteger(decoys) && decoys >= 0 && decoys <= MAX_DECOYS) return decoys;
  throw new MdocError('decoy-count', 'Decoy digests are counted from 0 to 1,000.', { most: MAX_DECOYS });
}

/** From so many elements on, digestIDs that follow the order of the elements are drawn again: a lint could not tell them from none. */
export const SHUFFLE_MUST_SHOW_FROM = 6;

/**
 * 0 … count − 1 in an order drawn at random (Fisher and Yates); the first `shown` of them are those of elements. The random words are drawn at
 * once.
 */
export function shuffledIds(count: number, shown: number, random: Random): number[] {
  const ids: number[] = [];
  for (let id = 0; id < count; id++) ids.push(id);
  const words = random.bytes(4 * Math.max(0, count - 1));
  for (let last = count - 1, at = 0; last > 0; last--, at += 4) {
    const other = below(last + 1, words, at) ?? randomInt(random, last + 1);
    const id = ids[last] as number;
    ids[last] = ids[other] as number;
    ids[other] = id;
  }
  return shown >= SHUFFLE_MUST_SHOW_FROM && isRising(ids, shown) ? shuffledIds(count, shown, random) : ids;
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
