import { type Random, randomUuid } from '@tegata/random';
import { JpkiError } from './error.ts';
import type { Tx } from './requests.ts';

/** A new person: a number without meaning. */
export async function newPerson(tx: Tx, random: Random, at: Date): Promise<string> {
  const id = randomUuid(random);
  await tx.insertInto('jpki.person').values({ id, at }).execute();
  return id;
}

/**
 * Locks a person until the transaction ends: what happens to one person's certificates happens one after the other.
 * @throws {JpkiError} `not-found`
 */
export async function lockPerson(tx: Tx, id: string): Promise<void> {
  const row = await tx.selectFrom('jpki.person').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw new JpkiError('not-found', 'There is no such person. Take the id from an answer of this service.');
}
