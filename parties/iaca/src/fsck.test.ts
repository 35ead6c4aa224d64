import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import { destroyContent, planIssuance, signIssuance } from './6-issue-mdoc.ts';
import { fsck } from './fsck.ts';
import type { Iaca } from './iaca.ts';
import { openIaca } from './start.ts';
import { type Bench, bench, NOW, newId, requestBody } from './test-issuance.ts';

let b: Bench;
let iaca: Iaca;
const signed = newId();
const planned = newId();
const destroyed = newId();
const refusedId = newId();
before(async () => {
  b = await bench();
  iaca = await openIaca(b.config);
  for (const id of [signed, planned, destroyed]) {
    const { token } = await planIssuance(iaca, id, requestBody());
    if (id !== planned) await signIssuance(iaca, id, token);
  }
  await destroyContent(iaca, destroyed);
  await destroyContent(iaca, newId());
  await planIssuance(iaca, refusedId, requestBody({ attributes: { sex: '7' } })).catch(() => {});
});
after(() => b.store.close());

const breaches = async () => {
  const { checks } = await fsck(iaca);
  return checks.filter(({ result }) => result !== 'passed').map(({ id, detail }) => [id, detail]);
};

test('rows as the IACA leaves them break no invariant', async () => {
  const report = await fsck(iaca);
  assert.deepEqual([report.result, report.issuances, report.plans], ['passed', 5, 3]);
  assert.deepEqual(await breaches(), []);
});

test('a plan without an outcome after a day is listed by name, as a warning', async () => {
  b.clock.advance(25 * 3_600_000);
  assert.deepEqual(await breaches(), [['I2-outcome-by-deadline', planned]]);
  assert.equal((await fsck(iaca)).result, 'passed');
  b.clock.set(NOW);
});

for (const [what, statement, expected] of [
  [
    'an MSO that was exchanged',
    (id) => sql`update iaca.plan set mso = 'x' where issuance = ${id}`,
    'I6-signed-bytes-are-planned-bytes',
  ],
  [
    'a state that no event led to',
    (id) => sql`update iaca.plan set state = 'abandoned', issuer_signed = null where issuance = ${id}`,
    'I8-state-has-its-event',
  ],
  ['a head that was moved', (id) => sql`update iaca.issuance set sequence = sequence - 1 where id = ${id}`, 'I8-chain'],
  [
    'content that was kept after it was said to be destroyed',
    (id) => sql`update iaca.issuance set destroyed_at = now(), data_key = null where id = ${id}`,
    'I9-content-destroyed',
  ],
] as [string, (id: string) => RawBuilder<unknown>, string][]) {
  test(`${what} is found, by the id of the issuance`, async () => {
    const row = await iaca.db
      .selectFrom('iaca.issuance')
      .selectAll()
      .where('id', '=', signed)
      .executeTakeFirstOrThrow();
    const plan = await iaca.db
      .selectFrom('iaca.plan')
      .selectAll()
      .where('issuance', '=', signed)
      .executeTakeFirstOrThrow();
    await statement(signed).execute(iaca.db);
    const { checks, result } = await fsck(iaca);
    assert.equal(result, 'failed');
    assert.equal(checks.find(({ id }) => id === expected)?.detail, signed);
    await iaca.db.updateTable('iaca.issuance').set(row).where('id', '=', signed).execute();
    await iaca.db.updateTable('iaca.plan').set(plan).where('serial', '=', plan.serial).execute();
    assert.deepEqual(await breaches(), []);
  });
}

test('a signature without a lint before it is found', async () => {
  const id = newId();
  const { token } = await planIssuance(iaca, id, requestBody());
  await sql`alter table iaca.event disable trigger user`.execute(iaca.db);
  await sql`delete from iaca.event where issuance = ${id} and name = 'linted'`.execute(iaca.db);
  await sql`alter table iaca.event enable trigger user`.execute(iaca.db);
  const { hash } = await iaca.db
    .selectFrom('iaca.event')
    .select('hash')
    .where('issuance', '=', id)
    .executeTakeFirstOrThrow();
  await iaca.db.updateTable('iaca.issuance').set({ sequence: 1, head: hash }).where('id', '=', id).execute();
  await signIssuance(iaca, id, token);
  assert.deepEqual(await breaches(), [['I1-plan-before-signature', id]]);
});
