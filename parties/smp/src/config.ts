import type { CvcAnchor } from '@tegata/card-files';
import type { Clock } from '@tegata/clock';
import type { Log } from '@tegata/log';
import type { Random } from '@tegata/random';
import type { Store } from '@tegata/store';
import type { Tap } from '@tegata/tap';

/** Whom the SMP trusts. Nothing of it ever comes from a message or the network. */
export interface Trust {
  /** The CAs of signature certificates, DER. */
  readonly jpkiSign: readonly Uint8Array[];
  /** The CAs of authentication certificates, DER. */
  readonly jpkiAuth: readonly Uint8Array[];
  /** The authorities of the text AP's records. */
  readonly textCvc: readonly CvcAnchor[];
  /** The authorities of the surface AP's records. */
  readonly surfaceCvc: readonly CvcAnchor[];
  /** The attestation roots of wallet providers, DER. */
  readonly walletProvider: readonly Uint8Array[];
}

/** What the SMP needs. */
export interface SmpConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tap: Tap;
  readonly port?: number;
  readonly store: Store;
  /** The key that wraps data keys, 32 bytes; never in the database. */
  readonly kek: Uint8Array;
  /** The key of the HMAC by which one person is one person, 32 bytes; never in the database. */
  readonly personKey: Uint8Array;
  /** The secret of this pair is for asking for certificates; their status is told to everyone. */
  readonly jpki: { readonly url: string; readonly secret?: string };
  readonly iaca: { readonly url: string; readonly secret: string };
  /** The secret of this pair goes out with deliveries and comes in with receipts. */
  readonly walletProvider: { readonly url: string; readonly secret: string };
  readonly trust: Trust;
  /** What the hotline's desk shows; without it nobody can suspend or revoke here. */
  readonly operatorSecret?: string;
  readonly timing?: Partial<Timing>;
}

/** Spans of time, seconds. */
export interface Timing {
  /** How long a certificate's status may have been good before it is asked again, right before signing (T). */
  readonly statusMaxAge: number;
  /** How long a worker holds an application; a dead worker's applications are taken over after it. */
  readonly lease: number;
  /** Between two looks for applications whose job was lost or whose time has come. */
  readonly sweep: number;
  /** The first wait after another party could not be reached; it doubles. */
  readonly firstRetry: number;
  /** The longest such wait. */
  readonly longestRetry: number;
  /** After which a delivery without a receipt is offered again; it doubles up to a day. */
  readonly offerAgain: number;
  /** For one call of another party and its answer. */
  readonly peerTimeout: number;
}

/** What holds where the configuration is silent. */
export const DEFAULT_TIMING: Timing = {
  statusMaxAge: 300,
  lease: 60,
  sweep: 2,
  firstRetry: 1,
  longestRetry: 300,
  offerAgain: 600,
  peerTimeout: 8,
};
