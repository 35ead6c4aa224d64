import type { KeyObject } from 'node:crypto';
import type { KeyDevice } from './key-device.ts';

/**
 * Who may read a file or use a key: anyone, nobody, or whoever has verified one of these secret EFs of the same application since the
 * application was selected.
 */
export type Access = 'anyone' | 'nobody' | readonly number[];

/** A transparent EF: content as stored, filler included. */
export interface TransparentFile {
  readonly kind: 'transparent';
  readonly content: Uint8Array;
  readonly read: Access;
}

/** A record EF: each record as it is given out, in simple TLV. */
export interface RecordFile {
  readonly kind: 'records';
  /** Record 1 first; at most 254 of at most 256 bytes. */
  readonly records: readonly Uint8Array[];
  readonly read: Access;
}

/** A secret EF: PIN, password or check code. */
export interface SecretFile {
  readonly kind: 'secret';
  readonly value: Uint8Array;
  /** What the counter starts with and is restored to; 0 is a key that is blocked for ever. */
  readonly tries: number | 'unlimited';
  /** The form that a new value must have; absent where the holder cannot change it. */
  readonly change?: SecretForm;
}

/** What the chip takes as a new value: a PIN of four digits, or a password of 6 to 16 upper-case letters and digits. */
export type SecretForm = 'four-digits' | 'password';

/** A private key EF. */
export interface KeyFile {
  readonly kind: 'key';
  /** In memory, or in a device that decides for itself whether to compute. RSA-2048 or P-384. */
  readonly privateKey: KeyObject | KeyDevice;
  readonly use: Access;
  /** Whether INTERNAL AUTHENTICATE works with it. */
  readonly internalAuthenticate?: boolean;
}

/** A file that is there but answers nothing, e.g. a key reference for terminal CVCs. */
export interface OpaqueFile {
  readonly kind: 'opaque';
}

/** One elementary file. */
export type ElementaryFile = TransparentFile | RecordFile | SecretFile | KeyFile | OpaqueFile;

/** One application (DF) of the card. */
export interface Application {
  /** A short name for counters and displays, e.g. `text`. */
  readonly name: string;
  readonly aid: Uint8Array;
  /** By EF id 0001 … 001E, which is also the short EF id. */
  readonly files: ReadonlyMap<number, ElementaryFile>;
  /** The key that P2 = 00 of COMPUTE DIGITAL SIGNATURE means. */
  readonly defaultKey?: number;
  /** The command that changes secrets here: CHANGE REFERENCE DATA `00 24`, or CHANGE KEY of JICSAP, `80 32`. */
  readonly change?: 'change-reference-data' | 'change-key';
  /** What GET DATA gives, by P1-P2. An application that has some also answers while none is selected. */
  readonly dataObjects?: ReadonlyMap<number, Uint8Array>;
  /** Present where SET SESSION KEY works: the key to which the seed is encrypted, and the secrets one of which opens it. */
  readonly sessionKey?: { readonly privateKey: KeyObject; readonly after: readonly number[] };
  /** What SET SESSION KEY answers where it does not work: `66F1` (default) or `6982`. */
  readonly sessionKeyRefusal?: number;
  /** Whether `80 FC 00 00` is known, as on an iPhone. */
  readonly lastCommandIndicator?: boolean;
}
