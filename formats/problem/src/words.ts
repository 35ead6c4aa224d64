import type { Entry } from './entry.ts';
import { applicationWords } from './words-application.ts';
import { cardWords } from './words-card.ts';
import { certificateWords } from './words-certificates.ts';
import { checkWords } from './words-check.ts';
import { jpkiWords } from './words-jpki.ts';
import { wireWords } from './words-wire.ts';

export type { Entry, Words } from './entry.ts';

/** Every code that a person can meet. */
export const wordTable: Readonly<Record<string, Entry>> = {
  ...cardWords,
  ...applicationWords,
  ...wireWords,
  ...checkWords,
  ...jpkiWords,
  ...certificateWords,
};

/** The row of a code; `undefined` when the table has none. */
export function words(code: string): Entry | undefined {
  return Object.hasOwn(wordTable, code) ? wordTable[code] : undefined;
}
