import type { Clock } from '@tegata/clock';
import type { Random } from '@tegata/random';
import { newDataKey, open, SealError, seal, type Wrapper } from '@tegata/seal';
import { StoreError } from '@tegata/store';
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** The sealed columns of an application, one place each: bytes moved to another row or column do not open. */
export type SealedColumn =
  | 'application.content'
  | 'application.issuer_signed'
  | 'application.certificates'
  | 'delivery.jwe';

/** Seals and opens the columns of applications under their own data keys. */
export interface Sealer {
  /** A fresh data key for a new application, and the form in which it is stored. */
  newKey(application: string): { key: Uint8Array; wrapped: Uint8Array };
  /** @throws {SealError} `seal-broken` */
  unwrap(application: string, wrapped: Uint8Array): Uint8Array;
  seal(application: string, column: SealedColumn, key: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** What is kept beyond the data key's end: a secret of ours and the phone's, which says nothing of a person. */
  wrapResetKey(application: string, key: Uint8Array): Uint8Array;
  /** @throws {SealError} `seal-broken` */
  unwrapResetKey(application: string, wrapped: Uint8Array): Uint8Array;
  /** @throws {SealError} `seal-broken` */
  open(application: string, column: SealedColumn, key: Uint8Array, sealed: Uint8Array): Uint8Array;
}

/** A sealer under a wrapping key that is never in the database. */
export function sealer(wrapper: Wrapper, random: Random): Sealer {
  const place = (application: string, column: string) => `smp/${application}/${column}`;
  return {
    newKey(application) {
      const key = newDataKey(random);
      return { key, wrapped: wrapper.wrap(key, place(application, 'data_key')) };
    },
    unwrap: (application, wrapped) => wrapper.unwrap(wrapped, place(application, 'data_key')),
    seal: (application, column, key, plaintext) => seal(key, plaintext, place(application, column), random),
    wrapResetKey: (application, key) => wrapper.wrap(key, place(application, 'reset_key')),
    unwrapResetKey: (application, wrapped) => wrapper.unwrap(wrapped, place(application, 'reset_key')),
    open: (application, column, key, sealed) => open(key, sealed, place(application, column)),
  };
}

/**
 * Notes the wrapping key's fingerprint beside the rows; a key that is not the one of these rows refuses to start, before it
 * could seal new rows that the old key does not open.
 * @throws {StoreError} `wrapping-key-differs`
 */
export async function claimWrappingKey(db: Kysely<Tables>, wrapper: Wrapper, clock: Clock): Promise<void> {
  await db
    .insertInto('smp.wrapping_key')
    .values({ single: true, fingerprint: wrapper.fingerprint, at: clock.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { fingerprint } = await db.selectFrom('smp.wrapping_key').select('fingerprint').executeTakeFirstOrThrow();
  if (fingerprint !== wrapper.fingerprint) {
    throw new StoreError(
      'wrapping-key-differs',
      'The applications in this database are sealed under another wrapping key. Start with the key that made them.',
      { stored: fingerprint, given: wrapper.fingerprint },
    );
  }
}

/** Whether an error says that sealed bytes do not open. */
export const isSealBroken = (error: unknown): boolean => error instanceof SealError && error.code === 'seal-broken';
