import { DerError } from './error.ts';

const utcTime = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Reads `YYMMDDHHMMSSZ`; years 50–99 are of the 20th century (RFC 5280 §4.1.2.5.1). */
export function utcTimeToDate(text: string, offset: number): Date {
  const parts = utcTime.exec(text)?.slice(1).map(Number);
  if (!parts) throw new DerError('der-time-malformed', 'A UTCTime must read YYMMDDHHMMSSZ.', { offset });
  const [year, ...rest] = parts as [number, ...number[]];
  return strictDate(year < 50 ? 2000 + year : 1900 + year, rest, offset);
}

/** Reads `YYYYMMDDHHMMSSZ`, without fraction or offset (RFC 5280 §4.1.2.5.2). */
export function generalizedTimeToDate(text: string, offset: number): Date {
  const parts = generalizedTime.exec(text)?.slice(1).map(Number);
  if (!parts) throw new DerError('der-time-malformed', 'A GeneralizedTime must read YYYYMMDDHHMMSSZ.', { offset });
  const [year, ...rest] = parts as [number, ...number[]];
  return strictDate(year, rest, offset);
}

function strictDate(year: number, rest: number[], offset: number): Date {
  const [month, day, hour, minute, second] = rest as [number, number, number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  // Date rolls 31 February over to March; a real instant gives its own parts back.
  const real =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  if (!real)
    throw new DerError('der-time-malformed', 'The time names a day or an hour that does not exist.', { offset });
  return date;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** `YYYYMMDDHHMMSSZ` of an instant; parts of a second are cut off. */
export function dateToGeneralizedTime(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999))
    throw new DerError('der-value-unsupported', 'A time must lie in the years 0 to 9999.');
  return (
    digits(year, 4) +
    digits(date.getUTCMonth() + 1, 2) +
    digits(date.getUTCDate(), 2) +
    digits(date.getUTCHours(), 2) +
    digits(date.getUTCMinutes(), 2) +
    `${digits(date.getUTCSeconds(), 2)}Z`
  );
}
