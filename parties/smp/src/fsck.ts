import { isMyNumber } from '@tegata/card-files';
import type { Clock } from '@tegata/clock';
import { type Kysely, sql } from 'kysely';
import { DEFAULT_TIMING } from './config.ts';
import { eventHash, evidenceDigest, GENESIS } from './events.ts';
import type { ApplicationRow, EventRow, EvidenceRow, Tables } from './schema.ts';
import { HELD, isLive, LIVE, mayFollow, type State } from './states.ts';

/** One invariant, checked over all rows. */
export interface FsckCheck {
  /** `I1` … `I10` of the reliability rules, and what of it is checked here. */
  readonly id: string;
  readonly result: 'passed' | 'failed' | 'warning' | 'not_performed';
  /** The kind of breach. */
  readonly code?: string;
  /** Which applications, by reference number, at most twenty. */
  readonly detail?: string;
}

/** What a check of the rows found. */
export interface FsckReport {
  readonly result: 'passed' | 'failed';
  readonly applications: number;
  readonly events: number;
  readonly checks: readonly FsckCheck[];
}

const CHECKS = {
  'I1-plan-before-signature': 'signed-without-plan',
  'I2-outcome-by-deadline': 'no-outcome',
  'I3-one-live-application': 'two-live',
  'I3-one-answer': 'two-applications-of-one-message',
  'I3-delivered-as-applied': 'something-else-delivered',
  'I4-serials-unique': 'serial-twice',
  'I5-ends-are-ends': 'moved-after-end',
  'I6-verified-before-plan': 'plan-without-evidence',
  'I6-status-at-signature': 'status-too-old',
  'I7-nothing-in-clear': 'digits-in-clear',
  'I8-chain': 'chain-broken',
  'I8-state-has-its-events': 'state-without-event',
  'I8-evidence': 'evidence-altered',
  'I9-data-destroyed': 'data-kept',
  'I10-somebody-looks': 'nobody-looks',
} as const;
type CheckId = keyof typeof CHECKS;

/** An application that has no outcome after this time is listed by name. */
const DEADLINE_MS = 24 * 60 * 60 * 1000;
const PAGE = 200;
const CALL_SECONDS = 60;

/** What step 4 must have found good before anything is planned. */
const REQUIRED = [
  'cms.signature',
  'session',
  'certificate.path',
  'card.text-signature',
  'card.surface-signature',
  'card.presence',
  'card.my-number',
  'card.card-expiry',
  'attributes.name',
  'attributes.birth-date',
  'freshness',
  'key-attestation.signature',
  'attested-keys-are-device-keys',
  'one-live-application',
  'certificate-status',
];

/**
 * Checks the invariants as far as the SMP's rows can tell, page by page, oldest first. It reads and changes nothing; run it while the
 * SMP runs, or after a crash.
 * @example
 * const report = await fsck({ db: store.database<Tables>(), clock });
 */
export async function fsck(options: {
  db: Kysely<Tables>;
  clock: Clock;
  /** Seconds that a good status may have been old when something was signed on it; what a call may take comes on top. */
  statusMaxAge?: number;
}): Promise<FsckReport> {
  const { db, clock } = options;
  const oldest = ((options.statusMaxAge ?? DEFAULT_TIMING.statusMaxAge) + CALL_SECONDS) * 1000;
  const found = new Map<CheckId, Set<string>>();
  const breach = (id: CheckId, reference: string) => {
    const named = found.get(id) ?? new Set();
    found.set(id, named.add(reference));
  };
  let applications = 0;
  let events = 0;
  const now = clock.now();

  for (let after = ''; ; ) {
    const page = await readPage(db, after);
    if (page.length === 0) break;
    for (const { row, chain, evidence, delivery } of page) {
      applications += 1;
      events += chain.length;
      const report = (id: CheckId) => breach(id, row.reference);
      checkChain(row, chain, report);
      checkEvidence(chain, evidence, report);
      checkWay(row, chain, evidence, report);
      checkStatusAtSignature(chain, evidence, oldest, report);
      checkData(row, chain, delivery, report);
      checkOutcome(row, now, report);
    }
    after = page.at(-1)?.row.id ?? '';
  }
  await checkAcross(db, breach);

  const checks = (Object.keys(CHECKS) as CheckId[]).map((id): FsckCheck => {
    const named = found.get(id);
    if (!named) return { id, result: 'passed' };
    const result = id === 'I2-outcome-by-deadline' ? 'warning' : 'failed';
    return { id, result, code: CHECKS[id], detail: [...named].slice(0, 20).join(' ') };
  });
  return {
    result: checks.some((check) => check.result === 'failed') ? 'failed' : 'passed',
    applications,
    events,
    checks,
  };
}

