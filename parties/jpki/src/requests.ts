import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { JpkiError } from './error.ts';
import type { Tables } from './schema.ts';

/** A transaction over the rows of JPKI. */
export type Tx = Transaction<Tables>;

/** JSON with sorted names: one meaning, one spelling. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/**
 * Takes a request's id for this transaction.
 * @returns whether it is new, and what was answered to it where that is kept
 * @throws {JpkiError} `request-differs` when something else was asked under it
 */
export async function takeRequest(
  tx: Tx,
  id: string,
  asked: unknown,
  at: Date,
): Promise<{ readonly isNew: boolean; readonly answer: string | null }> {
  const digest = new Uint8Array(createHash('sha256').update(canonical(asked)).digest());
  const taken = await tx
    .insertInto('jpki.request')
    .values({ id, digest, at, answer: null })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (taken) return { isNew: true, answer: null };
  const kept = await tx.selectFrom('jpki.request').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  if (Buffer.compare(kept.digest, digest) !== 0) {
    throw new JpkiError('request-differs', 'Something else was asked under this id. Give a new request a new id.');
  }
  return { isNew: false, answer: kept.answer };
}
