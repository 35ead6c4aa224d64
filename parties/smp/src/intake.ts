import { createHash, createHmac } from 'node:crypto';
import { failpoint } from '@tegata/failpoints';
import { randomUuid } from '@tegata/random';
import { type Kysely, type SqlBool, sql } from 'kysely';
import { wake } from './changes.ts';
import { checkAtIntake } from './check-application.ts';
import { SmpError } from './error.ts';
import { appendEvents, GENESIS, type Happening, type Tx } from './events.ts';
import { newReference } from './reference.ts';
import type { Platform, Tables } from './schema.ts';
import { type SessionRow, sessionOf } from './sessions.ts';
import type { Smp } from './smp.ts';
import { LIVE, type State, type Wants } from './states.ts';

/** What the app is told. */
export interface Accepted {
  readonly reference: string;
  readonly status: State;
  /** 202: taken now, or the same bytes again; 200: this person's application is already on its way. */
  readonly http: 200 | 202;
}

/**
 * Takes a signed application. Everything that needs no other party is checked before a row is written; only what passes takes the
 * place of its person. The 202 is a promise: row, first event and job are committed by then.
 * @throws {SmpError} `session-unknown`, `session-expired`, `challenge-used`, and the refusals of `checkAtIntake`
 */
export async function receiveApplication(
  smp: Smp,
  call: { session: string | undefined; thumbprint: string; body: Uint8Array },
): Promise<Accepted> {
  const session = await sessionOf(smp, call.session, call.thumbprint);
  const digest = new Uint8Array(createHash('sha256').update(call.body).digest());
  const at = smp.clock.now();
  const again = await sameAnswer(smp.db, session, digest, at);
  if (again) return again;
  await refuseBytesOfAnotherSession(smp, session, digest);
  if (at > session.expires_at) {
    throw new SmpError('session-expired', 'The session has expired. Open a new one and sign again.');
  }

  const { refusal, myNumber, wants, challenge } = checkAtIntake({ signed: call.body, session, trust: smp.trust, at });
  if (refusal === 'challenge-mismatch' && challenge) await refuseUsedChallenge(smp, challenge);
  if (refusal !== undefined || myNumber === undefined || wants === undefined) {
    throw new SmpError(refusal ?? 'application-malformed', 'The application was not accepted; nothing of it is kept.');
  }
  const person = new Uint8Array(createHmac('sha256', smp.personKey).update(myNumber).digest());

  await failpoint('smp.before-receive');
  const accepted = await retried(() =>
    smp.db.transaction().execute((tx) => takePlace(smp, tx, { session, digest, person, wants, body: call.body, at })),
  );
  await failpoint('smp.after-receive');
  return accepted;
}

/** The answer that the same bytes in the same session got; a lost reply is normal. */
async function sameAnswer(
  db: Kysely<Tables>,
  session: Pick<SessionRow, 'application' | 'digest' | 'expires_at'>,
  digest: Uint8Array,
  at: Date,
): Promise<Accepted | undefined> {
  if (session.application === null || session.digest === null) return undefined;
  if (Buffer.compare(session.digest, digest) !== 0 || at > session.expires_at) {
    throw new SmpError('challenge-used', 'This session has been used. Look at the application by its reference.');
  }
  const { reference, state } = await db
    .selectFrom('smp.application')
    .select(['reference', 'state'])
    .where('id', '=', session.application)
    .executeTakeFirstOrThrow();
  return { reference, status: state, http: 202 };
}

async function refuseBytesOfAnotherSession(smp: Smp, session: SessionRow, digest: Uint8Array): Promise<void> {
  const other = await smp.db
    .selectFrom('smp.session')
    .select('id')
    .where('digest', '=', digest)
    .where('id', '<>', session.id)
    .executeTakeFirst();
  if (other) throw new SmpError('challenge-used', 'This application was sent in another session.');
}