interface Whole {
  readonly row: ApplicationRow;
  readonly chain: readonly EventRow[];
  readonly evidence: readonly EvidenceRow[];
  readonly delivery?: { readonly id: string; readonly kept: boolean };
}

/** One page in one transaction that sees one moment, so that work going on is not taken for damage. */
async function readPage(db: Kysely<Tables>, after: string): Promise<Whole[]> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      let query = tx.selectFrom('smp.application').selectAll().orderBy('id').limit(PAGE);
      if (after !== '') query = query.where('id', '>', after);
      const rows = await query.execute();
      const ids = rows.map((row) => row.id);
      if (ids.length === 0) return [];
      const of = <T extends { application: string }>(all: readonly T[], id: string) =>
        all.filter((item) => item.application === id);
      const chain = await tx
        .selectFrom('smp.event')
        .selectAll()
        .where('application', 'in', ids)
        .orderBy('sequence')
        .execute();
      const evidence = await tx
        .selectFrom('smp.evidence')
        .selectAll()
        .where('application', 'in', ids)
        .orderBy('sequence')
        .orderBy('position')
        .execute();
      const deliveries = await tx
        .selectFrom('smp.delivery')
        .select(['id', 'application', sql<boolean>`jwe is not null`.as('kept')])
        .where('application', 'in', ids)
        .execute();
      return rows.map((row) => ({
        row,
        chain: of(chain, row.id),
        evidence: of(evidence, row.id),
        delivery: of(deliveries, row.id)[0],
      }));
    });
}

type Reporter = (id: CheckId) => void;

function checkChain(row: ApplicationRow, chain: readonly EventRow[], report: Reporter): void {
  let head: Uint8Array = GENESIS;
  let state: State | null = null;
  for (const [index, event] of chain.entries()) {
    const linked = event.sequence === index + 1 && same(event.previous, head) && same(event.hash, eventHash(event));
    if (!linked) report('I8-chain');
    head = event.hash;
    if (event.to_state === null) continue;
    if (event.from_state !== state) report('I8-state-has-its-events');
    const allowed = state === null ? event.to_state === 'received' : mayFollow(state, event.to_state);
    if (!allowed) report('I5-ends-are-ends');
    state = event.to_state;
  }
  if (row.sequence !== chain.length || !same(row.head, head)) report('I8-chain');
  if (row.state !== state) report('I8-state-has-its-events');
}

function checkEvidence(chain: readonly EventRow[], evidence: readonly EvidenceRow[], report: Reporter): void {
  for (const event of chain) {
    const rows = evidence.filter((row) => row.sequence === event.sequence);
    const promised = (JSON.parse(event.detail) as { evidence?: string }).evidence;
    if (promised !== (rows.length > 0 ? evidenceDigest(rows) : undefined)) report('I8-evidence');
  }
}

function checkWay(
  row: ApplicationRow,
  chain: readonly EventRow[],
  evidence: readonly EvidenceRow[],
  report: Reporter,
): void {
  const at = (name: string) => chain.findIndex((event) => event.name === name);
  const [verified, prepared, signed, certified] = [at('verified'), at('prepared'), at('signed'), at('certified')];
  if (signed !== -1 && (prepared === -1 || prepared > signed)) report('I1-plan-before-signature');
  const offered = at('offered');
  if (offered !== -1 && !asApplied(row, new Set(chain.slice(0, offered).map((event) => event.name)))) {
    report('I3-delivered-as-applied');
  }
  if (prepared === -1 && certified === -1) return;
  const found = evidence.filter((item) => item.sequence === chain[verified]?.sequence);
  const good = new Set(found.filter((item) => item.result === 'passed').map((item) => item.check_id));
  const bad = found.some((item) => item.result === 'failed');
  if (verified === -1 || bad || REQUIRED.some((id) => !good.has(id))) report('I6-verified-before-plan');
  const shown = chain.map((event) => event.detail).join(' ');
  if (showsMyNumber(shown)) report('I7-nothing-in-clear');
  if (row.state !== 'refused' && row.refusal !== null) report('I8-state-has-its-events');
}

