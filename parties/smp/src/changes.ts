import type { Clock } from '@tegata/clock';
import { inTransaction, type Store } from '@tegata/store';
import type { Kysely, Updateable } from 'kysely';
import { SmpError } from './error.ts';
import { appendEvents, type Happening, type Tx } from './events.ts';
import type { ApplicationRow, Tables } from './schema.ts';
import { isLive, type State } from './states.ts';

/** The queue that wakes workers; a job is `{ id }` and nothing else. */
export const QUEUE = 'smp-advance';

/** pg-boss, started. */
export type Jobs = Awaited<ReturnType<Store['jobs']>>;

/** What a change may set beside the state. */
export type Columns = Omit<
  Updateable<Tables['smp.application']>,
  'id' | 'reference' | 'person' | 'platform' | 'state' | 'sequence' | 'head' | 'changed_at' | 'fencing' | 'received_at'
>;

/** One change of one application. */
export interface Change {
  /** The state in which it must be. */
  readonly from: State;
  /** The claim under which it is made; without one (a receipt), every claim is taken away. */
  readonly fencing?: number;
  readonly happenings: readonly Happening[];
  readonly set?: Columns;
  /** Whether there is something to do at once: then a job is enqueued. */
  readonly wake?: boolean;
}

/** Locks an application's row for the rest of the transaction. */
export async function lockApplication(tx: Tx, id: string): Promise<ApplicationRow | undefined> {
  return tx.selectFrom('smp.application').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/**
 * Makes a change inside a transaction that holds the row's lock: checks state and claim, appends the events, writes the row, enqueues
 * what follows. When the application is no longer live its data key and sealed columns are destroyed, and that is an event too.
 * @throws {SmpError} `lease-lost` when another worker or a receipt was faster; `transition-forbidden`
 */
export async function applyChange(tx: Tx, jobs: Jobs, row: ApplicationRow, change: Change, at: Date): Promise<void> {
  if (row.state !== change.from || (change.fencing !== undefined && row.fencing !== change.fencing)) {
    throw new SmpError('lease-lost', 'This application has moved on in other hands.', { reference: row.reference });
  }
  const to = change.happenings.findLast((happening) => happening.to !== undefined)?.to ?? row.state;
  const ends = isLive(row.state) && !isLive(to);
  const happenings: readonly Happening[] = ends
    ? [...change.happenings, { name: 'data-destroyed', actor: 'smp' }]
    : change.happenings;
  const head = await appendEvents(tx, row, happenings, at);
  if (ends) await tx.updateTable('smp.delivery').set({ jwe: null }).where('application', '=', row.id).execute();
  await tx
    .updateTable('smp.application')
    .set({
      // After a move nobody looks again unless the change says when.
      ...(to === row.state ? {} : { changed_at: at, attempts: 0, waiting: null, next_attempt_at: null }),
      ...change.set,
      ...(change.wake ? { next_attempt_at: at } : {}),
      state: to,
      sequence: head.sequence,
      head: head.head,
      ...(ends ? { data_key: null, content: null, issuer_signed: null, issuance_token: null, certificates: null } : {}),
      // The claim ends with the change; whoever still believes to hold it is told so.
      lease_until: null,
      fencing: row.fencing + 1,
    })
    .where('id', '=', row.id)
    .execute();
  if (change.wake) await wake(tx, jobs, row.id);
}

/** Enqueues a job inside a transaction: it exists exactly if the change does. */
export async function wake(tx: Tx, jobs: Jobs, id: string): Promise<void> {
  await jobs.send(QUEUE, { id }, inTransaction(tx as never));
}

/**
 * One change in a transaction of its own.
 * @throws {SmpError} `lease-lost`, `transition-forbidden`
 */
export async function change(
  options: { db: Kysely<Tables>; jobs: Jobs; clock: Clock },
  id: string,
  what: Change,
): Promise<void> {
  await options.db.transaction().execute(async (tx) => {
    const row = await lockApplication(tx, id);
    if (!row) throw new SmpError('application-unknown', 'There is no such application.');
    await applyChange(tx, options.jobs, row, what, options.clock.now());
  });
}
