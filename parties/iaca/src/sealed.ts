import { createHmac, hkdfSync } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import type { Random } from '@tegata/random';
import { newDataKey, open, seal, type Wrapper, wrapperFromKey } from '@tegata/seal';
import { StoreError } from '@tegata/store';
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** The sealed columns, one place each: bytes moved to another row or column do not open. */
export type SealedColumn = 'issuance.record' | 'plan.items' | 'plan.issuer_signed';

/** What is done with the key that the database never sees. */
export interface Secrets {
  readonly wrapper: Wrapper;
  /** A fresh data key for an issuance, and the form in which it is stored. */
  newKey(issuance: string): { key: Uint8Array; wrapped: Uint8Array };
  /** @throws {SealError} `seal-broken` */
  unwrap(issuance: string, wrapped: Uint8Array): Uint8Array;
  /** `row` is the issuance's id, or the plan's serial. */
  seal(column: SealedColumn, row: string, key: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** @throws {SealError} `seal-broken` */
  open(column: SealedColumn, row: string, key: Uint8Array, sealed: Uint8Array): Uint8Array;
  /** Tells one request from another without telling what is in it. */
  requestTag(issuance: string, body: Uint8Array): Uint8Array;
  /** What redeems an issuance: known to who asked for it, derived anew each time, and in no row. */
  token(issuance: string, requestTag: Uint8Array): Uint8Array;
}

/** @param kek 32 bytes */
export function secretsFrom(kek: Uint8Array, random: Random): Secrets {
  const wrapper = wrapperFromKey(kek, random);
  const derived = (purpose: string) => new Uint8Array(hkdfSync('sha256', kek, 'tegata iaca', purpose, 32));
  const tagKey = derived('request tag');
  const tokenKey = derived('token');
  const mac = (key: Uint8Array, issuance: string, bytes: Uint8Array) =>
    new Uint8Array(createHmac('sha256', key).update(`${issuance}\0`).update(bytes).digest());
  const place = (column: string, row: string) => `iaca/${column}/${row}`;
  return {
    wrapper,
    newKey(issuance) {
      const key = newDataKey(random);
      return { key, wrapped: wrapper.wrap(key, place('issuance.data_key', issuance)) };
    },
    unwrap: (issuance, wrapped) => wrapper.unwrap(wrapped, place('issuance.data_key', issuance)),
    seal: (column, row, key, plaintext) => seal(key, plaintext, place(column, row), random),
    open: (column, row, key, sealed) => open(key, sealed, place(column, row)),
    requestTag: (issuance, body) => mac(tagKey, issuance, body),
    token: (issuance, requestTag) => mac(tokenKey, issuance, requestTag),
  };
}

/**
 * Notes the wrapping key's fingerprint beside the rows; a key that is not the one of these rows refuses to start.
 * @throws {StoreError} `wrapping-key-differs`
 */
export async function claimWrappingKey(db: Kysely<Tables>, wrapper: Wrapper, clock: Clock): Promise<void> {
  await db
    .insertInto('iaca.wrapping_key')
    .values({ single: true, fingerprint: wrapper.fingerprint, at: clock.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { fingerprint } = await db.selectFrom('iaca.wrapping_key').select('fingerprint').executeTakeFirstOrThrow();
  if (fingerprint !== wrapper.fingerprint) {
    throw new StoreError(
      'wrapping-key-differs',
      'The issuances in this database are sealed under another wrapping key. Start with the key that made them.',
      { stored: fingerprint, given: wrapper.fingerprint },
    );
  }
}
