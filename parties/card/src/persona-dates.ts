import { type CalendarDay, type Clock, dayInJapan } from '@tegata/clock';
import type { PersonaData } from './persona-schema.ts';

/** A day as `YYYYMMDD`. */
export function dayText({ year, month, day }: CalendarDay): string {
  return `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`;
}

/**
 * The persona's birth date, `YYYYMMDD`, by the clock of the card's personalisation. Where the day would be a 29 February of a year without one, who
 * has the age today was born on the 28th, and who has it soon on 1 March.
 */
export function birthDateOf(persona: Pick<PersonaData, 'birth'>, clock: Clock): string {
  const { birth } = persona;
  if ('date' in birth) return birth.date;
  const today = dayInJapan(clock.now());
  const birthday = new Date(Date.UTC(today.year, today.month - 1, today.day + birth.inDays));
  const [year, month, day] = [
    birthday.getUTCFullYear() - birth.turns,
    birthday.getUTCMonth() + 1,
    birthday.getUTCDate(),
  ];
  if (daysIn(year, month) >= day) return dayText({ year, month, day });
  return dayText(birth.inDays > 0 ? { year, month: 3, day: 1 } : { year, month, day: 28 });
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/**
 * The card's last day, `YYYYMMDD`: the tenth birthday after issue, for who is under 18 the fifth (card.md §5.2). Who was born on 29 February has
 * the birthday on the 28th in common years; unknown parts of a birth date count as 1, as in the certificates.
 */
export function cardExpiry(birthDate: string, issued: CalendarDay): string {
  const year = Number(birthDate.slice(0, 4));
  const month = Number(birthDate.slice(4, 6)) || 1;
  const day = Number(birthDate.slice(6)) || 1;
  const hadBirthday = issued.month > month || (issued.month === month && issued.day >= day);
  const age = issued.year - year - (hadBirthday ? 0 : 1);
  const first = issued.year + (hadBirthday ? 1 : 0);
  const last = first + (age < 18 ? 5 : 10) - 1;
  return dayText({ year: last, month, day: Math.min(day, daysIn(last, month)) });
}

/** The day so many days after another one, `YYYYMMDD`. */
export function dayAfter({ year, month, day }: CalendarDay, days: number): string {
  const date = new Date(Date.UTC(year, month - 1, day + days));
  return dayText({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
}
