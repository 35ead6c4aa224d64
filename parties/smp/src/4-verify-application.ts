import { failpoint } from '@tegata/failpoints';
import { certificateStatus } from './certificate-status.ts';
import { change } from './changes.ts';
import { checkEverything } from './check-application.ts';
import { signedApplicationOf } from './content.ts';
import { type RefusalCode, SmpError } from './error.ts';
import type { Evidence } from './events.ts';
import type { ApplicationRow } from './schema.ts';
import type { Smp } from './smp.ts';
import { LIVE } from './states.ts';
import { WaitError } from './wait.ts';

/**
 * Step 4: verifies everything about a received application again and asks JPKI for the certificate's status. Each check leaves evidence.
 * It ends in `verified` or `refused`; where the status cannot be had the application waits, and nothing is decided.
 *
 * What the person signed is judged at the moment of receipt: an outage between receipt and verification is no fault of theirs.
 * The card's expiry and the certificate's status are judged now.
 * @throws {WaitError} `ocsp-unavailable`
 * @throws {SmpError} `lease-lost`
 */
export async function verifyApplication(smp: Smp, row: ApplicationRow): Promise<void> {
  await failpoint('smp.before-verify');
  const session = await smp.db
    .selectFrom('smp.session')
    .selectAll()
    .where('id', '=', row.session)
    .executeTakeFirstOrThrow();
  const signed = signedApplicationOf(smp, row);
  const checked = checkEverything({
    signed,
    session,
    trust: smp.trust,
    receivedAt: row.received_at,
    now: smp.clock.now(),
  });
  const evidence: Evidence[] = [...checked.evidence, await onlyLiveOne(smp, row)];
  if (checked.refusal !== undefined) return refuse(smp, row, checked.refusal, evidence);

  const { signer, issuer } = checked;
  const status = await certificateStatus(smp, signer, issuer, 4);
  await failpoint('smp.after-ocsp');
  evidence.push(...status.evidence);
  if (status.status === 'undetermined') throw new WaitError('ocsp-unavailable', evidence);
  if (status.status === 'revoked') return refuse(smp, row, 'certificate-revoked', evidence);
  if (status.status === 'unknown') return refuse(smp, row, 'certificate-status-unknown', evidence);

  await change(smp, row.id, {
    from: 'received',
    fencing: row.fencing,
    happenings: [{ name: 'verified', to: 'verified', actor: 'smp', evidence }],
    set: { status_good_at: status.evidence[0]!.at },
    wake: true,
  });
  smp.tap.step({ step: 4, state: 'passed', reference: row.reference, detail: { checks: evidence.length } });
  await failpoint('smp.after-verify');
}

async function onlyLiveOne(smp: Smp, row: ApplicationRow): Promise<Evidence> {
  const live = await smp.db
    .selectFrom('smp.application')
    .select('id')
    .where('person', '=', row.person)
    .where('platform', '=', row.platform)
    .where('state', 'in', LIVE)
    .execute();
  const alone = live.length === 1 && live[0]?.id === row.id;
  // The index makes it so; if it ever were not so, nothing must be issued.
  if (!alone) throw new SmpError('lease-lost', 'This is not the one live application of its person.');
  return { check: 'one-live-application', result: 'passed', asked: 'smp', at: smp.clock.now() };
}

async function refuse(smp: Smp, row: ApplicationRow, code: RefusalCode, evidence: readonly Evidence[]): Promise<void> {
  await change(smp, row.id, {
    from: 'received',
    fencing: row.fencing,
    happenings: [{ name: 'refused', to: 'refused', actor: 'smp', detail: { code }, evidence }],
    set: { refusal: code },
  });
  smp.log.info('application-refused', { reference: row.reference, code });
  smp.tap.step({ step: 4, state: 'failed', reference: row.reference, code });
  await failpoint('smp.after-verify');
}
