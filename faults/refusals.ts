import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@tegata/clock';
import { words } from '@tegata/problem';
import { fsck, type Tables } from '@tegata/smp';
import { sql } from 'kysely';
import { type Canary, canariesOf, sightings } from './canary.ts';
import type { Answer } from './hostile-app.ts';
import type { SmallStack } from './small-stack.ts';

/** What is personal about each of these personas, their pictures fetched from the drawer of cards. */
export async function canariesFrom(
  stack: SmallStack,
  personas: readonly Parameters<typeof canariesOf>[0][],
): Promise<Canary[]> {
  const all: Canary[] = [];
  for (const persona of personas) {
    const { body } = await stack.hands.peers.card.request('GET', `/personas/${persona}/portrait`);
    all.push(...canariesOf(persona, body));
  }
  return all;
}

/** A refusal has its code, the status and the words of the table in both languages, and nothing of anybody. */
export function assertRefused(
  answer: Pick<Answer, 'status' | 'body'>,
  code: string,
  canaries: readonly Canary[],
): void {
  const told = JSON.parse(new TextDecoder().decode(answer.body)) as Record<string, unknown>;
  assert.equal(told['code'], code);
  const entry = words(code);
  assert.ok(entry, `${code} has words`);
  assert.equal(answer.status, entry.status);
  assert.deepEqual([told['ja'], told['en']], [entry.ja, entry.en]);
  const allowed = ['type', 'title', 'status', 'code', 'ja', 'en', 'triesLeft', 'reference'];
  assert.deepEqual(
    Object.keys(told).filter((name) => !allowed.includes(name)),
    [],
  );
  assert.deepEqual(sightings('error body', answer.body, canaries), []);
}

/** How many rows stand for applications and what came of them. */
export async function applicationRows(stack: SmallStack): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['smp.application', 'smp.delivery', 'iaca.plan']) {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(
      stack.store.database<unknown>(),
    );
    counts[table] = rows[0]?.n ?? 0;
  }
  return counts;
}

/** The row of an application. */
export function applicationRow(stack: SmallStack, reference: string) {
  return stack.store
    .database<Tables>()
    .selectFrom('smp.application')
    .selectAll()
    .where('reference', '=', reference)
    .executeTakeFirstOrThrow();
}

/** Looks until the row has left the states of the way. */
export async function untilEnded(stack: SmallStack, reference: string) {
  for (let attempt = 0; attempt < 500; attempt++) {
    const row = await applicationRow(stack, reference);
    if (['active', 'refused', 'withdrawn', 'replaced'].includes(row.state)) return row;
    await sleep(10);
  }
  throw new Error('the application came to no end');
}

/** The person whose name was used applies as if nothing had been, and holds the card. */
export async function assertGetsCard(stack: SmallStack, persona: string): Promise<void> {
  const { reference } = await stack.hands.apply({ persona, ...stack.demo });
  const { status } = await stack.hands.untilSettled(reference, { everyMs: 10, signal: AbortSignal.timeout(20_000) });
  assert.equal(status, 'active');
  const card = (await stack.hands.peers.wallet.request('GET', '/card')).json() as { state: string; reference: string };
  assert.deepEqual([card.state, card.reference], ['active', reference]);
}

/** The rows hold what they promise. */
export async function assertSound(stack: SmallStack, clock: Clock): Promise<void> {
  const report = await fsck({ db: stack.store.database<Tables>(), clock });
  assert.equal(report.result, 'passed', JSON.stringify(report.checks.filter(({ result }) => result === 'failed')));
}
