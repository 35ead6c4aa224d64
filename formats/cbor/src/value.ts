import { CborError } from './error.ts';

/** RFC 3339 with all that it allows, where a `tdate` is one form. */
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const MS_PER_DAY = 86_400_000;

/**
 * A date and time as text, CBOR tag 0 (`tdate` of ISO/IEC 18013-5: whole seconds, `Z`). The text is kept as received.
 * @example DateTime.from(new Date(0)).text // '1970-01-01T00:00:00Z'
 */
export class DateTime {
  readonly text: string;
  /** The instant in milliseconds, not a number for what is no `tdate`: worked out once. */
  readonly #time: number;
  constructor(text: string) {
    this.text = text;
    this.#time = tdate(text);
  }
  /** Cuts an instant down to whole seconds. @throws {CborError} `date-time-form` outside of the years 0000 to 9999 */
  static from(date: Date): DateTime {
    const year = date.getUTCFullYear();
    if (!(year >= 0 && year <= 9999)) {
      throw new CborError('date-time-form', 'The instant has no form with a four-digit year.');
    }
    const day = `${two(Math.floor(year / 100))}${two(year % 100)}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
    const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
    return new DateTime(`${day}T${time}Z`);
  }
  /** Whether the text is a `tdate`: `YYYY-MM-DDTHH:MM:SSZ` and exists in the calendar. */
  get strict(): boolean {
    return !Number.isNaN(this.#time);
  }
  /**
   * The instant. Only `YYYY-MM-DDTHH:MM:SSZ` is read, unless `lenient` also allows fractions and offsets (RFC 3339).
   * @throws {CborError} `date-time-form`
   */
  toDate(options: { lenient?: boolean } = {}): Date {
    let time = this.#time;
    if (Number.isNaN(time) && options.lenient) time = rfc3339(this.text);
    if (Number.isNaN(time)) throw new CborError('date-time-form', 'The text of tag 0 is not a date and time in UTC.');
    return new Date(time);
  }
}

/** A calendar date as text, CBOR tag 1004 (RFC 8943). The text is kept as received. */
export class FullDate {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** Year, month and day. @throws {CborError} `full-date-form` when it is not `YYYY-MM-DD` or not in the calendar */
  toDay(): { year: number; month: number; day: number } {
    const { text } = this;
    const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)];
    if (text.length !== 10 || text[4] !== '-' || text[7] !== '-' || Number.isNaN(dayNumber(year, month, day))) {
      throw new CborError('full-date-form', 'The text of tag 1004 is not a date YYYY-MM-DD of the calendar.');
    }
    return { year, month, day };
  }
}

const two = (number: number) => (number < 10 ? `0${number}` : `${number}`);

/** The instant of `YYYY-MM-DDTHH:MM:SSZ` in milliseconds; not a number for any other text. */
function tdate(text: string): number {
  const form =
    text.length === 20 &&
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    text[19] === 'Z';
  return form ? instant(text) : Number.NaN;
}

function rfc3339(text: string): number {
  const parts = RFC3339.exec(text);
  if (!parts) return Number.NaN;
  const fraction = parts[7] ? Math.floor(Number(`0.${parts[7]}`) * 1000) : 0;
  const offset = parts[8] ? (parts[8] === '-' ? -1 : 1) * (Number(parts[9]) * 60 + Number(parts[10])) : 0;
  return instant(text) + fraction - offset * 60_000;
}

/** Of a text whose separators are known to be in place. */
function instant(text: string): number {
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)];
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
  const day = dayNumber(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  return day * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000;
}

function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days from 1970-01-01 to a day of the Gregorian calendar; not a number for one that does not exist. */
function dayNumber(year: number, month: number, day: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = (DAYS[month - 1] ?? 0) + (leap && month === 2 ? 1 : 0);
  if (!(day >= 1 && day <= last)) return Number.NaN;
  // Years are counted from March, so that the leap day is the last one.
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + dayOfYear - 719_468;
}

/** Any other tag with its content. */
export class Tagged {
  readonly tag: number | bigint;
  readonly value: CborValue;
  constructor(tag: number | bigint, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}

/** A simple value other than false, true, null and undefined: 0–19 or 32–255. */
export class Simple {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A floating-point number. Floats have their own type, so that a `number` is always a CBOR integer. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** One whole CBOR item that is already encoded: written as it is. `Encoded` (tag 24) is one too. */
export class Raw {
  /** The whole item, as received. */
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What may be the key of a map. Byte strings are told apart by content when read and when written. */
export type CborKey = number | bigint | string | Uint8Array;

/** A map with its entries in the order in which they were received. */
export type CborMap = Map<CborKey, CborValue>;

/**
 * Any value. An integer is a `number` where that is safe, else a `bigint`; what was received as a bignum (tags 2 and 3) is a `bigint` whatever
 * its size, since some structures ask for that form. `encode` writes the shortest form of either.
 */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | DateTime
  | FullDate
  | Raw
  | Tagged
  | Simple
  | Float;
