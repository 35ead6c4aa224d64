import { type CborValue, DateTime, FullDate } from '@tegata/cbor';
import type { ElementDefinition } from '../mnc.ts';

type Test = (value: CborValue) => boolean;

/** Text of 1 to `most` characters, counted as code points. */
export const text =
  (most: number): Test =>
  (value) =>
    typeof value === 'string' && value.length > 0 && (value.length <= most || [...value].length <= most);

export const matching =
  (pattern: RegExp): Test =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

export const oneOf =
  (...values: readonly (string | number)[]): Test =>
  (value) =>
    values.includes(value as string);

export const whole =
  (most: number): Test =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;

export const bytes =
  (most: number): Test =>
  (value) =>
    value instanceof Uint8Array && value.length > 0 && value.length <= most;

export const truth: Test = (value) => typeof value === 'boolean';

export const fullDate: Test = (value) => {
  if (!(value instanceof FullDate)) return false;
  try {
    return value.toDay() !== undefined;
  } catch {
    return false;
  }
};

export const tdate: Test = (value) => value instanceof DateTime && value.strict;

export const dateOrTime: Test = (value) => fullDate(value) || tdate(value);

/** How many bytes of a portrait are read. */
const MAX_IMAGE_BYTES = 4 * 1024 * 1024;
/** What readers take in place of a short text: issuers differ. */
const READ_TEXT = text(1000);

/** Rows of a definition, one maker for each kind of element. */
export const element = {
  text: (name: string, most = 150): ElementDefinition => ({
    name,
    type: `text of 1 to ${most} characters`,
    issued: text(most),
    read: READ_TEXT,
  }),
  country: (name: string): ElementDefinition => ({
    name,
    type: 'two capital letters (ISO 3166-1)',
    issued: matching(/^[A-Z]{2}$/),
    read: matching(/^[A-Z]{2,3}$/),
  }),
  fullDate: (name: string): ElementDefinition => ({ name, type: 'full-date (tag 1004)', issued: fullDate }),
  tdate: (name: string): ElementDefinition => ({
    name,
    type: 'tdate (tag 0, whole seconds, Z)',
    issued: tdate,
    read: (value) => value instanceof DateTime || fullDate(value),
  }),
  date: (name: string): ElementDefinition => ({
    name,
    type: 'full-date or tdate',
    issued: dateOrTime,
    read: (value) => fullDate(value) || value instanceof DateTime,
  }),
  whole: (name: string, most: number): ElementDefinition => ({
    name,
    type: `a whole number up to ${most}`,
    issued: whole(most),
  }),
  truth: (name: string): ElementDefinition => ({ name, type: 'true or false', issued: truth }),
  sex: (name = 'sex'): ElementDefinition => ({ name, type: '0, 1, 2 or 9', issued: oneOf(0, 1, 2, 9) }),
  image: (name: string): ElementDefinition => ({ name, type: 'bytes of an image', issued: bytes(MAX_IMAGE_BYTES) }),
  oneOf: (name: string, ...values: readonly string[]): ElementDefinition => ({
    name,
    type: `one of ${values.join(', ')}`,
    issued: oneOf(...values),
    read: READ_TEXT,
  }),
} as const;