/** Whether what reached the phone is what was applied for: never a card without certificates that nobody refused, nor one too many. */
function asApplied({ wants }: ApplicationRow, before: ReadonlySet<string>): boolean {
  const [card, certificates] = [before.has('signed'), before.has('certified')];
  if (wants === 'card') return card && !certificates;
  if (wants === 'certificates') return !card && certificates;
  return card && certificates !== before.has('certificates-refused');
}

/** Whether a My Number stands in a text. Digests and UUIDs can end in twelve digits: they are part of a longer word. */
export function showsMyNumber(text: string): boolean {
  return [...text.matchAll(/(?<![\w-])\d{12}(?![\w-])/g)].some(([digits]) => isMyNumber(digits));
}

function checkStatusAtSignature(
  chain: readonly EventRow[],
  evidence: readonly EvidenceRow[],
  oldest: number,
  report: Reporter,
): void {
  const signed = chain.find((event) => event.name === 'signed');
  if (!signed) return;
  const good = evidence.findLast(
    (item) => item.check_id === 'certificate-status' && item.result === 'passed' && item.sequence <= signed.sequence,
  );
  if (!good || signed.at.getTime() - good.at.getTime() > oldest) report('I6-status-at-signature');
}

function checkData(
  row: ApplicationRow,
  chain: readonly EventRow[],
  delivery: Whole['delivery'],
  report: Reporter,
): void {
  const destroyed = chain.some((event) => event.name === 'data-destroyed');
  const columns = [row.data_key, row.content, row.issuer_signed, row.certificates];
  const kept = columns.some((column) => column !== null) || delivery?.kept === true;
  if (isLive(row.state) ? destroyed : kept || !destroyed) report('I9-data-destroyed');
  const told = chain.some((event) => event.name === 'issuer-data-destroyed');
  if (row.issuer_data_due && told) report('I9-data-destroyed');
}

function checkOutcome(row: ApplicationRow, now: Date, report: Reporter): void {
  const atWork = isLive(row.state) || row.issuer_data_due || row.jpki_due !== null;
  // Without a next time no sweep would ever find it again.
  if (atWork && row.next_attempt_at === null) report('I10-somebody-looks');
  if (isLive(row.state) && now.getTime() - row.received_at.getTime() > DEADLINE_MS) report('I2-outcome-by-deadline');
}

/** What only shows when rows are laid side by side. */
async function checkAcross(db: Kysely<Tables>, breach: (id: CheckId, reference: string) => void): Promise<void> {
  for (const states of [LIVE, HELD] as const) {
    const twice = await db
      .selectFrom('smp.application')
      .select(sql<string>`min(reference)`.as('reference'))
      .where('state', 'in', states)
      // Beside a card a phone may hold certificates that came alone.
      .groupBy(states === HELD ? ['person', 'platform', sql`wants = 'certificates'`] : ['person', 'platform'])
      .having(sql<boolean>`count(*) > 1`)
      .execute();
    for (const { reference } of twice) breach('I3-one-live-application', reference);
  }
  const messages = await db
    .selectFrom('smp.session')
    .innerJoin('smp.application', 'smp.application.id', 'smp.session.application')
    .select(sql<string>`min(reference)`.as('reference'))
    .groupBy('digest')
    .having(sql<boolean>`count(distinct smp.application.id) > 1`)
    .execute();
  for (const { reference } of messages) breach('I3-one-answer', reference);
  const serials = await db
    .selectFrom('smp.event')
    .innerJoin('smp.application', 'smp.application.id', 'smp.event.application')
    .select(sql<string>`min(reference)`.as('reference'))
    .where('name', 'in', ['prepared', 'signed'])
    .groupBy(sql`detail::jsonb ->> 'serial'`)
    .having(sql<boolean>`count(distinct smp.application.id) > 1`)
    .execute();
  for (const { reference } of serials) breach('I4-serials-unique', reference);
  for (const use of ['auth', 'sign'] as const) {
    const certified = await db
      .selectFrom('smp.event')
      .innerJoin('smp.application', 'smp.application.id', 'smp.event.application')
      .select(sql<string>`min(reference)`.as('reference'))
      .where('name', '=', 'certified')
      .groupBy(sql`detail::jsonb ->> ${sql.lit(use)}`)
      .having(sql<boolean>`count(distinct smp.application.id) > 1`)
      .execute();
    for (const { reference } of certified) breach('I4-serials-unique', reference);
  }
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
