import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { randomUuid, systemRandom } from '@tegata/random';
import { makePerson, makePhone, type Person, type Phone } from './person-for-tests.ts';
import { makeWorld, STORES, type World } from './world-for-tests.ts';

for (const { name, open } of STORES) {
  describe(`receipts on ${name}`, () => {
    let world: World;
    before(async () => {
      world = await makeWorld({ store: await open() });
    });
    after(() => world.close());

    async function offered(person: Person, phone: Phone): Promise<string> {
      const { reference } = (await world.apply(person, phone)).json() as { reference: string };
      await world.settle(reference, (row) => row.state === 'offered');
      return reference;
    }
    const stateOf = async (reference: string) => (await world.rowOf(reference)).state;
    const namesOf = async (reference: string) => (await world.eventsOf(reference)).map((event) => event.name);

    test('a receipt may come twice, late, and in the wrong order', async () => {
      const phone = await makePhone();
      const reference = await offered(await makePerson(), phone);
      const { id, fetched, stored } = await world.receive(phone, reference);
      for (const body of [stored, fetched, stored, fetched]) assert.equal((await world.receipt(id, body)).status, 204);
      assert.equal(await stateOf(reference), 'active');
      const states = (await namesOf(reference)).filter((event) => event === 'delivered' || event === 'active');
      assert.deepEqual(states, ['delivered', 'active']);
    });

    test('a receipt that overtakes our own note of the offer counts', async () => {
      const phone = await makePhone();
      // The wallet provider has it, and its answer is lost: we still believe that it is only signed.
      world.walletProvider.state.loseAnswers = 1;
      const { reference } = (await world.apply(await makePerson(), phone)).json() as { reference: string };
      await world.settle(reference, (row) => row.waiting === 'wallet-provider-unavailable');
      assert.equal(await stateOf(reference), 'signed');
      const { id, fetched, stored } = await world.receive(phone, reference);
      assert.equal((await world.receipt(id, fetched)).status, 204);
      assert.equal(await stateOf(reference), 'delivered');
      assert.equal((await world.receipt(id, stored)).status, 204);
      const row = await world.settle(reference, ({ issuer_data_due }) => !issuer_data_due);
      assert.equal(row.state, 'active');
      assert.equal(world.walletProvider.deliveries.get(id)?.puts, 1);
    });

    test('a receipt for an unknown delivery, of other bytes, or without the pair’s secret changes nothing', async () => {
      const phone = await makePhone();
      const reference = await offered(await makePerson(), phone);
      const otherPhone = await makePhone();
      const other = await offered(await makePerson(), otherPhone);
      const mine = await world.receive(phone, reference);
      const theirs = await world.receive(otherPhone, other);
      const codes = await Promise.all(
        [
          world.receipt(randomUuid(systemRandom), mine.stored),
          world.receipt('no-uuid', mine.stored),
          world.receipt(mine.id, theirs.stored),
          world.receipt(mine.id, { ...mine.fetched, digest: mine.stored.digest }),
          world.receipt(mine.id, { event: 'burnt', digest: mine.stored.digest }),
          world.receipt(mine.id, mine.stored, 'another-secret-altogether'),
        ].map(async (answer) => ((await answer).json() as { code: string }).code),
      );
      assert.deepEqual(codes, [
        'delivery-unknown',
        'delivery-unknown',
        'receipt-mismatch',
        'receipt-mismatch',
        'bad-request',
        'unauthorized',
      ]);
      assert.deepEqual([await stateOf(reference), await stateOf(other)], ['offered', 'offered']);
    });

    test('a card that works stays until its successor is in the phone, and is replaced in the same moment', async () => {
      const person = await makePerson();
      const oldPhone = await makePhone();
      const first = await offered(person, oldPhone);
      const old = await world.receive(oldPhone, first);
      await world.receipt(old.id, old.stored);
      const newPhone = await makePhone();
      const second = await offered(person, newPhone);
      assert.notEqual(second, first);
      assert.equal(await stateOf(first), 'active');
      const next = await world.receive(newPhone, second);
      assert.equal((await world.receipt(next.id, next.stored)).status, 204);
      assert.deepEqual([await stateOf(first), await stateOf(second)], ['replaced', 'active']);
      const replaced = (await world.eventsOf(first)).at(-1);
      assert.deepEqual([replaced?.name, replaced?.detail], ['replaced', JSON.stringify({ by: second })]);
      // A receipt of the old card that arrives late brings nothing back.
      assert.equal((await world.receipt(old.id, old.stored)).status, 204);
      assert.equal(await stateOf(first), 'replaced');
      await world.settle(second, (row) => !row.issuer_data_due);
      const report = await world.smp.fsck();
      assert.deepEqual(
        report.checks.filter((check) => check.result !== 'passed'),
        [],
      );
    });

    test('hundreds of copies of one receipt make one event', async () => {
      const phone = await makePhone();
      const reference = await offered(await makePerson(), phone);
      const { id, stored } = await world.receive(phone, reference);
      const answers = await Promise.all(Array.from({ length: 200 }, () => world.receipt(id, stored)));
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [204]);
      assert.equal((await namesOf(reference)).filter((event) => event === 'active').length, 1);
    });
  });
}
