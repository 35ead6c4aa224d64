import { sql } from 'kysely';
import { verifyApplication } from './4-verify-application.ts';
import { destroyIssuerData, requestIssuance, requestSignature } from './5-request-issuance.ts';
import { deliverMdoc, offerAgain } from './7-deliver-mdoc.ts';
import { QUEUE } from './changes.ts';
import { SmpError, type WaitingCode } from './error.ts';
import { certificatesDue, issueCertificates } from './issue-certificates.ts';
import { sweepProofs } from './proofs.ts';
import type { ApplicationRow } from './schema.ts';
import { sweepSessions } from './sessions.ts';
import type { Smp } from './smp.ts';
import { isLive, type State } from './states.ts';
import { tellJpki } from './tell-jpki.ts';
import { letWait, WaitError } from './wait.ts';

const BATCH = 50;
/** How many applications one process has in hand with other parties at a time. */
const AT_ONCE = 16;

interface Work {
  /** Which step of the figure it belongs to. */
  readonly step?: 4 | 5 | 7;
  readonly run: (smp: Smp, row: ApplicationRow) => Promise<void>;
}

/** What is done with an application in each state. */
const WORK: Partial<Record<State, Work>> = {
  received: { step: 4, run: verifyApplication },
  verified: { step: 5, run: requestIssuance },
  prepared: { step: 5, run: requestSignature },
  signed: { step: 7, run: deliverMdoc },
  offered: { run: offerAgain },
  delivered: { run: offerAgain },
};

/** What is done next with an application. */
function workOf(row: ApplicationRow): Work | undefined {
  if (row.jpki_due !== null) return { run: tellJpki };
  if (!isLive(row.state)) return { run: destroyIssuerData };
  // Alone the certificates take the place of the mdoc; beside one they are the last before the delivery.
  if (row.state === 'verified' && row.wants === 'certificates') return { step: 5, run: issueCertificates };
  if (row.state === 'signed' && certificatesDue(row)) return { step: 7, run: issueCertificates };
  return WORK[row.state];
}

