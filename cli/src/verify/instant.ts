import { CborError, DateTime } from '@tegata/cbor';
import type { Clock } from '@tegata/clock';
import { ArgumentError } from './argument-error.ts';

/**
 * The time of `--at`, or now.
 * @throws {ArgumentError} `usage`
 */
export function readInstant(given: string | undefined, clock: Clock): Date {
  if (given === undefined) return clock.now();
  try {
    return new DateTime(given).toDate({ lenient: true });
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    const message = '--at is a time of RFC 3339, for example 2026-11-24T03:00:00Z.';
    throw new ArgumentError('usage', message, { option: 'at' });
  }
}
