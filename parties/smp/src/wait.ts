import { type Random, randomInt } from '@tegata/random';
import { applyChange, lockApplication } from './changes.ts';
import type { WaitingCode } from './error.ts';
import type { Evidence } from './events.ts';
import type { ApplicationRow } from './schema.ts';
import type { Smp } from './smp.ts';

/** Thrown by a step that cannot be decided now: the application keeps its state and waits. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
  readonly code: WaitingCode;
  readonly evidence: readonly Evidence[];
  constructor(code: WaitingCode, evidence: readonly Evidence[] = []) {
    super('The application waits for another party.');
    this.code = code;
    this.evidence = evidence;
  }
}

/** How long to wait before attempt `attempts + 1`, ms: doubling up to a limit, between half of it and all of it, so that a crowd does not return at once. */
export function backoff(random: Random, attempts: number, first: number, longest: number): number {
  const whole = Math.min(longest, first * 2 ** Math.min(attempts, 20)) * 1000;
  return Math.ceil(whole / 2) + randomInt(random, Math.max(1, Math.floor(whole / 2)));
}

/**
 * Lets an application wait: attempts and the next time are stored; that it waits, and for what, becomes an event when it is new, so that
 * an outage of 34 hours is one row and not thousands. `code` is absent where the fault is our own: it shows in the log and in attempts.
 */
export async function letWait(
  smp: Smp,
  row: ApplicationRow,
  code: WaitingCode | undefined,
  evidence: readonly Evidence[] = [],
): Promise<void> {
  const { firstRetry, longestRetry } = smp.timing;
  const at = smp.clock.now();
  const wait = backoff(smp.random, row.attempts, firstRetry, longestRetry);
  await smp.db.transaction().execute(async (tx) => {
    const current = await lockApplication(tx, row.id);
    if (!current) return;
    const news = code !== undefined && current.waiting !== code;
    await applyChange(
      tx,
      smp.jobs,
      current,
      {
        from: row.state,
        fencing: row.fencing,
        happenings: news ? [{ name: 'waiting', actor: 'smp', detail: { code }, evidence }] : [],
        set: {
          attempts: current.attempts + 1,
          next_attempt_at: new Date(at.getTime() + wait),
          ...(code === undefined ? {} : { waiting: code }),
        },
      },
      at,
    );
  });
}
