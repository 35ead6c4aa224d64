import { CborError } from './error.ts';

const TDATE = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/;
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const FULL_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

function utc(parts: RegExpExecArray): Date | undefined {
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour || 0, minute || 0, second || 0, 0);
  // A day or an hour that does not exist rolls over: compare what was asked with what came out.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return date;
}

/**
 * A date and time as text, CBOR tag 0 (`tdate` of ISO/IEC 18013-5: whole seconds, `Z`). The text is kept as received.
 * @example DateTime.from(new Date(0)).text // '1970-01-01T00:00:00Z'
 */
export class DateTime {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** Cuts an instant down to whole seconds. @throws {CborError} `date-time-form` outside of the years 0000 to 9999 */
  static from(date: Date): DateTime {
    const text = Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, -5)}Z`;
    if (!TDATE.test(text)) throw new CborError('date-time-form', 'The instant has no form with a four-digit year.');
    return new DateTime(text);
  }
  /** Whether the text is a `tdate`: `YYYY-MM-DDTHH:MM:SSZ` and exists in the calendar. */
  get strict(): boolean {
    const parts = TDATE.exec(this.text);
    return parts !== null && utc(parts) !== undefined;
  }
  /**
   * The instant. Only `YYYY-MM-DDTHH:MM:SSZ` is read, unless `lenient` also allows fractions and offsets (RFC 3339).
   * @throws {CborError} `date-time-form`
   */
  toDate(options: { lenient?: boolean } = {}): Date {
    const parts = (options.lenient ? RFC3339 : TDATE).exec(this.text);
    const date = parts ? utc(parts) : undefined;
    if (!parts || !date) throw new CborError('date-time-form', 'The text of tag 0 is not a date and time in UTC.');
    if (!options.lenient) return date;
    const fraction = parts[7] ? Math.floor(Number(`0.${parts[7]}`) * 1000) : 0;
    const offset = parts[8] ? (parts[8] === '-' ? -1 : 1) * (Number(parts[9]) * 60 + Number(parts[10])) : 0;
    return new Date(date.getTime() + fraction - offset * 60_000);
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
    const parts = FULL_DATE.exec(this.text);
    const date = parts ? utc(parts) : undefined;
    if (!date) throw new CborError('full-date-form', 'The text of tag 1004 is not a date YYYY-MM-DD of the calendar.');
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }
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

/** Any value. An integer is a `number` where that is safe, else a `bigint`. */
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
