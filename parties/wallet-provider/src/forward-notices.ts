import type { Clock } from '@tegata/clock';
import { HttpError, type Peer } from '@tegata/http';
import type { Log } from '@tegata/log';
import { type Random, randomInt } from '@tegata/random';
import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** Tells the SMP of fetched and stored deliveries. */
export interface Forwarder {
  /** There is something new: don't wait. */
  wake(): void;
  close(): Promise<void>;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;
const BATCH = 50;

/**
 * Forwards notices from their rows until the SMP has answered 204 to each; a restart goes on where the last process stopped.
 * After a failure it waits, doubling up to 30 s, with jitter, so that many relays do not return in the same second.
 */
export function forwardNotices(options: {
  db: Kysely<Tables>;
  smp: Peer;
  clock: Clock;
  random: Random;
  log: Log;
}): Forwarder {
  const { db, smp, log } = options;
  let closing = false;
  let rouse: () => void = () => {};
  let roused = true;

  async function tell(notice: { id: string; delivery: string; event: string; digest: string }): Promise<boolean> {
    const told = async (status: number | string) => {
      if (status === 204) {
        await db
          .updateTable('wallet_provider.notice')
          .set({ told_at: options.clock.now() })
          .where('id', '=', notice.id)
          .execute();
        log.info('notice-told', { delivery: notice.delivery, notice: notice.event });
        return true;
      }
      await db
        .updateTable('wallet_provider.notice')
        .set({ attempts: sql`attempts + 1` })
        .where('id', '=', notice.id)
        .execute();
      log.warn('notice-not-told', { delivery: notice.delivery, notice: notice.event, answer: status });
      return false;
    };
    try {
      const { event, digest } = notice;
      const answer = await smp.request('POST', `/receipts/${notice.delivery}`, { json: { event, digest }, step: 8 });
      return await told(answer.status);
    } catch (error) {
      if (error instanceof HttpError) return told(error.code);
      throw error;
    }
  }

  async function pass(): Promise<boolean> {
    // Those that have failed least come first: one that is refused for ever cannot hold up the others.
    const untold = await db
      .selectFrom('wallet_provider.notice')
      .select(['id', 'delivery', 'event', 'digest'])
      .where('told_at', 'is', null)
      .orderBy('attempts')
      .orderBy('id')
      .limit(BATCH)
      .execute();
    let all = true;
    for (const notice of untold) {
      if (closing) return all;
      if (!(await tell(notice))) all = false;
    }
    return all;
  }

  const sleep = (ms: number | undefined) =>
    new Promise<void>((resolve) => {
      if (roused || closing) return resolve();
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function run(): Promise<void> {
    let failures = 0;
    while (!closing) {
      roused = false;
      const all = await pass().catch((error: unknown) => {
        log.error('notices-unreadable', { class: error instanceof Error ? error.name : 'unknown' });
        return false;
      });
      failures = all ? 0 : failures + 1;
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
      // Also with nothing untold: another process's rows are looked for now and then.
      await sleep(all ? LONGEST_WAIT_MS : longest / 2 + randomInt(options.random, Math.ceil(longest / 2)));
    }
  }

  const running = run();
  return {
    wake() {
      roused = true;
      rouse();
    },
    async close() {
      closing = true;
      rouse();
      await running;
    },
  };
}
