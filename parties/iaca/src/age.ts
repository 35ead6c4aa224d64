/**
 * Age by Japanese law. A year of age is full at the end of the day before the birthday, so it is reached at 00:00 of the birthday in
 * Japan; who was born on 29 February reaches it at the end of 28 February in every year (年齢計算ニ関スル法律, 民法 143 条 2 項).
 * There is no switch: statutes that count the whole day before (school, pension, votes) are not asked here.
 * @module
 */
import { type CalendarDay, dayInJapan, startOfDayInJapan } from '@tegata/clock';

/**
 * Full years of age at an instant. Negative before birth.
 * @example
 * ageInYears({ year: 2004, month: 2, day: 29 }, new Date('2024-02-28T14:59:59Z')); // 19: 23:59:59 of 28 February in Japan
 */
export function ageInYears(birth: CalendarDay, at: Date): number {
  const today = dayInJapan(at);
  // Compared as month and day, 29 February lies between 28 February and 1 March in every year: that is what the law says.
  const before = today.month < birth.month || (today.month === birth.month && today.day < birth.day);
  return today.year - birth.year - (before ? 1 : 0);
}

/**
 * The instant at which an age is reached.
 * @example
 * ageReachedAt({ year: 2006, month: 11, day: 25 }, 20); // 2026-11-24T15:00:00Z
 */
export function ageReachedAt(birth: CalendarDay, years: number): Date {
  // Date rolls 29 February of a common year over to 1 March.
  return startOfDayInJapan({ ...birth, year: birth.year + years });
}
