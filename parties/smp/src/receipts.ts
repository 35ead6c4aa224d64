import { failpoint } from '@tegata/failpoints';
import { offerAgainAt } from './7-deliver-mdoc.ts';
import { applyChange, type Change, lockApplication } from './changes.ts';
import { SmpError } from './error.ts';
import type { Happening, Tx } from './events.ts';
import { requestId } from './issue-certificates.ts';
import type { ApplicationRow } from './schema.ts';
import type { Smp } from './smp.ts';
import { HELD, type State } from './states.ts';
import type { Receipt } from './wire.ts';

/**
 * Takes a receipt of the wallet provider. `fetched` makes an application delivered; `stored` makes it active, replaces the card that
 * this person held on the platform, and destroys the sealed data, all in one transaction. A receipt may come twice, late, in the wrong
 * order, or before our own note that the delivery was offered.
 * @throws {SmpError} `delivery-unknown`; `receipt-mismatch` when it speaks of other bytes than were delivered
 */
export async function takeReceipt(smp: Smp, delivery: string, receipt: Receipt): Promise<void> {
  await failpoint('smp.before-receipt');
  const reference = await smp.db.transaction().execute((tx) => take(smp, tx, delivery, receipt));
  if (reference !== undefined) smp.log.info('receipt-taken', { reference, receipt: receipt.event });
  await failpoint('smp.after-receipt');
}

async function take(smp: Smp, tx: Tx, id: string, { event, digest }: Receipt): Promise<string | undefined> {
  const known = await tx.selectFrom('smp.delivery').selectAll().where('id', '=', id).executeTakeFirst();
  if (!known) throw new SmpError('delivery-unknown', 'There is no such delivery.');
  if (digest !== (event === 'fetched' ? known.jwe_digest : known.content_digest)) {
    throw new SmpError('receipt-mismatch', 'The receipt speaks of other bytes than were delivered.', { delivery: id });
  }
  const row = await lockApplication(tx, known.application);
  if (!row) throw new SmpError('delivery-unknown', 'There is no such delivery.');
  const happenings = await whatHappened(tx, row, id, event);
  if (happenings.length === 0) return undefined;

  const at = smp.clock.now();
  const to = happenings.at(-1)?.to;
  const change: Change =
    to === 'active'
      ? { from: row.state, happenings, wake: row.issuer_data_due }
      : { from: row.state, happenings, set: { next_attempt_at: offerAgainAt(smp, 0) } };
  if (to === 'active') await replaceHeld(smp, tx, row, at);
  await applyChange(tx, smp.jobs, row, change, at);
  await tx
    .updateTable('smp.delivery')
    .set({ fetched_at: known.fetched_at ?? at, ...(to === 'active' ? { stored_at: at } : {}) })
    .where('id', '=', id)
    .execute();
  await failpoint('smp.receipt-uncommitted');
  return row.reference;
}

/** The moves that a receipt stands for, from wherever the application is; none when we have it already or it no longer counts. */
async function whatHappened(
  tx: Tx,
  row: ApplicationRow,
  delivery: string,
  event: Receipt['event'],
): Promise<Happening[]> {
  const actor = 'wallet-provider';
  const way: readonly State[] = ['offered', 'delivered', 'active'];
  const target = event === 'stored' ? 'active' : 'delivered';
  const here = row.state === 'signed' ? -1 : way.indexOf(row.state);
  if (here === -1 && row.state !== 'signed') return [];
  const states = way.slice(here + 1, way.indexOf(target) + 1);
  const held = states.at(-1) === 'active' ? await heldBefore(tx, row) : [];
  const [replaced] = held;
  return states.map((to) => ({
    name: to,
    to,
    actor,
    detail: { delivery, ...(to === 'active' && replaced ? { replaces: replaced.reference } : {}) },
  }));
}

/**
 * What the person's phone of this platform held before. A card replaces all of it, since the phone before is out of use; certificates
 * alone replace certificates alone, and leave the card to which they come as it is.
 */
function heldBefore(tx: Tx, row: ApplicationRow): Promise<ApplicationRow[]> {
  let held = tx
    .selectFrom('smp.application')
    .selectAll()
    .where('person', '=', row.person)
    .where('platform', '=', row.platform)
    .where('state', 'in', HELD)
    .orderBy('received_at')
    .forUpdate();
  if (row.wants === 'certificates') held = held.where('wants', '=', 'certificates');
  return held.execute();
}

async function replaceHeld(smp: Smp, tx: Tx, row: ApplicationRow, at: Date): Promise<void> {
  for (const old of await heldBefore(tx, row)) {
    // What JPKI was due before is overtaken: the phone's certificates end for good.
    const certified = old.wants !== 'card' && old.certificates_refusal === null;
    await applyChange(
      tx,
      smp.jobs,
      old,
      {
        from: old.state,
        happenings: [{ name: 'replaced', to: 'replaced', actor: 'smp', detail: { by: row.reference } }],
        ...(certified ? { set: { jpki_due: 'phone-replaced', jpki_request: requestId(old, 'phone-replaced') } } : {}),
        wake: certified || old.issuer_data_due,
      },
      at,
    );
  }
}
