import { join } from 'node:path';
import { listenForCard } from '@tegata/apdu';
import type { Clock } from '@tegata/clock';
import { peer, type Running, serve } from '@tegata/http';
import { type KeyStore, memoryKeys } from '@tegata/keys';
import type { Log } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { Tap } from '@tegata/tap';
import { followStatus } from './follow-status.ts';
import { routes } from './routes.ts';
import { wireTo } from './wire.ts';

/** What the applicant's app needs. */
export interface ApplicantAppConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly port?: number;
  readonly smp: { readonly url: string };
  /** With the secret of this pair. */
  readonly wallet: { readonly url: string; readonly secret: string };
  /** What screens and command line show when they call. */
  readonly secret: string;
  /** Where cards are held to; a free port when absent. */
  readonly readerPort?: number;
  /** How long a person may take to hold the card to the phone, milliseconds; a minute when absent. */
  readonly cardWaitMs?: number;
  /** Holds the phone's key for calls to the SMP; in memory when absent. */
  readonly keys?: KeyStore;
  /** Remembers which applications are followed, over a restart. */
  readonly dataDir?: string;
}

/** The applicant's app, with its reader. */
export interface RunningApplicantApp extends Running {
  /** Where cards are held to. */
  readonly reader: { readonly host: string; readonly port: number };
}

/** Starts the app with which a person applies: it reads the card, has it sign, sends, and follows what becomes of it. */
export async function start(config: ApplicantAppConfig): Promise<RunningApplicantApp> {
  const { clock, random, log, tap, cardWaitMs = 60_000 } = config;
  const phone = await (config.keys ?? memoryKeys()).signerOrNew('applicant-app-instance', 'P-256');
  const smp = peer({ ...config.smp, name: 'smp', party: 'applicant-app', tap });
  const wallet = peer({ ...config.wallet, name: 'wallet', party: 'applicant-app', tap });
  const wire = wireTo({ smp, wallet, phone, clock, random });
  const reader = await listenForCard({ port: config.readerPort, tap });
  const file = config.dataDir === undefined ? undefined : join(config.dataDir, 'applicant-app', 'followed.json');
  const follower = followStatus({ wire, log, file });
  const app = routes({ wire, reader, follower, secret: config.secret, cardWaitMs, clock, tap, log });
  const server = await serve({ app, port: config.port, onError: problemAnswer(config) });
  log.info('started', { url: server.url, readerPort: reader.address.port });
  return {
    url: server.url,
    reader: reader.address,
    async close() {
      await reader.close();
      await server.close();
      await follower.close();
    },
  };
}
