/**
 * Log lines: one JSON object each, ids and codes only.
 * @module
 */
import type { Clock } from '@tegata/clock';

/** What may stand in a line. Personal data has no place here; see the canary test in `faults/`. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Writes lines of one party. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same log with fields that stand in every line. */
  child(fields: LogFields): Log;
}

// A second net under the rule: what looks like a My Number never leaves, whoever put it there.
const scrub = (value: string | number | boolean) =>
  typeof value === 'string' ? value.replace(/(?<![0-9a-f-])\d{12}(?![0-9a-f-])/gi, '************') : value;

/**
 * A log of one party.
 * @example
 * const log = createLog({ party: 'smp', clock: systemClock, write: (line) => process.stderr.write(line) });
 * log.info('application-received', { reference: 'TG-…' });
 */
export function createLog(options: { party: string; clock: Clock; write: (line: string) => void }): Log {
  const logWith = (base: LogFields): Log => {
    const line = (level: string, event: string, fields: LogFields = {}) => {
      const all = Object.fromEntries(Object.entries({ ...base, ...fields }).map(([key, value]) => [key, scrub(value)]));
      options.write(
        `${JSON.stringify({ time: options.clock.now().toISOString(), level, party: options.party, event, ...all })}\n`,
      );
    };
    return {
      info: (event, fields) => line('info', event, fields),
      warn: (event, fields) => line('warn', event, fields),
      error: (event, fields) => line('error', event, fields),
      child: (fields) => logWith({ ...base, ...fields }),
    };
  };
  return logWith({});
}

/** Says nothing. */
export const silentLog: Log = { info() {}, warn() {}, error() {}, child: () => silentLog };
