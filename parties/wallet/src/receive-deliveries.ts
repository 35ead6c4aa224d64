import type { Log } from '@tegata/log';
import { type Random, randomInt } from '@tegata/random';
import type { Tap } from '@tegata/tap';
import { type Storing, storeMdoc } from './8-store-mdoc.ts';
import { openApplications } from './application-keys.ts';
import type { Delivery, ProviderWire } from './wire.ts';

/** Waits for deliveries in the background. */
export interface Receiver {
  /** Something changed on this side: the phone was unlocked, or an application was made. */
  wake(): void;
  close(): Promise<void>;
}

const POLL_SECONDS = 20;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 15_000;
// With no application open a delivery can still come again whose receipt got lost: looked for now and then.
const IDLE_LOOK_MS = 300_000;
// A delivery that cannot be kept stays at the provider, which then answers at once: others behind it are looked for this often.
const BEHIND_BAD_MS = 1_000;

/**
 * Fetches, stores and acknowledges deliveries while an application is open; a receipt that could not be sent is sent later, also
 * after a restart. While the phone is locked nothing is fetched: its keys are not to be had.
 */
export function receiveDeliveries(options: {
  storing: Storing;
  wire: ProviderWire;
  log: Log;
  tap: Tap;
  random: Random;
}): Receiver {
  const { storing, wire, log, tap } = options;
  const { file, element } = storing;
  const stop = new AbortController();
  let rouse: () => void = () => {};
  let roused = false;

  const sleep = (ms?: number) =>
    new Promise<void>((resolve) => {
      if (roused || stop.signal.aborted) return resolve();
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  // Nothing about these changes before a restart: neither the keys of this phone nor the issuers that it trusts.
  const bad = new Set<string>();

  async function receive(delivery: Delivery): Promise<void> {
    tap.step({ step: 8, state: 'started' });
    try {
      const { reference } = await storeMdoc(storing, delivery);
      if (reference !== undefined) log.info('card-stored', { reference, delivery: delivery.id });
      // Stored before, and the receipt got lost on the way: once more.
      file.db.prepare('update receipt set sent = 0 where delivery = ?').run(delivery.id);
      tap.step({ step: 8, state: 'passed', ...(reference === undefined ? {} : { reference }) });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal';
      const check =
        error instanceof Error && 'context' in error ? (error.context as { check?: string }).check : undefined;
      log.error('card-not-stored', { delivery: delivery.id, code, ...(check ? { check } : {}) });
      tap.step({ step: 8, state: 'failed', code });
      if (code !== 'phone-locked') bad.add(delivery.id);
    }
  }

  async function sendReceipts(): Promise<void> {
    const unsent = file.db.prepare('select delivery, digest from receipt where sent = 0').all() as {
      delivery: string;
      digest: string;
    }[];
    for (const { delivery, digest } of unsent) {
      await wire.sendReceipt(delivery, digest);
      file.db.prepare('update receipt set sent = 1 where delivery = ?').run(delivery);
    }
  }

  const expecting = () => openApplications(file).length > 0;
  const hasReceipts = () => file.db.prepare('select 1 from receipt limit 1').get() !== undefined;

  /** @returns how long to wait before the next look; nothing = until this side changes */
  async function pass(): Promise<number | undefined> {
    await sendReceipts();
    if (!element.unlocked) return undefined;
    if (!expecting() && !hasReceipts()) return undefined;
    const deliveries = await wire.fetch(expecting() ? POLL_SECONDS : 0, stop.signal);
    const fresh = deliveries.filter(({ id }) => !bad.has(id));
    for (const delivery of fresh) await receive(delivery);
    await sendReceipts();
    if (fresh.length === 0 && deliveries.length > 0) return BEHIND_BAD_MS;
    // The short pause is for a provider that answers at once in place of waiting.
    return expecting() ? 50 : IDLE_LOOK_MS;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      roused = false;
      try {
        const waitMs = await pass();
        failures = 0;
        await sleep(waitMs);
      } catch (error) {
        if (stop.signal.aborted) return;
        failures++;
        log.warn('deliveries-not-fetched', {
          code: error instanceof Error && 'code' in error ? String(error.code) : 'internal',
        });
        const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
        await sleep(longest / 2 + randomInt(options.random, Math.ceil(longest / 2)));
      }
    }
  }

  const running = run();
  return {
    wake() {
      roused = true;
      rouse();
    },
    async close() {
      stop.abort();
      rouse();
      await running;
    },
  };
}
