import { peer, type Running, serve } from '@tegata/http';
import { problemAnswer } from '@tegata/problem';
import { wrapperFromKey } from '@tegata/seal';
import type { Party } from '@tegata/tap';
import { breaker } from './breaker.ts';
import { DEFAULT_TIMING, type SmpConfig } from './config.ts';
import { SmpError } from './error.ts';
import { type FsckReport, fsck } from './fsck.ts';
import { migrations, type Tables } from './schema.ts';
import { claimWrappingKey, sealer } from './sealed.ts';
import { routes } from './server.ts';
import type { Dependency, Smp } from './smp.ts';
import { startWorker } from './worker.ts';

/** The SMP, running. */
export interface RunningSmp extends Running {
  /** Does at once what the next sweep would do, until nothing is due. */
  sweep(): Promise<void>;
  /** Checks the invariants over the rows. */
  fsck(): Promise<FsckReport>;
}

/**
 * Starts the SMP: intake over HTTP and the worker behind it. The store is the caller's to close, after this.
 * @throws {StoreError} `wrapping-key-differs` when the rows were sealed under another key; `migration-differs`
 * @throws {SmpError} `config-invalid`
 * @example
 * const smp = await start({ clock: systemClock, random: systemRandom, log, tap: noTap, store, kek, personKey, jpki, iaca, walletProvider, trust });
 */
export async function start(config: SmpConfig): Promise<RunningSmp> {
  if (config.personKey.length !== 32) throw new SmpError('config-invalid', 'personKey has 32 bytes.');
  const { store, clock, random, log, tap } = config;
  const timing = { ...DEFAULT_TIMING, ...config.timing };
  await store.migrate('smp', migrations);
  const db = store.database<Tables>();
  const wrapper = wrapperFromKey(config.kek, random);
  await claimWrappingKey(db, wrapper, clock);
  const jobs = await store.jobs('smp_jobs', (error) => log.error('jobs-error', { class: error.name }));

  const dependency = (name: Party, options: { url: string; secret?: string }): Dependency => ({
    peer: peer({ ...options, name, party: 'smp', tap, timeoutMs: timing.peerTimeout * 1000 }),
    breaker: breaker({ clock, random }),
  });
  const smp: Smp = {
    db,
    jobs,
    clock,
    random,
    log,
    tap,
    sealer: sealer(wrapper, random),
    trust: config.trust,
    personKey: config.personKey,
    timing,
    jpki: dependency('jpki', config.jpki),
    jpkiForResets: dependency('jpki', config.jpki),
    iaca: dependency('iaca', config.iaca),
    walletProvider: dependency('wallet-provider', config.walletProvider),
  };
  const worker = await startWorker(smp);
  const server = await serve({
    app: routes(smp, { walletProvider: config.walletProvider.secret, operator: config.operatorSecret }),
    port: config.port,
    onError: problemAnswer(config),
  });
  log.info('started', { url: server.url });
  return {
    url: server.url,
    sweep: worker.sweep,
    fsck: () => fsck({ db, clock, statusMaxAge: timing.statusMaxAge }),
    async close() {
      await server.close();
      await worker.close();
    },
  };
}
