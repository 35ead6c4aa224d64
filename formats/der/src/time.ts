import { DerError } from './error.ts';

/** Reads `YYMMDDHHMMSSZ`; years 50–99 are of the 20th century (RFC 5280 §4.1.2.5.1). */
export function utcTimeToDate(content: Uint8Array, offset: number): Date {
  const malformed = () => new DerError('der-time-malformed', 'A UTCTime must read YYMMDDHHMMSSZ.', { offset });
  if (content.length !== 13) throw malformed();
  const year = pair(content, 0);
  return strictDate(year < 50 ? 2000 + year : 1900 + year, content, 2, offset, malformed);
}

/** Reads `YYYYMMDDHHMMSSZ`, without fraction or offset (RFC 5280 §4.1.2.5.2). */
export function generalizedTimeToDate(content: Uint8Array, offset: number): Date {
  const malformed = () =>
    new DerError('der-time-malformed', 'A GeneralizedTime must read YYYYMMDDHHMMSSZ.', { offset });
  if (content.length !== 15) throw malformed();
  return strictDate(pair(content, 0) * 100 + pair(content, 2), content, 4, offset, malformed);
}

/** Two digits as a number; NaN where they are none. */
function pair(content: Uint8Array, at: number): number {
  const tens = (content[at] as number) - 0x30;
  const ones = (content[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function strictDate(year: number, content: Uint8Array, at: number, offset: number, malformed: () => DerError): Date {
  const [month, day] = [pair(content, at), pair(content, at + 2)];
  const [hour, minute, second] = [pair(content, at + 4), pair(content, at + 6), pair(content, at + 8)];
  if (content[at + 10] !== 0x5a || Number.isNaN(year + month + day + hour + minute + second)) throw malformed();
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = (daysOfMonth[month - 1] ?? 0) + (month === 2 && leap ? 1 : 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59) {
    throw new DerError('der-time-malformed', 'The time names a day or an hour that does not exist.', { offset });
  }
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 100) date.setUTCFullYear(year);
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
