import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { startWorld, type World } from './world-for-tests.ts';

describe('a hold', () => {
  let world: World;
  before(async () => {
    world = await startWorld('suspend-certificates.test');
  });
  after(() => world.close());

  const somebody = async () => {
    const card = await world.cardholder();
    const phone = world.uuid();
    const make = async (profile: string) =>
      world.issued(await world.post('smp', '/certificates', await world.phoneRequest(card.sign, { profile, phone })));
    return { card, phone, sign: await make('phone-sign'), auth: await make('phone-auth') };
  };
  const hold = (path: 'suspensions' | 'resumptions', of: object, device: string, request = world.uuid()) =>
    world.post('operator', `/${path}`, { request, of, device });

  it('on a phone covers both certificates, is a revocation to who asks, and can be lifted', async () => {
    const { card, phone, sign, auth } = await somebody();
    assert.equal((await hold('suspensions', { phone }, 'phone')).status, 200);
    for (const { der } of [sign, auth]) assert.equal(await world.status(der), 'revoked certificateHold');
    for (const { der } of [card.sign, card.auth]) assert.equal(await world.status(der), 'good');
    assert.equal((await hold('resumptions', { phone }, 'phone')).status, 200);
    for (const { der } of [sign, auth]) assert.equal(await world.status(der), 'good');
  });

  it('on a card does not reach the phone, which is in its holder’s hand', async () => {
    const { card, sign } = await somebody();
    await hold('suspensions', { person: card.person }, 'card');
    assert.equal(await world.status(card.sign.der), 'revoked certificateHold');
    assert.equal(await world.status(card.auth.der), 'revoked certificateHold');
    assert.equal(await world.status(sign.der), 'good');
  });

  it('that ends in a revocation is dated from the day of the hold, and is never lifted again', async () => {
    const { phone, sign } = await somebody();
    const held = world.clock.now();
    await hold('suspensions', { phone }, 'phone');
    world.clock.advance(86_400_000);
    await world.post('smp', '/revocations', { request: world.uuid(), event: 'phone-lost', of: { phone } });
    const listed = (await world.as('smp').request('GET', `/phones/${phone}/certificates`)).json() as {
      certificates: Record<string, string>[];
    };
    const row = listed.certificates.find(({ serial }) => serial === sign.serial);
    assert.deepEqual(
      [row?.['state'], row?.['reason'], row?.['revokedAt']],
      ['revoked', 'keyCompromise', held.toISOString()],
    );
    const lifted = await hold('resumptions', { phone }, 'phone');
    assert.equal((lifted.json() as { code: string }).code, 'certificate-ended');
    assert.equal(await world.status(sign.der), 'revoked keyCompromise');
  });

  it('is answered alike under the same id, also after it was lifted', async () => {
    const { phone, sign } = await somebody();
    const request = world.uuid();
    const first = (await hold('suspensions', { phone }, 'phone', request)).json();
    await hold('resumptions', { phone }, 'phone');
    assert.deepEqual((await hold('suspensions', { phone }, 'phone', request)).json(), first);
    assert.equal(await world.status(sign.der), 'good');
    assert.equal((await hold('resumptions', { phone }, 'phone', request)).status, 409);
  });

  it('keeps a phone’s place: no second phone is good beside it', async () => {
    const { card, phone, sign } = await somebody();
    await hold('suspensions', { phone }, 'phone');
    world.issued(await world.post('smp', '/certificates', await world.phoneRequest(card.sign)));
    assert.equal(await world.status(sign.der), 'revoked superseded');
    assert.equal((await hold('resumptions', { phone }, 'phone')).status, 409);
  });

  it('on cards is not the intake’s to ask for', async () => {
    const { card } = await somebody();
    const ask = { request: world.uuid(), of: { person: card.person }, device: 'card' };
    assert.equal((await world.post('smp', '/suspensions', ask)).status, 403);
  });

  it('and everything else is written down in order, and what is written down stays', async () => {
    const { card, phone, sign } = await somebody();
    await hold('suspensions', { phone }, 'phone');
    await hold('resumptions', { phone }, 'phone');
    await world.post('operator', '/revocations', {
      request: world.uuid(),
      event: 'card-lost',
      of: { person: card.person },
    });
    const db = world.database();
    const events = await db
      .selectFrom('jpki.event')
      .select(['name', 'caller', 'from_state', 'to_state', 'reason'])
      .where('ca', '=', 'sign')
      .where('serial', '=', sign.serial)
      .orderBy('number')
      .execute();
    assert.deepEqual(
      events.map((event) => Object.values(event).join(' ')),
      [
        'issued smp reserved good ',
        'suspended operator good held certificateHold',
        'resumed operator held good ',
        'card-lost operator good revoked cessationOfOperation',
      ],
    );
    for (const change of [sql`update jpki.event set name = 'x'`, sql`delete from jpki.event`]) {
      await assert.rejects(change.execute(db), /never changed/);
    }
  });
});
