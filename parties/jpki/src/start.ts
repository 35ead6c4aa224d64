import type { Clock } from '@tegata/clock';
import { type Running, serve } from '@tegata/http';
import type { Log } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { Store } from '@tegata/store';
import type { Tap } from '@tegata/tap';
import type { Kysely } from 'kysely';
import { type OcspOptions, ocspService } from './answer-ocsp.ts';
import type { JpkiAuthority } from './authority.ts';
import { caRoute } from './ca-route.ts';
import { crlRoute } from './crl-routes.ts';
import { ocspRoutes } from './ocsp-routes.ts';
import type { Pairwise } from './pairwise-identifier.ts';
import { type Publishing, publishDueCrls } from './publish-crls.ts';
import { routes } from './routes.ts';
import { migrations, type Tables } from './schema.ts';

/** What JPKI needs. */
export interface JpkiConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly port?: number;
  readonly store: Store;
  readonly authority: JpkiAuthority;
  /** What the card factory shows when it asks for a certificate or a revocation. */
  readonly secret: string;
  /** What the SMP shows when it asks for the certificates of a phone; without it no phone gets any. */
  readonly smpSecret?: string;
  /** What the municipal counter and the hotline show. */
  readonly operatorSecret?: string;
  /** Enrolled verifiers, where nobody else shall get an answer (off by default), and how many signed answers are kept. */
  readonly ocsp?: Pick<OcspOptions, 'verifiers' | 'keptAnswers'>;
  /** Relying parties that may ask who has logged in there; without it nobody is told. */
  readonly pairwise?: Pairwise;
}

/** Starts JPKI: it issues certificates of cards and phones, revokes them, and tells by OCSP whether they stand. */
export async function start(config: JpkiConfig): Promise<Running> {
  await config.store.migrate('jpki', migrations);
  const db = config.store.database<Tables>();
  await adoptRows(db, config.authority);
  const secrets = { card: config.secret, smp: config.smpSecret, operator: config.operatorSecret };
  const ocsp = ocspService({ ...config, ...config.ocsp, db });
  const app = routes({ ...config, db, secrets, ocsp });
  const open = [...ocspRoutes(ocsp, config.clock), crlRoute({ ...config, db }), caRoute(config.authority)];
  const server = await serve({ app, open, port: config.port, onError: problemAnswer(config) });
  const publishing = publishOnSchedule({ ...config, db });
  config.log.info('started', { url: server.url });
  return {
    url: server.url,
    async close() {
      await publishing.stop();
      await server.close();
    },
  };
}

const LOOK_EVERY_MS = 60_000;

/** Looks every minute which CRLs are due by the clock, and publishes them. */
function publishOnSchedule(options: Publishing): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const look = () => {
    running = publishDueCrls(options).then(
      () => {},
      (error: unknown) => options.log.error('crls-not-published', { class: error instanceof Error ? error.name : '' }),
    );
  };
  const timer = setInterval(() => {
    running.then(look);
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Rows from before there were generations are of the one that there was, which is the third. */
async function adoptRows(db: Kysely<Tables>, authority: JpkiAuthority): Promise<void> {
  for (const ca of ['sign', 'auth'] as const) {
    const only = authority[ca].generations.find(({ number }) => number === 3);
    if (!only) continue;
    await db
      .updateTable('jpki.certificate')
      .set({ issuer: only.keyId })
      .where('ca', '=', ca)
      .where('issuer', 'is', null)
      .execute();
  }
}
