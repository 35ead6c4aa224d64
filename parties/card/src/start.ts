import type { Clock } from '@tegata/clock';
import { peer, type Running, serve } from '@tegata/http';
import type { Log } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import type { Random } from '@tegata/random';
import type { Tap } from '@tegata/tap';
import { openCards } from './cards.ts';
import type { CardAuthority } from './issue/authority.ts';
import { type Persona, personasWith } from './persona.ts';
import { routes } from './routes.ts';

/** What the card party needs. */
export interface CardConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly port?: number;
  /** Where the certificates come from, with the secret of this pair. */
  readonly jpki: { readonly url: string; readonly secret: string };
  readonly authority: CardAuthority;
  /** What the hands (screens, command line) show when they call. */
  readonly secret: string;
  /** Personas besides those that come with this program. */
  readonly ownPersonas?: readonly Persona[];
  /** Keeps counters and certificates of cards; without it they end with the process. */
  readonly dataDir?: string;
}

/**
 * Starts the card party: a card factory that personalises when a card is first held, and the hand that holds it to a reader.
 * The cards themselves speak APDUs over the reader's wire.
 */
export async function start(config: CardConfig): Promise<Running> {
  const { tap, log } = config;
  const jpki = peer({ ...config.jpki, name: 'jpki', party: 'card', tap });
  const personas = personasWith(config.ownPersonas);
  const cards = openCards({ ...config, personas, jpki });
  const { app, remove } = routes({ cards, personas, secret: config.secret, log });
  const server = await serve({ app, port: config.port, onError: problemAnswer(config) });
  log.info('started', { url: server.url });
  return {
    url: server.url,
    async close() {
      await remove();
      await server.close();
    },
  };
}
