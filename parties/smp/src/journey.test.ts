import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makePerson, makePhone } from './person-for-tests.ts';
import { makeWorld, STORES, type World } from './world-for-tests.ts';

for (const { name, open } of STORES) {
  describe(`an application on ${name}`, () => {
    let world: World;
    before(async () => {
      world = await makeWorld({ store: await open() });
    });
    after(() => world.close());

    test('goes from received to active with one signature and one delivery, and leaves no data behind', async () => {
      const person = await makePerson();
      const phone = await makePhone();
      const answer = await world.apply(person, phone);
      assert.equal(answer.status, 202);
      const { reference, status } = answer.json() as { reference: string; status: string };
      assert.match(reference, /^TG-[A-Z0-9]{4}-[A-Z0-9]{4}$/);
      assert.equal(status, 'received');

      await world.settle(reference, (row) => row.state === 'offered');
      assert.equal((await world.status(phone, reference)).status, 'offered');
      const { id, content, fetched, stored, header } = await world.receive(phone, reference);
      assert.equal(content.get('reference'), reference);
      assert.equal(header['tegata_delivery'], id);
      assert.equal((await world.receipt(id, fetched)).status, 204);
      assert.equal((await world.rowOf(reference)).state, 'delivered');
      assert.equal((await world.receipt(id, stored)).status, 204);

      const row = await world.settle(reference, (active) => !active.issuer_data_due);
      assert.equal(row.state, 'active');
      assert.deepEqual([row.data_key, row.content, row.issuer_signed, row.next_attempt_at], [null, null, null, null]);
      const issuance = world.iaca.issuances.get(row.id);
      assert.deepEqual([issuance?.plans, issuance?.signatures, issuance?.destroyed], [1, 1, true]);
      assert.equal(world.walletProvider.deliveries.get(id)?.puts, 1);
      assert.deepEqual(
        (await world.eventsOf(reference)).map((event) => event.name),
        [
          'received',
          'verified',
          'prepared',
          'signed',
          'offered',
          'delivered',
          'active',
          'data-destroyed',
          'issuer-data-destroyed',
        ],
      );
      const report = await world.smp.fsck();
      assert.deepEqual(
        report.checks.filter((check) => check.result !== 'passed'),
        [],
      );
      const passed = world.steps.filter((step) => step.state === 'passed').map((step) => step.step);
      assert.deepEqual(passed, [4, 5, 7]);
      const shown = [...world.lines, JSON.stringify(world.steps)].join('\n');
      assert.ok(!shown.includes(person.myNumber) && !shown.includes(person.name));
    });
  });
}
