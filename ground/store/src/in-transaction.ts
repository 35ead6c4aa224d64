import type { Transaction } from 'kysely';
import { fromKysely } from 'pg-boss';

/** What `boss.send(queue, job, …)` needs to enqueue inside a Kysely transaction: the job then exists exactly if the change does. */
export function inTransaction(tx: Transaction<never> | Transaction<unknown>) {
  return { db: fromKysely(tx as Transaction<unknown>) };
}
