/**
 * Time, passed in. Nothing else in the house reads the system's clock.
 * @module
 */

/** A source of the current instant. */
export interface Clock {
  /** The current instant. */
  now(): Date;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() };

/** A clock that a test or a drill sets by hand. */
export interface AdjustableClock extends Clock {
  /** Moves to an instant. */
  set(instant: Date): void;
  /** Moves on by milliseconds (negative: back). */
  advance(milliseconds: number): void;
}

/**
 * Makes a clock that stands still until it is moved.
 * @example
 * const clock = adjustableClock(new Date('2026-04-01T00:00:00Z'));
 * clock.advance(1000);
 */
export function adjustableClock(start: Date): AdjustableClock {
  let at = start.getTime();
  return {
    now: () => new Date(at),
    set: (instant) => {
      at = instant.getTime();
    },
    advance: (milliseconds) => {
      at += milliseconds;
    },
  };
}

/** A calendar day (Gregorian), months and days counted from 1. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const JST_OFFSET_MS = 9 * 60 * 60 * 1000;

/** The calendar day in Japan (UTC+9, no summer time) at an instant. */
export function dayInJapan(instant: Date): CalendarDay {
  const shifted = new Date(instant.getTime() + JST_OFFSET_MS);
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth() + 1, day: shifted.getUTCDate() };
}

/** The instant at which a calendar day begins in Japan (00:00 JST). */
export function startOfDayInJapan(day: CalendarDay): Date {
  return new Date(Date.UTC(day.year, day.month - 1, day.day) - JST_OFFSET_MS);
}
