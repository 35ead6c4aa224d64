import type { Clock } from '@tegata/clock';
import { peer, type Running, serve } from '@tegata/http';
import type { Log } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { Store } from '@tegata/store';
import type { Tap } from '@tegata/tap';
import type { WalletProviderAuthority } from './authority.ts';
import { forwardNotices } from './forward-notices.ts';
import { routes } from './routes.ts';
import { migrations, type Tables } from './schema.ts';
import { waitingRoom } from './waiting.ts';

/** What the wallet provider needs. */
export interface WalletProviderConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly port?: number;
  readonly store: Store;
  readonly authority: WalletProviderAuthority;
  /** Where receipts go, with the secret of this pair. */
  readonly smp: { readonly url: string; readonly secret: string };
  /** What the SMP shows when it delivers. */
  readonly secret: string;
}

/**
 * Starts the wallet provider: it knows phones by their instance keys, attests their device keys, relays deliveries that it
 * cannot read, and tells the SMP of receipts until the SMP has heard them.
 */
export async function start(config: WalletProviderConfig): Promise<Running> {
  await config.store.migrate('wallet_provider', migrations);
  const db = config.store.database<Tables>();
  const waiting = waitingRoom();
  let closed = false;
  const smp = peer({ ...config.smp, name: 'smp', party: 'wallet-provider', tap: config.tap });
  const forwarder = forwardNotices({ db, smp, clock: config.clock, random: config.random, log: config.log });
  const app = routes({ ...config, db, forwarder, waiting, closed: () => closed });
  const server = await serve({ app, port: config.port, onError: problemAnswer(config) });
  config.log.info('started', { url: server.url });
  return {
    url: server.url,
    async close() {
      closed = true;
      waiting.close();
      await server.close();
      await forwarder.close();
    },
  };
}