/** The worker of one process. */
export interface Worker {
  /** Takes every application whose time has come, oldest first, until none is left. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Claims applications whose time has come: a lease, and a fencing number that makes every older claim void. `ids` narrows it to those
 * that a job named.
 */
export async function claim(
  smp: Pick<Smp, 'db' | 'clock' | 'timing'>,
  ids?: readonly string[],
): Promise<ApplicationRow[]> {
  const at = smp.clock.now();
  const until = new Date(at.getTime() + smp.timing.lease * 1000);
  let due = smp.db
    .selectFrom('smp.application')
    .select('id')
    .where('next_attempt_at', '<=', at)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', at)]))
    .orderBy('next_attempt_at')
    .limit(BATCH)
    .forUpdate()
    .skipLocked();
  if (ids) due = due.where('id', 'in', ids);
  return smp.db
    .with('due', () => due)
    .updateTable('smp.application as application')
    .from('due')
    .set({ lease_until: until, fencing: sql`application.fencing + 1` })
    .whereRef('application.id', '=', 'due.id')
    .returningAll('application')
    .execute();
}

/** Gives back what was claimed and not begun, so that the next process need not wait for the lease to end. */
async function release(smp: Pick<Smp, 'db'>, rows: readonly ApplicationRow[]): Promise<void> {
  for (const { id, fencing } of rows) {
    await smp.db
      .updateTable('smp.application')
      .set({ lease_until: null })
      .where('id', '=', id)
      .where('fencing', '=', fencing)
      .execute();
  }
}

/** Does the next step of a claimed application. Never throws: what went wrong is in the row, in the log, or in other hands. */
export async function advance(smp: Smp, row: ApplicationRow): Promise<void> {
  const work = workOf(row);
  if (!work) return;
  const { reference } = row;
  if (work.step) smp.tap.step({ step: work.step, state: 'started', reference });
  try {
    await work.run(smp, row);
  } catch (error) {
    if (error instanceof SmpError && error.code === 'lease-lost') {
      smp.log.info('claim-lost', { reference });
      return;
    }
    const code = waitingCodeOf(error);
    if (code === undefined) logUnexpected(smp, reference, error);
    else smp.log.warn('application-waits', { reference, code, attempt: row.attempts + 1, ...causeOf(error) });
    if (work.step && code) smp.tap.step({ step: work.step, state: 'waiting', reference, code });
    const evidence = error instanceof WaitError ? error.evidence : [];
    // A card that works does not wait for anything that its holder should be told.
    await letWait(smp, row, isLive(row.state) ? code : undefined, evidence).catch((failure: unknown) => {
      // The lease runs out, and a sweep finds the row.
      if (!(failure instanceof SmpError && failure.code === 'lease-lost')) logUnexpected(smp, reference, failure);
    });
  }
}

function waitingCodeOf(error: unknown): WaitingCode | undefined {
  const known: readonly string[] = [
    'ocsp-unavailable',
    'iaca-unavailable',
    'jpki-unavailable',
    'wallet-provider-unavailable',
  ] satisfies WaitingCode[];
  return (error instanceof WaitError || error instanceof SmpError) && known.includes(error.code)
    ? (error.code as WaitingCode)
    : undefined;
}

/** What the other party did: its status, or that it gave none. */
function causeOf(error: unknown): { cause?: string | number } {
  const context = error instanceof SmpError ? error.context : {};
  const cause = context['status'] ?? context['cause'];
  return cause === undefined ? {} : { cause };
}

function logUnexpected(smp: Smp, reference: string, error: unknown): void {
  const known = error instanceof Error ? error : new Error('not an error');
  const code = 'code' in known && typeof known.code === 'string' ? known.code : 'none';
  const at = (known.stack ?? '').split('\n').find((line) => line.trimStart().startsWith('at ')) ?? '';
  // Never the message: that of a database or a parser may quote what it was given.
  smp.log.error('step-failed', { reference, class: known.name, code, at: at.trim() });
}

/**
 * Starts working: jobs wake it, rows decide, and a sweep at the start and every few seconds finds rows whose job was lost or whose time
 * has come.
 */
export async function startWorker(smp: Smp): Promise<Worker> {
  let closing = false;
  const inHand = new Set<Promise<void>>();

  async function work(rows: readonly ApplicationRow[]): Promise<void> {
    for (const [index, row] of rows.entries()) {
      while (inHand.size >= AT_ONCE) await Promise.race(inHand);
      if (closing) return release(smp, rows.slice(index));
      const step: Promise<void> = advance(smp, row).finally(() => inHand.delete(step));
      inHand.add(step);
    }
  }

  async function sweep(): Promise<void> {
    for (;;) {
      const rows = closing ? [] : await claim(smp);
      await work(rows);
      await Promise.all(inHand);
      if (rows.length === 0 && inHand.size === 0) return;
    }
  }

  await smp.jobs.createQueue(QUEUE, { notify: true, retryLimit: 0, deleteAfterSeconds: 600 });
  await smp.jobs.work<{ id: string }>(
    QUEUE,
    { batchSize: BATCH, burstWhenBatchFull: true, localConcurrency: 2, pollingIntervalSeconds: 2 },
    async (jobs) => {
      if (!closing) await work(await claim(smp, [...new Set(jobs.map((job) => job.data.id))]));
    },
  );

  let sweeping: Promise<void> = Promise.resolve();
  const pass = async () => {
    await sweep();
    await sweepProofs(smp);
    await sweepSessions(smp);
  };
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    if (closing) return;
    sweeping = pass()
      .catch((error: unknown) => logUnexpected(smp, 'sweep', error))
      .finally(() => {
        if (!closing) timer = setTimeout(next, smp.timing.sweep * 1000);
      });
  };
  next();

  return {
    sweep,
    async close() {
      closing = true;
      clearTimeout(timer);
      await smp.jobs.offWork(QUEUE, { wait: true });
      await sweeping;
      await Promise.all(inHand);
    },
  };
}
