import { type CalendarDay, dayInJapan, startOfDayInJapan } from '@tegata/clock';

const eras: readonly (readonly [digit: string, first: string])[] = [
  ['5', '20190501'],
  ['4', '19890108'],
  ['3', '19261225'],
  ['2', '19120730'],
  ['1', '18680125'],
];

/**
 * The nine digits of a birth date in a JPKI certificate: era digit (1 明治 … 5 令和, 0 unknown) and the Gregorian `YYYYMMDD`.
 * @param birthDate `YYYYMMDD`, unknown parts 0
 * @example
 * jpkiBirthDate('19800217'); // '319800217'
 */
export function jpkiBirthDate(birthDate: string): string {
  const year = birthDate.slice(0, 4);
  const partly = birthDate.endsWith('00');
  const changing = eras.some(([, first]) => first.startsWith(year));
  // In the year of a change an unknown day belongs to no certain era.
  const unknown = year === '0000' || (partly && changing);
  const era = unknown ? undefined : eras.find(([, first]) => first <= (partly ? `${year}1231` : birthDate));
  return (era?.[0] ?? '0') + birthDate;
}

/**
 * The end of a card certificate: the fifth birthday after issue, 23:59:59 in Japan (`145959Z`).
 * Unknown parts of a birth date count as 1 (the earlier end is the safe one); 29 February falls on the 28th in common years.
 */
export function jpkiNotAfter(issued: Date, birthDate: string): Date {
  const today = dayInJapan(issued);
  const month = Number(birthDate.slice(4, 6)) || 1;
  const day = Number(birthDate.slice(6, 8)) || 1;
  const reached = today.month > month || (today.month === month && today.day >= day);
  const year = today.year + (reached ? 5 : 4);
  return endOfDayInJapan({ year, month, day: Math.min(day, daysIn(year, month)) });
}

/** The end of a JPKI CA: the day before the tenth anniversary, 23:59:59 in Japan. */
export function jpkiCaNotAfter(issued: Date): Date {
  const { year, month, day } = dayInJapan(issued);
  const anniversary = startOfDayInJapan({ year: year + 10, month, day: Math.min(day, daysIn(year + 10, month)) });
  return new Date(anniversary.getTime() - 1000);
}

/** The last second of a day in Japan. */
export function endOfDayInJapan({ year, month, day }: CalendarDay): Date {
  return new Date(startOfDayInJapan({ year, month, day: day + 1 }).getTime() - 1000);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
