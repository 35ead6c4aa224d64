import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  APPLICATION_CONTENT_TYPE,
  encodePinReset,
  PIN_RESET_CONTENT_TYPE,
  type PinResetWish,
  pinResetPermission,
} from '@tegata/application';
import { prepareSignedData } from '@tegata/cms';
import { softwareSigner } from '@tegata/keys';
import { openStore } from '@tegata/store';
import { cardHolderKey, makePerson, makePhone, type Person, type Phone } from './person-for-tests.ts';
import { makeWorld, type Session, type World } from './world-for-tests.ts';

const nonce = new Uint8Array(32).fill(5);

describe('the permission to set new PINs', () => {
  let world: World;
  let person: Person;
  let phone: Phone;
  let reference: string;
  let resetKey: Uint8Array;
  before(async () => {
    world = await makeWorld({ store: await openStore({}) });
    [person, phone] = [await makePerson(), await makePhone()];
    reference = ((await world.apply(person, phone, { wants: 'card-and-certificates' })).json() as { reference: string })
      .reference;
    await world.settle(reference, ({ state }) => state === 'offered');
    const { content } = await world.acknowledge(phone, reference);
    resetKey = content.get('resetKey') as Uint8Array;
  });
  after(() => world.close());

  async function signed(
    session: Session,
    change: { wish?: Partial<PinResetWish>; certificate?: Uint8Array; contentType?: string } = {},
  ) {
    const challenge = new Uint8Array(Buffer.from(session.challenge, 'base64url'));
    const prepared = prepareSignedData({
      content: encodePinReset({ version: 1, session: session.session, challenge, reference, nonce, ...change.wish }),
      eContentType: change.contentType ?? PIN_RESET_CONTENT_TYPE,
      certificate: change.certificate ?? person.certificate,
      signingTime: world.clock.now(),
    });
    return prepared.finish(await softwareSigner(cardHolderKey).sign(prepared.toBeSigned));
  }
  const send = async (session: string, body: Uint8Array, from = phone) => {
    const answer = await world.ask(from, 'POST', '/pin-resets', {
      body,
      contentType: 'application/pkcs7-mime; smime-type=signed-data',
      headers: { 'tegata-session': session },
    });
    return { status: answer.status, json: answer.json() as { permission?: string; code?: string } };
  };
  const reset = async (change: Parameters<typeof signed>[1] = {}) => {
    const session = await world.openSession(phone);
    return send(session.session, await signed(session, change));
  };

  it('is given to the holder of the card, for this phone and this nonce, and leaves evidence', async () => {
    const { status, json } = await reset();
    assert.equal(status, 200);
    assert.equal(json.permission, Buffer.from(pinResetPermission(resetKey, nonce)).toString('base64url'));
    assert.ok((await world.eventsOf(reference)).some(({ name }) => name === 'pin-reset-permitted'));
    assert.equal((await world.smp.fsck()).result, 'passed');
  });

  it('is given while nothing can be issued', async () => {
    world.iaca.state.down = true;
    world.walletProvider.state.down = true;
    assert.equal((await reset()).status, 200);
    world.iaca.state.down = false;
    world.walletProvider.state.down = false;
  });

  it('is given once for a session', async () => {
    const session = await world.openSession(phone);
    const body = await signed(session);
    const answers = await Promise.all([send(session.session, body), send(session.session, body)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 410]);
    assert.equal((await send(session.session, body)).json.code, 'session-expired');
  });

  it('is not given to another card, also of the same person', async () => {
    const other = await makePerson({ myNumber: person.myNumber, name: person.name });
    assert.equal((await reset({ certificate: other.certificate })).json.code, 'not-this-phones-card');
  });

  it('is not given for a phone that is not there, or holds no certificates', async () => {
    assert.equal((await reset({ wish: { reference: 'TG-0000-0000' } })).json.code, 'phone-unknown');
    const [other, card] = [await makePerson(), await makePhone()];
    const applied = (await world.apply(other, card)).json() as { reference: string };
    await world.settle(applied.reference, ({ state }) => state === 'offered');
    await world.acknowledge(card, applied.reference);
    const wish = { reference: applied.reference };
    assert.equal((await reset({ wish, certificate: other.certificate })).json.code, 'phone-unknown');
  });

  it('is not given for a signature over something else, or in another session', async () => {
    assert.equal((await reset({ contentType: APPLICATION_CONTENT_TYPE })).json.code, 'cms-invalid');
    const [one, two] = [await world.openSession(phone), await world.openSession(phone)];
    assert.equal((await send(one.session, await signed(two))).json.code, 'challenge-mismatch');
    assert.equal((await send(one.session, await signed(one), await makePhone())).json.code, 'session-unknown');
    assert.equal((await send(one.session, new Uint8Array(200))).json.code, 'cms-invalid');
  });

  it('is not given on doubt, nor on a certificate that was revoked', async () => {
    for (const [mode, code] of [
      ['down', 'ocsp-unavailable'],
      ['garbage', 'ocsp-unavailable'],
      ['revoked', 'certificate-revoked'],
      ['unknown', 'certificate-status-unknown'],
    ] as const) {
      world.jpki.state.mode = mode;
      assert.equal((await reset()).json.code, code, mode);
    }
    world.jpki.state.mode = 'good';
    assert.equal((await reset()).status, 200);
  });

  it('is not given while the phone is suspended', async () => {
    await world.hotline(reference, 'suspensions');
    assert.equal((await reset()).json.code, 'phone-unknown');
    await world.settle(reference, ({ jpki_due }) => jpki_due === null);
    await world.hotline(reference, 'resumptions');
    assert.equal((await reset()).status, 200);
  });
});
