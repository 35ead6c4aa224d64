import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshDatabase } from '@tegata/store/test-server';
import { startWorld, type World } from './world-for-tests.ts';

const server = process.env['TEGATA_POSTGRES'];

describe('at the same moment on PostgreSQL', { skip: server ? false : 'TEGATA_POSTGRES names no server' }, () => {
  let world: World;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  before(async () => {
    database = await freshDatabase(server as string);
    world = await startWorld('races.test', { db: database.url });
  });
  after(async () => {
    await world.close();
    await database.drop();
  });

  const all = <T>(count: number, make: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => make(index)));

  it('one request many times is one certificate', async () => {
    const card = await world.cardholder();
    const request = await world.phoneRequest(card.sign);
    const answers = await all(20, () => world.post('smp', '/certificates', request));
    const certificates = answers.map((answer) => world.issued(answer));
    for (const certificate of certificates) assert.deepEqual(certificate, certificates[0]);
    const rows = await world
      .database()
      .selectFrom('jpki.certificate')
      .select('serial')
      .where('person', '=', card.person)
      .where('device', '=', 'phone')
      .execute();
    assert.equal(rows.length, 1);
  });

  it('many phones of one person: one is left good', async () => {
    const card = await world.cardholder();
    const requests = await all(8, () => world.phoneRequest(card.sign));
    const answers = await Promise.all(requests.map((request) => world.post('smp', '/certificates', request)));
    const issued = answers.filter(({ status }) => status === 201).map((answer) => world.issued(answer));
    for (const { status, body } of answers) {
      assert(status === 201 || (status === 409 && Buffer.from(body).includes('phone-replaced')), String(status));
    }
    const states = await Promise.all(issued.map(({ der }) => world.status(der)));
    assert.equal(states.filter((state) => state === 'good').length, 1);
    assert.equal(states.filter((state) => state === 'revoked superseded').length, issued.length - 1);
  });

  it('a phone applied for while the card is reported lost is never left good', async () => {
    for (let round = 0; round < 6; round++) {
      const card = await world.cardholder();
      const request = await world.phoneRequest(card.sign);
      const lost = { request: world.uuid(), event: 'card-lost', of: { person: card.person } };
      const [answer, ended] = await Promise.all([
        world.post('smp', '/certificates', request),
        world.post('operator', '/revocations', lost),
      ]);
      assert.equal(ended.status, 200);
      if (answer.status === 201) assert.match(await world.status(world.issued(answer).der), /^revoked/);
      else assert.equal((answer.json() as { code: string }).code, 'card-certificate-unusable');
    }
  });

  it('hold, end and lift in any order leave what ended ended, with one event for each change', async () => {
    for (let round = 0; round < 6; round++) {
      const card = await world.cardholder();
      const of = { person: card.person };
      const ask = (path: string, more: object) => world.post('operator', path, { request: world.uuid(), of, ...more });
      await Promise.all([
        ask('/suspensions', { device: 'card' }),
        ask('/revocations', { event: 'death' }),
        ask('/resumptions', { device: 'card' }),
        ask('/suspensions', { device: 'card' }),
        world.post('card', '/revocations', { ca: 'sign', serial: card.sign.serial, reason: 'superseded' }),
      ]);
      for (const { der } of [card.sign, card.auth]) assert.match(await world.status(der), /^revoked (cess|super)/);
      const events = await world
        .database()
        .selectFrom('jpki.event')
        .select(['from_state', 'to_state'])
        .where('serial', '=', card.auth.serial)
        .orderBy('number')
        .execute();
      let state = 'reserved';
      for (const event of events) {
        assert.equal(event.from_state, state);
        state = event.to_state;
      }
      assert.equal(state, 'revoked');
    }
  });

  it('one event many times is one event', async () => {
    const card = await world.cardholder();
    const lost = { request: world.uuid(), event: 'card-lost', of: { person: card.person } };
    const answers = await all(10, () => world.post('operator', '/revocations', lost));
    const [first, ...others] = answers.map((answer) => answer.json() as { certificates: unknown[] });
    for (const other of others) assert.deepEqual(other, first);
    assert.equal(first?.certificates.length, 2);
  });

  it('many certificates get as many numbers', async () => {
    const cards = await all(10, () => world.cardholder());
    assert.equal(new Set(cards.map(({ sign }) => sign.serial)).size, 10);
  });
});
