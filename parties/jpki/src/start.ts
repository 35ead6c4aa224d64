import type { Clock } from '@tegata/clock';
import { type Running, serve } from '@tegata/http';
import type { Log } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { Store } from '@tegata/store';
import type { Tap } from '@tegata/tap';
import type { JpkiAuthority } from './authority.ts';
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
}

/** Starts JPKI: it issues card certificates, revokes them, and tells by OCSP whether they stand. */
export async function start(config: JpkiConfig): Promise<Running> {
  await config.store.migrate('jpki', migrations);
  const app = routes({ ...config, db: config.store.database<Tables>() });
  const server = await serve({ app, port: config.port, onError: problemAnswer(config) });
  config.log.info('started', { url: server.url });
  return server;
}
