import type { Clock } from '@tegata/clock';
import type { Peer } from '@tegata/http';
import type { Log } from '@tegata/log';
import type { Random } from '@tegata/random';
import type { Tap } from '@tegata/tap';
import type { Kysely } from 'kysely';
import type { Breaker } from './breaker.ts';
import type { Jobs } from './changes.ts';
import type { Timing, Trust } from './config.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealed.ts';

/** Another party, with the breaker that keeps us from waiting for it when it is down. */
export interface Dependency {
  readonly peer: Peer;
  readonly breaker: Breaker;
}

/** What every part of the running SMP stands on. */
export interface Smp {
  readonly db: Kysely<Tables>;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly sealer: Sealer;
  readonly trust: Trust;
  readonly personKey: Uint8Array;
  readonly timing: Timing;
  readonly jpki: Dependency;
  /** JPKI as the reset of PINs sees it: its calls are not held back when issuing fails, nor the other way round. */
  readonly jpkiForResets: Dependency;
  readonly iaca: Dependency;
  readonly walletProvider: Dependency;
}
