/** What the server said does not have the agreed shape. */
export class AnswerError extends Error {
  readonly code = 'answer-unreadable';
  readonly context: { readonly at: string };
  constructor(at: string, wanted: string) {
    super(
      `The server's answer has no ${wanted} at ${at}. Reload the page; if it stays, the server is of another version.`,
    );
    this.context = { at };
  }
}

/** Turns an unknown value into a T, or throws {@link AnswerError} naming the place. */
export type Reader<T> = (value: unknown, at: string) => T;

export const text: Reader<string> = (value, at) => {
  if (typeof value !== 'string') throw new AnswerError(at, 'text');
  return value;
};

/** An identifier, whether the server counts or names: always a text here. */
export const id: Reader<string> = (value, at) => (Number.isSafeInteger(value) ? String(value) : text(value, at));

/** Text for reading only: what is not a text is shown as JSON. */
export const shown: Reader<string> = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

export const number: Reader<number> = (value, at) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new AnswerError(at, 'number');
  return value;
};

export const flag: Reader<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw new AnswerError(at, 'true or false');
  return value;
};

/** A time: ms since the epoch, or an ISO 8601 text. */
export const instant: Reader<number> = (value, at) => {
  const ms = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof ms !== 'number' || !Number.isFinite(ms)) throw new AnswerError(at, 'time');
  return ms;
};

export function oneOf<const T extends string | number>(...allowed: readonly T[]): Reader<T> {
  return (value, at) => {
    const found = allowed.find((item) => item === value);
    if (found === undefined) throw new AnswerError(at, allowed.join(' | '));
    return found;
  };
}

/** A missing or null member reads as undefined. */
export function maybe<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, at) => (value === undefined || value === null ? undefined : reader(value, at));
}

/** A list of at most `limit` items (default 5,000). */
export function list<T>(item: Reader<T>, limit = 5_000): Reader<T[]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length > limit) throw new AnswerError(at, `list of at most ${limit}`);
    return value.map((entry, index) => item(entry, `${at}[${index}]`));
  };
}

export function object<T extends Record<string, unknown>>(shape: { [K in keyof T]: Reader<T[K]> }): Reader<T> {
  const keys = Object.keys(shape) as (keyof T & string)[];
  return (value, at) => {
    const source = members(value, at);
    const result: Partial<T> = {};
    for (const key of keys) result[key] = shape[key](source[key], `${at}.${key}`);
    return result as T;
  };
}

/** An object used as a table: every member has the same shape. */
export function table<T>(item: Reader<T>): Reader<Record<string, T>> {
  return (value, at) =>
    Object.fromEntries(Object.entries(members(value, at)).map(([key, entry]) => [key, item(entry, `${at}.${key}`)]));
}

export function members(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AnswerError(at, 'object');
  return value as Record<string, unknown>;
}