async function refuseUsedChallenge(smp: Smp, challenge: Uint8Array): Promise<void> {
  const used = await smp.db
    .selectFrom('smp.session')
    .select('id')
    .where('challenge', '=', challenge)
    .where('application', 'is not', null)
    .executeTakeFirst();
  if (used) throw new SmpError('challenge-used', 'The challenge of this application has been used.');
}

/** A reference number that exists already (one in a thousand million) aborts the transaction: the next one has another. */
async function retried(take: () => Promise<Accepted>): Promise<Accepted> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await take();
    } catch (error) {
      if (attempt === 3 || !isUniqueViolation(error)) throw error;
    }
  }
}

const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23505';

// Literals, not parameters: the planner must see that this is the predicate of the partial index.
const placeTaken = sql<SqlBool>`${sql.raw(`state in (${LIVE.map((state) => `'${state}'`).join(', ')})`)}`;

const received = (platform: Platform, wants: Wants, digest: Uint8Array): Happening => ({
  name: 'received',
  to: 'received',
  actor: 'applicant-app',
  detail: { platform, ...(wants === 'card' ? {} : { wants }), digest: Buffer.from(digest).toString('hex') },
});

interface Place {
  readonly session: SessionRow;
  readonly digest: Uint8Array;
  readonly person: Uint8Array;
  readonly wants: Wants;
  readonly body: Uint8Array;
  readonly at: Date;
}

async function takePlace(smp: Smp, tx: Tx, place: Place): Promise<Accepted> {
  const { session, digest, person, wants, at } = place;
  // Parallel copies of one request take turns here; all but the first find the session used.
  const current = await tx
    .selectFrom('smp.session')
    .select(['application', 'digest', 'expires_at'])
    .where('id', '=', session.id)
    .forUpdate()
    .executeTakeFirst();
  if (!current) throw new SmpError('session-unknown', 'There is no such session.');
  const again = await sameAnswer(tx, current, digest, at);
  if (again) return again;

  const id = randomUuid(smp.random);
  const reference = newReference(smp.random);
  const { key, wrapped } = smp.sealer.newKey(id);
  const inserted = await tx
    .insertInto('smp.application')
    .values({
      id,
      reference,
      session: session.id,
      person,
      platform: session.platform,
      state: 'received',
      sequence: 1,
      head: GENESIS,
      received_at: at,
      changed_at: at,
      waiting: null,
      refusal: null,
      attempts: 0,
      next_attempt_at: at,
      lease_until: null,
      fencing: 0,
      data_key: wrapped,
      content: smp.sealer.seal(id, 'application.content', key, place.body),
      issuer_signed: null,
      status_good_at: null,
      issuance_token: null,
      issuer_data_due: false,
      wants,
      certificates: null,
      certificates_refusal: null,
      card_certificate: null,
      reset_key: null,
      jpki_due: null,
      jpki_request: null,
    })
    // The partial unique index decides who is first; whoever is not waits here until the first has committed.
    .onConflict((conflict) => conflict.columns(['person', 'platform']).where(placeTaken).doNothing())
    .returning('id')
    .executeTakeFirst();
  const taken = inserted
    ? { id, reference, state: 'received' as const }
    : await tx
        .selectFrom('smp.application')
        .select(['id', 'reference', 'state'])
        .where('person', '=', person)
        .where('platform', '=', session.platform)
        .where('state', 'in', LIVE)
        .executeTakeFirst();
  // It ended between the two statements: once more, and the place is free.
  if (!taken) throw Object.assign(new Error('the place became free'), { code: '23505' });
  if (inserted) {
    const start = { id, state: null, sequence: 0, head: GENESIS };
    const { head } = await appendEvents(tx, start, [received(session.platform, wants, digest)], at);
    await tx.updateTable('smp.application').set({ head }).where('id', '=', id).execute();
    await wake(tx, smp.jobs, id);
  }
  await tx.updateTable('smp.session').set({ application: taken.id, digest }).where('id', '=', session.id).execute();
  await failpoint('smp.receive-uncommitted');
  smp.log.info(inserted ? 'application-received' : 'application-known', { reference: taken.reference });
  return { reference: taken.reference, status: taken.state, http: inserted ? 202 : 200 };
}
