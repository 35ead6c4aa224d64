import { dayInJapan, startOfDayInJapan } from '@tegata/clock';
import type { Validity } from '@tegata/mdoc';
import type { IssuerProfile } from './profile.ts';

const DAY = 24 * 60 * 60 * 1000;

/**
 * When an mdoc of a day is valid. All times are the first instant of a day in Japan: seconds would tell presentations of one mdoc
 * from those of another, and the ages in it are those of that whole day.
 */
export function validityFor(profile: IssuerProfile, at: Date): Validity {
  const signed = startOfDayInJapan(dayInJapan(at));
  const after = (days: number) => new Date(signed.getTime() + days * DAY);
  return {
    signed,
    validFrom: signed,
    validUntil: after(profile.validDays),
    expectedUpdate: after(profile.updateDays),
  };
}
