import { type Random, randomInt } from '@tegata/random';

// Without 0 O, 1 I L, 2 Z, 5 S, 8 B, U V: read aloud or copied by hand, none becomes another.
const LETTERS = '3467ACDEFGHJKMNPQRTWXY9';

/** The form of a reference number. */
export const REFERENCE = new RegExp(`^TG-[${LETTERS}]{4}-[${LETTERS}]{4}$`);

/**
 * A random reference number, `TG-XXXX-XXXX`. 36 bits: it names an application to people and opens nothing; the row's unique
 * constraint refuses a second one.
 * @example
 * newReference(random); // 'TG-4KXD-9TQA'
 */
export function newReference(random: Random): string {
  const four = () => Array.from({ length: 4 }, () => LETTERS[randomInt(random, LETTERS.length)]).join('');
  return `TG-${four()}-${four()}`;
}
