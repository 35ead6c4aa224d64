import { createHash } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import { type Kysely, sql } from 'kysely';
import { brokenEvent } from './events.ts';
import type { EventRow, IssuanceRow, PlanRow, Tables } from './schema.ts';

/** One invariant, checked over all rows. */
export interface FsckCheck {
  /** `I1` … `I9` of the reliability rules, and what of it is checked here. */
  readonly id: string;
  readonly result: 'passed' | 'failed' | 'warning';
  /** The kind of breach. */
  readonly code?: string;
  /** Which issuances, by id, at most twenty. */
  readonly detail?: string;
}

/** What a check of the rows found. */
export interface FsckReport {
  readonly result: 'passed' | 'failed';
  readonly issuances: number;
  readonly plans: number;
  readonly checks: readonly FsckCheck[];
}

const CHECKS = {
  'I1-plan-before-signature': 'signed-without-plan',
  'I2-outcome-by-deadline': 'no-outcome',
  'I3-one-mdoc': 'two-mdocs',
  'I4-serials-unique': 'serial-twice',
  'I6-signed-bytes-are-planned-bytes': 'bytes-differ',
  'I8-chain': 'chain-broken',
  'I8-state-has-its-event': 'state-without-event',
  'I9-content-destroyed': 'content-kept',
} as const;
type CheckId = keyof typeof CHECKS;

/** A plan that is neither signed nor closed after this time is listed by name: a warning, since its SMP may only be late. */
const DEADLINE_MS = 24 * 60 * 60 * 1000;
const PAGE = 200;

/** The event that leads to each state of a plan. */
const EVENT_OF: Readonly<Record<PlanRow['state'], string>> = {
  recorded: 'recorded',
  planned: 'linted',
  signing: 'signing',
  signed: 'signed',
  refused: 'refused',
  abandoned: 'abandoned',
};

/**
 * Checks the invariants as far as the IACA's rows can tell, page by page. It reads and changes nothing; run it while the IACA runs, or
 * after a crash.
 * @example
 * const report = await fsck({ db: store.database(), clock });
 */
export async function fsck(options: { db: Kysely<Tables>; clock: Clock }): Promise<FsckReport> {
  const { db, clock } = options;
  const found = new Map<CheckId, Set<string>>();
  const breach = (id: CheckId, issuance: string) => found.set(id, (found.get(id) ?? new Set()).add(issuance));
  let issuances = 0;
  let plans = 0;
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    // One transaction, so that rows of a running IACA are seen as they were at one instant.
    const page = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        const rows = await tx
          .selectFrom('iaca.issuance')
          .selectAll()
          .where('id', '>', last)
          .orderBy('id')
          .limit(PAGE)
          .execute();
        const ids = rows.map(({ id }) => id);
        if (ids.length === 0) return undefined;
        const of = <T extends { issuance: string }>(all: readonly T[], id: string) =>
          all.filter(({ issuance }) => issuance === id);
        const planRows = await tx.selectFrom('iaca.plan').selectAll().where('issuance', 'in', ids).execute();
        const eventRows = await tx
          .selectFrom('iaca.event')
          .selectAll()
          .where('issuance', 'in', ids)
          .orderBy('issuance')
          .orderBy('sequence')
          .execute();
        return rows.map((row) => ({ row, plans: of(planRows, row.id), events: of(eventRows, row.id) }));
      });
    if (!page) break;
    for (const one of page) {
      for (const id of breachesOf(one.row, one.plans, one.events, clock.now())) breach(id, one.row.id);
      issuances += 1;
      plans += one.plans.length;
      last = one.row.id;
    }
  }
  // The primary key holds this too; a dump that was restored without its keys does not.
  const twice = await db
    .selectFrom('iaca.plan')
    .select((select) => select.fn.min<string>(sql`issuance::text`).as('issuance'))
    .groupBy('serial')
    .having((having) => having.fn.countAll(), '>', 1)
    .execute();
  for (const { issuance } of twice) breach('I4-serials-unique', issuance);
  const checks = (Object.keys(CHECKS) as CheckId[]).map((id): FsckCheck => {
    const named = found.get(id);
    if (!named) return { id, result: 'passed' };
    const result = id === 'I2-outcome-by-deadline' ? 'warning' : 'failed';
    return { id, result, code: CHECKS[id], detail: [...named].slice(0, 20).join(', ') };
  });
  const result = checks.some((check) => check.result === 'failed') ? 'failed' : 'passed';
  return { result, issuances, plans, checks };
}

function* breachesOf(
  row: IssuanceRow,
  plans: readonly PlanRow[],
  events: readonly EventRow[],
  now: Date,
): Generator<CheckId> {
  if (brokenEvent(events, row) !== undefined) yield 'I8-chain';
  if (plans.filter(({ state }) => state === 'signed').length > 1) yield 'I3-one-mdoc';
  for (const plan of plans) {
    const names = events.filter(({ serial }) => serial === plan.serial).map(({ name }) => name);
    if (names.at(-1) !== EVENT_OF[plan.state]) yield 'I8-state-has-its-event';
    const used = names.indexOf('signing');
    if (used >= 0 && names.slice(0, used).join() !== 'recorded,linted') yield 'I1-plan-before-signature';
    if (plan.state === 'signed' && used < 0) yield 'I1-plan-before-signature';
    const digest = createHash('sha256').update(plan.mso).digest();
    const told = events.filter(
      ({ serial, name }) => serial === plan.serial && (name === 'recorded' || name === 'signed'),
    );
    if (
      Buffer.compare(digest, plan.digest) !== 0 ||
      told.some(({ detail }) => (JSON.parse(detail) as { mso?: string }).mso !== digest.toString('hex'))
    ) {
      yield 'I6-signed-bytes-are-planned-bytes';
    }
    const open = plan.state === 'recorded' || plan.state === 'planned' || plan.state === 'signing';
    if (open && now.getTime() - plan.made_at.getTime() > DEADLINE_MS) yield 'I2-outcome-by-deadline';
  }
  const sealed =
    row.record !== null || plans.some(({ items, issuer_signed }) => items !== null || issuer_signed !== null);
  const recorded = events.some(({ name }) => name === 'content-destroyed');
  if ((row.destroyed_at !== null) !== recorded || (row.destroyed_at !== null && (sealed || row.data_key !== null))) {
    yield 'I9-content-destroyed';
  }
}
