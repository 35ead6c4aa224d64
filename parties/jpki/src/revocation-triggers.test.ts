import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type EventName, eventNames } from './revocation-triggers.ts';
import { cardPublicKey, holder, type Issued, startWorld, type World } from './world-for-tests.ts';

/** What jpki.md §8 and service.md §3 say of each event, written down a second time: card sign, card auth, phone sign, phone auth. */
const expected: Readonly<Record<EventName, readonly [string, string, string, string]>> = {
  'attributes-changed': ['affiliationChanged', 'good', 'affiliationChanged', 'good'],
  death: ['cessationOfOperation', 'cessationOfOperation', 'cessationOfOperation', 'cessationOfOperation'],
  'moved-abroad': ['cessationOfOperation', 'cessationOfOperation', 'cessationOfOperation', 'cessationOfOperation'],
  'card-lost': ['keyCompromise', 'keyCompromise', 'cessationOfOperation', 'cessationOfOperation'],
  'card-withdrawn': ['cessationOfOperation', 'cessationOfOperation', 'cessationOfOperation', 'cessationOfOperation'],
  'card-reissued': ['superseded', 'superseded', 'superseded', 'superseded'],
  'phone-lost': ['good', 'good', 'keyCompromise', 'keyCompromise'],
  'phone-withdrawn': ['good', 'good', 'cessationOfOperation', 'cessationOfOperation'],
  'phone-replaced': ['good', 'good', 'superseded', 'superseded'],
};

describe('what ends which certificate', () => {
  let world: World;
  before(async () => {
    world = await startWorld('revocation-triggers.test');
  });
  after(() => world.close());

  /** Somebody with a card and a phone of each platform. */
  const somebody = async () => {
    const card = await world.cardholder();
    const phone = async (platform: string) => {
      const id = world.uuid();
      const make = async (profile: string) =>
        world.issued(
          await world.post(
            'smp',
            '/certificates',
            await world.phoneRequest(card.sign, { profile, platform, phone: id }),
          ),
        );
      return { id, sign: await make('phone-sign'), auth: await make('phone-auth') };
    };
    return { card, phone: await phone('ios'), other: await phone('android') };
  };
  const states = (...certificates: Issued[]) =>
    Promise.all(certificates.map(async ({ der }) => (await world.status(der)).replace('revoked ', '')));
  const happens = async (event: string, of: object, more: object = {}) => {
    const answer = await world.post('operator', '/revocations', { request: world.uuid(), event, of, ...more });
    assert.equal(answer.status, 200);
    return (answer.json() as { certificates: { serial: string; reason: string }[] }).certificates;
  };

  it('has a row for every event', () => {
    assert.deepEqual(Object.keys(expected).sort(), [...eventNames].sort());
  });

  for (const event of eventNames) {
    it(`${event}: ${expected[event].join(', ')}`, async () => {
      const { card, phone, other } = await somebody();
      const certificates = await happens(event, { person: card.person });
      const [cardSign, cardAuth, phoneSign, phoneAuth] = expected[event];
      assert.deepEqual(await states(card.sign, card.auth), [cardSign, cardAuth]);
      for (const { sign, auth } of [phone, other]) assert.deepEqual(await states(sign, auth), [phoneSign, phoneAuth]);
      const ended = [cardSign, cardAuth, phoneSign, phoneAuth, phoneSign, phoneAuth].filter(
        (state) => state !== 'good',
      );
      assert.deepEqual(certificates.map(({ reason }) => reason).sort(), ended.sort());
    });
  }

  it('what happens to one phone leaves the other', async () => {
    const { card, phone, other } = await somebody();
    await happens('phone-lost', { phone: phone.id });
    assert.deepEqual(await states(phone.sign, phone.auth), ['keyCompromise', 'keyCompromise']);
    assert.deepEqual(await states(other.sign, other.auth, card.sign, card.auth), ['good', 'good', 'good', 'good']);
  });

  it('a wish may be for one kind of certificate only, and the phone’s of that kind goes along', async () => {
    const { card, phone } = await somebody();
    await happens('card-withdrawn', { ca: 'sign', serial: card.sign.serial }, { only: 'sign' });
    assert.deepEqual(await states(card.sign, phone.sign), ['cessationOfOperation', 'cessationOfOperation']);
    assert.deepEqual(await states(card.auth, phone.auth), ['good', 'good']);
  });

  for (const [reason, sign, auth] of [
    ['affiliationChanged', 'affiliationChanged', 'good'],
    ['keyCompromise', 'cessationOfOperation', 'good'],
    ['superseded', 'superseded', 'good'],
    ['cessationOfOperation', 'cessationOfOperation', 'good'],
  ] as const) {
    it(`the card’s signature certificate that ends alone (${reason}) takes the phone’s that hangs on it`, async () => {
      const { card, phone, other } = await somebody();
      const single = { ca: 'sign', serial: card.sign.serial, reason };
      assert.equal((await world.post('card', '/revocations', single)).status, 200);
      for (const one of [phone, other]) assert.deepEqual(await states(one.sign, one.auth), [sign, auth]);
      assert.deepEqual(await states(card.auth), ['good']);
    });
  }

  it('a phone whose card has no known authentication certificate hangs on the signature certificate alone', async () => {
    const alone = await world.post('card', '/certificates', { profile: 'sign', publicKey: cardPublicKey, holder });
    const sign = world.issued(alone);
    const request = await world.phoneRequest(sign, { profile: 'phone-auth' });
    const auth = world.issued(await world.post('smp', '/certificates', request));
    const end = (reason: string) => world.post('card', '/revocations', { ca: 'sign', serial: sign.serial, reason });
    await end('superseded');
    assert.deepEqual(await states(auth), ['superseded']);
  });

  it('the same event under the same id is answered alike, and ends nothing again', async () => {
    const { card } = await somebody();
    const event = { request: world.uuid(), event: 'death', of: { person: card.person } };
    const first = (await world.post('operator', '/revocations', event)).json();
    world.clock.advance(60_000);
    assert.deepEqual((await world.post('operator', '/revocations', event)).json(), first);
    const differs = await world.post('operator', '/revocations', { ...event, event: 'card-lost' });
    assert.equal((differs.json() as { code: string }).code, 'request-differs');
    assert.deepEqual(await happens('card-lost', { person: card.person }), []);
    assert.deepEqual(await states(card.sign), ['cessationOfOperation']);
  });

  it('whoever is not known cannot be ended', async () => {
    for (const who of [{ person: world.uuid() }, { phone: world.uuid() }, { ca: 'sign', serial: '01' }]) {
      const death = { request: world.uuid(), event: 'death', of: who };
      const answer = await world.post('operator', '/revocations', death);
      assert.equal(answer.status, 404);
    }
  });

  it('the intake may tell of phones and of nothing else', async () => {
    const { card, phone } = await somebody();
    const ask = async (body: object) => (await world.post('smp', '/revocations', body)).status;
    const of = { phone: phone.id };
    assert.equal(await ask({ request: world.uuid(), event: 'death', of }), 403);
    assert.equal(await ask({ ca: 'sign', serial: card.sign.serial, reason: 'superseded' }), 403);
    assert.equal(await ask({ request: world.uuid(), event: 'phone-withdrawn', of }), 200);
    assert.deepEqual(await states(card.sign, phone.sign), ['good', 'cessationOfOperation']);
  });
});
