import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { EventRow, IssuanceRow, Tables } from './schema.ts';

/** A transaction over the IACA's rows. */
export type Tx = Transaction<Tables>;

/** Something that happened to an issuance. Ids, codes and digests only. */
export interface Happening {
  readonly name: 'recorded' | 'linted' | 'refused' | 'signing' | 'signed' | 'abandoned' | 'content-destroyed';
  /** The plan that it is about. */
  readonly serial?: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** What stands before the first event of every issuance. */
export const GENESIS = new Uint8Array(32);

/** SHA-256(previous ‖ the row as a JSON array): whoever changes, removes or reorders a row breaks the chain from there on. */
export function eventHash(event: Omit<EventRow, 'hash'>): Uint8Array {
  const row = JSON.stringify([
    event.issuance,
    event.sequence,
    event.name,
    event.serial,
    event.detail,
    event.at.toISOString(),
  ]);
  return new Uint8Array(createHash('sha256').update(event.previous).update(row).digest());
}

/** Appends events to the chain of an issuance whose row the transaction has locked, and moves the row's head. */
export async function appendEvents(
  tx: Tx,
  row: Pick<IssuanceRow, 'id' | 'sequence' | 'head'>,
  happenings: readonly Happening[],
  at: Date,
): Promise<void> {
  let { sequence, head } = row;
  for (const { name, serial, detail } of happenings) {
    sequence += 1;
    const event = {
      issuance: row.id,
      sequence,
      name,
      serial: serial ?? null,
      detail: JSON.stringify(Object.fromEntries(Object.entries(detail ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))),
      at,
      previous: head,
    };
    head = eventHash(event);
    await tx
      .insertInto('iaca.event')
      .values({ ...event, hash: head })
      .execute();
  }
  await tx.updateTable('iaca.issuance').set({ sequence, head }).where('id', '=', row.id).execute();
}

/**
 * Recomputes the chain of an issuance.
 * @returns the sequence number of the first event that does not fit, or nothing when all do
 */
export function brokenEvent(
  events: readonly EventRow[],
  row: Pick<IssuanceRow, 'sequence' | 'head'>,
): number | undefined {
  let head: Uint8Array = GENESIS;
  for (const [index, event] of events.entries()) {
    const fits =
      event.sequence === index + 1 &&
      Buffer.compare(event.previous, head) === 0 &&
      Buffer.compare(eventHash(event), event.hash) === 0;
    if (!fits) return index + 1;
    head = event.hash;
  }
  return events.length === row.sequence && Buffer.compare(head, row.head) === 0 ? undefined : events.length + 1;
}
