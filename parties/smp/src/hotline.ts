import { z } from 'zod';
import { change } from './changes.ts';
import { SmpError } from './error.ts';
import { requestId } from './issue-certificates.ts';
import { REFERENCE } from './reference.ts';
import type { ApplicationRow, JpkiDue } from './schema.ts';
import type { Smp } from './smp.ts';
import { HELD, type State } from './states.ts';

/** What the desk can do with a phone. */
export type HotlineAct = 'suspensions' | 'resumptions' | 'revocations';

/** `POST /phones/:reference/revocations`: why. The others have an empty body. */
export const revocationCause = z.strictObject({ cause: z.enum(['phone-lost', 'phone-withdrawn']) });

interface Act {
  readonly name: string;
  readonly from: readonly State[];
  readonly to: State;
}

const ACTS: Readonly<Record<HotlineAct, Act>> = {
  suspensions: { name: 'suspended', from: ['active', 'suspended'], to: 'suspended' },
  resumptions: { name: 'resumed', from: ['suspended', 'active'], to: 'active' },
  revocations: { name: 'revoked', from: ['active', 'suspended', 'revoked'], to: 'revoked' },
};

/**
 * Suspends what a phone holds (一時利用停止, a lost phone), lifts that, or revokes it: the card, and the certificates that came with it
 * or alone. The rows say so at once; JPKI is told of the certificates by the worker, until it knows. Done again it changes nothing.
 * @throws {SmpError} `phone-unknown`; `phone-change-forbidden` from another state; `jpki-unavailable` while JPKI has not yet been told
 * of what was done before
 */
export async function actOnPhone(
  smp: Smp,
  reference: string,
  act: HotlineAct,
  cause: Extract<JpkiDue, 'phone-lost' | 'phone-withdrawn'> = 'phone-lost',
): Promise<State> {
  const { from, to } = ACTS[act];
  const rows = await phoneOf(smp, reference);
  const [named] = rows;
  if (!named) throw new SmpError('phone-unknown', 'There is no phone of this reference.');
  if (!from.includes(named.state)) {
    throw new SmpError('phone-change-forbidden', `What is ${named.state} cannot become ${to}.`, {
      from: named.state,
      to,
    });
  }
  if (rows.some((row) => row.jpki_due !== null && row.state !== to)) {
    throw new SmpError('jpki-unavailable', 'JPKI has not been told of the change before this one. Try again.');
  }
  const due: JpkiDue = act === 'suspensions' ? 'suspend' : act === 'resumptions' ? 'resume' : cause;
  for (const row of rows) if (row.state !== to && from.includes(row.state)) await move(smp, row, act, due);
  return to;
}

/** The application of that reference, and what else the same phone holds. */
async function phoneOf(smp: Smp, reference: string): Promise<ApplicationRow[]> {
  if (!REFERENCE.test(reference)) return [];
  const all = smp.db.selectFrom('smp.application').selectAll();
  const named = await all.where('reference', '=', reference).executeTakeFirst();
  if (!named) return [];
  const others = await all
    .where('person', '=', named.person)
    .where('platform', '=', named.platform)
    .where('state', 'in', HELD)
    .where('id', '<>', named.id)
    .execute();
  return [named, ...others];
}

async function move(smp: Smp, row: ApplicationRow, act: HotlineAct, due: JpkiDue): Promise<void> {
  const { name, to } = ACTS[act];
  const certified = row.wants !== 'card' && row.certificates_refusal === null;
  await change(smp, row.id, {
    from: row.state,
    fencing: row.fencing,
    happenings: [{ name, to, actor: 'operator', ...(act === 'revocations' ? { detail: { cause: due } } : {}) }],
    set: certified ? { jpki_due: due, jpki_request: requestId(row, due) } : {},
    wake: certified || row.issuer_data_due,
  });
  smp.log.info('phone-changed', { reference: row.reference, state: to });
}
