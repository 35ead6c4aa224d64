import { failpoint } from '@tegata/failpoints';
import { call, problemCodeOf } from './calls.ts';
import { change } from './changes.ts';
import { SmpError } from './error.ts';
import type { ApplicationRow, JpkiDue } from './schema.ts';
import type { Smp } from './smp.ts';
import { isLive } from './states.ts';

const HOLDS: Partial<Record<JpkiDue, string>> = { suspend: '/suspensions', resume: '/resumptions' };
// Nothing of this phone is left to change: it had no certificates, or they ended by other hands.
const NOTHING_LEFT = new Set(['not-found', 'certificate-ended']);

/**
 * Tells JPKI what became of a phone, until it says that it knows: suspended, resumed, lost, replaced, withdrawn. Under one id it
 * is told once, however often that is sent.
 * @throws {SmpError} `jpki-unavailable`, `lease-lost`
 */
export async function tellJpki(smp: Smp, row: ApplicationRow): Promise<void> {
  const { jpki_due: due, jpki_request: request } = row;
  if (due === null || request === null) throw new Error('JPKI is due nothing of this application');
  await failpoint('smp.before-tell-jpki');
  const of = { phone: row.id };
  const hold = HOLDS[due];
  const [path, json] = hold ? [hold, { request, of, device: 'phone' }] : ['/revocations', { request, event: due, of }];
  const answer = await call(smp.jpki, 'jpki-unavailable', () => smp.jpki.peer.request('POST', path, { json }));
  const told = answer.status === 200 || NOTHING_LEFT.has(problemCodeOf(answer) ?? '');
  if (!told) {
    smp.log.error('jpki-undecided', { reference: row.reference, due, status: answer.status });
    throw new SmpError('jpki-unavailable', 'JPKI gave an answer that decides nothing.', { status: answer.status });
  }
  await failpoint('smp.after-tell-jpki-answer');
  const more = isLive(row.state) || row.issuer_data_due;
  await change(smp, row.id, {
    from: row.state,
    fencing: row.fencing,
    happenings: [{ name: `jpki-told-${due}`, actor: 'jpki' }],
    set: { jpki_due: null, jpki_request: null, waiting: null, attempts: 0, ...(more ? {} : { next_attempt_at: null }) },
    wake: more,
  });
}
