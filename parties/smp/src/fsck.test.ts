import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { showsMyNumber } from './fsck.ts';
import { makePerson, makePhone } from './person-for-tests.ts';
import { makeWorld, STORES, type World } from './world-for-tests.ts';

test('a My Number in clear is told from digits that are part of an id', () => {
  assert.ok(showsMyNumber('{"note":"537686677188"}'));
  assert.ok(!showsMyNumber('{"delivery":"3f1c2d4e-0000-4000-8000-537686677188"}'));
  assert.ok(!showsMyNumber('{"note":"537686677189"}'));
});

for (const { name, open } of STORES) {
  describe(`fsck on ${name}`, () => {
    let world: World;
    before(async () => {
      world = await makeWorld({ store: await open() });
    });
    after(() => world.close());

    async function offered(): Promise<{ reference: string; id: string }> {
      const { reference } = (await world.apply(await makePerson(), await makePhone())).json() as { reference: string };
      const { id } = await world.settle(reference, (row) => row.state === 'offered');
      return { reference, id };
    }
    /** What a superuser can do and the SMP cannot. */
    async function behindItsBack(statement: string): Promise<void> {
      await sql.raw('alter table smp.event disable trigger all').execute(world.db);
      await sql.raw('alter table smp.evidence disable trigger all').execute(world.db);
      await sql.raw(statement).execute(world.db);
      await sql.raw('alter table smp.event enable trigger all').execute(world.db);
      await sql.raw('alter table smp.evidence enable trigger all').execute(world.db);
    }
    const findings = async () =>
      Object.fromEntries(
        (await world.smp.fsck()).checks
          .filter((check) => check.result !== 'passed')
          .map((check) => [check.id, check.detail]),
      );

    test('events and evidence are never changed or deleted', async () => {
      const { id } = await offered();
      for (const statement of [
        `update smp.event set detail = '{}' where application = '${id}'`,
        `delete from smp.event where application = '${id}'`,
        'truncate smp.event cascade',
        `update smp.evidence set result = 'passed' where application = '${id}'`,
        `delete from smp.evidence where application = '${id}'`,
      ]) {
        await assert.rejects(sql.raw(statement).execute(world.db), /never changed or deleted/);
      }
      assert.deepEqual(await findings(), {});
    });

    test('data keys are kept exactly while an application is live: the database refuses anything else', async () => {
      const { id } = await offered();
      for (const statement of [
        `update smp.application set data_key = null where id = '${id}'`,
        `update smp.application set state = 'active' where id = '${id}'`,
      ]) {
        await assert.rejects(sql.raw(statement).execute(world.db), /sealed_while_live/);
      }
    });

    test('whoever alters, removes, reorders or invents a row behind the SMP’s back is found, and the application is named', async () => {
      const cases: [string, (id: string) => string][] = [
        ['I8-chain', (id) => `update smp.event set actor = 'nobody' where application = '${id}' and sequence = 2`],
        [
          'I8-chain',
          (id) => `update smp.event set at = at + interval '1 second' where application = '${id}' and sequence = 3`,
        ],
        ['I8-chain', (id) => `delete from smp.event where application = '${id}' and sequence = 5`],
        [
          'I8-evidence',
          (id) => `update smp.evidence set code = 'good' where application = '${id}' and check_id = 'session'`,
        ],
        ['I8-evidence', (id) => `delete from smp.evidence where application = '${id}' and check_id = 'session'`],
        ['I8-state-has-its-events', (id) => `update smp.application set state = 'delivered' where id = '${id}'`],
        ['I10-somebody-looks', (id) => `update smp.application set next_attempt_at = null where id = '${id}'`],
      ];
      for (const [check, statement] of cases) {
        const { reference, id } = await offered();
        await behindItsBack(statement(id));
        assert.ok((await findings())[check]?.includes(reference), `${check}: ${statement('…')}`);
      }
    });

    test('a serial that stands in two applications is found', async () => {
      const { id } = await offered();
      const { reference } = await offered();
      await behindItsBack(
        `update smp.event set detail = (select detail from smp.event where application = '${id}' and name = 'prepared')
         where name = 'prepared' and application = (select id from smp.application where reference = '${reference}')`,
      );
      assert.ok('I4-serials-unique' in (await findings()));
    });
  });
}
