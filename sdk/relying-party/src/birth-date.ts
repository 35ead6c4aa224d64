import { type CalendarDay, startOfDayInJapan } from '@tegata/clock';

/** Eras by the digit that stands before the date. The year is Gregorian although it does. */
export type Era = 'unknown' | 'meiji' | 'taisho' | 'showa' | 'heisei' | 'reiwa';

/** 生年月日 as the certificate holds it. A part that the register does not know is absent. */
export interface BirthDate {
  readonly era: Era;
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  /** All parts, when all are known and such a day exists. */
  readonly complete?: CalendarDay;
}

const eras: readonly Era[] = ['unknown', 'meiji', 'taisho', 'showa', 'heisei', 'reiwa'];

/**
 * Reads an era digit and `YYYYMMDD`, unknown parts 0.
 * @example
 * readBirthDate('319800217').complete; // { year: 1980, month: 2, day: 17 }
 */
export function readBirthDate(stored: string): BirthDate {
  const [year, month, day] = [stored.slice(1, 5), stored.slice(5, 7), stored.slice(7, 9)].map(Number) as [
    number,
    number,
    number,
  ];
  const made = new Date(Date.UTC(year, month - 1, day));
  // Years below 100 come out as others, days that do not exist too.
  const exists = made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
  return {
    era: eras[Number(stored[0])] ?? 'unknown',
    ...(year > 0 ? { year } : {}),
    ...(month > 0 ? { month } : {}),
    ...(day > 0 ? { day } : {}),
    ...(exists ? { complete: { year, month, day } } : {}),
  };
}

/**
 * Whether somebody has reached an age: at 00:00 of the birthday in Japan; who was born on 29 February, at the end of 28
 * February. `undetermined` where a part of the date is unknown, which is never a yes.
 * @example
 * if (hasReachedAge(attributes.birthDate, 20, clock.now()) !== 'yes') refuse();
 */
export function hasReachedAge(birth: BirthDate, years: number, at: Date): 'yes' | 'no' | 'undetermined' {
  const { complete } = birth;
  if (!complete) return 'undetermined';
  // The 29th rolls over to 1 March in common years, which is the same instant.
  return at >= startOfDayInJapan({ ...complete, year: complete.year + years }) ? 'yes' : 'no';
}
