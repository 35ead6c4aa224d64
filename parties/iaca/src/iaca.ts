import type { Clock } from '@tegata/clock';
import type { Log } from '@tegata/log';
import type { Random } from '@tegata/random';
import type { Store } from '@tegata/store';
import type { Tap } from '@tegata/tap';
import type { Kysely } from 'kysely';
import type { IacaAuthority } from './authority.ts';
import type { TwinAuthority } from './lint.ts';
import type { IssuerProfile } from './profile.ts';
import type { Tables } from './schema.ts';
import type { Secrets } from './sealed.ts';

/** What the IACA needs. */
export interface IacaConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly port?: number;
  readonly store: Store;
  /** The key that wraps data keys, 32 bytes; never in the database. */
  readonly kek: Uint8Array;
  readonly authority: IacaAuthority;
  /** The secret of the pair SMP and IACA. */
  readonly secret: string;
  /** Default `default`. */
  readonly profile?: IssuerProfile['name'];
  /** First byte of every serial number, 0 to 255: a cloned installation shows in it. Default 1. */
  readonly instance?: number;
  /** How long another process that signs is believed to be at work, seconds. Default 15. */
  readonly leaseSeconds?: number;
}

/** The IACA at work. */
export interface Iaca {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly secrets: Secrets;
  readonly authority: IacaAuthority;
  /** Key identifier of the document signer. */
  readonly dsKeyId: Uint8Array;
  readonly twin: TwinAuthority;
  readonly profile: IssuerProfile;
  readonly profileHash: Uint8Array;
  readonly instance: number;
  /** This process, from its start to its end. */
  readonly owner: string;
  /** No other process can be at work on these rows. */
  readonly alone: boolean;
  readonly leaseMs: number;
  /** Redemptions that go on in this process, by issuance. */
  readonly signing: Map<string, Promise<Issued>>;
}

/** An mdoc that may leave. */
export interface Issued {
  readonly issuerSigned: Uint8Array;
  /** Of the plan that was signed: another one than was planned first, where that had to be made again. */
  readonly serial: string;
  /** SHA-256 of its MSO. */
  readonly digest: Uint8Array;
}
