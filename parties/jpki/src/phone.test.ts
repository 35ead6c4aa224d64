import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { jpkiAttributes, nameValues, oid, parseCertificate, verifyPath } from '@tegata/x509';
import { buildCsr } from '@tegata/x509-build';
import { type Cardholder, cardPublicKey, holder, startWorld, type World } from './world-for-tests.ts';

describe('a phone’s certificate', () => {
  let world: World;
  before(async () => {
    world = await startWorld('phone.test');
  });
  after(() => world.close());

  const refusal = async (json: unknown): Promise<string> => {
    const answer = await world.post('smp', '/certificates', json);
    assert.notEqual(answer.status, 201);
    return `${answer.status} ${(answer.json() as { code: string }).code}`;
  };
  const apply = async (card: Cardholder, change: Parameters<World['phoneRequest']>[1] = {}) =>
    world.issued(await world.post('smp', '/certificates', await world.phoneRequest(card.sign, change)));

  it('has the policy of phones and says of the person what the card’s certificate says', async () => {
    const card = await world.cardholder();
    const issued = await apply(card);
    const path = verifyPath({
      leaf: issued.der,
      anchors: world.authority.sign.anchors,
      at: world.clock.now(),
      profile: 'jpki-phone-sign',
    });
    assert.equal(path.code ?? path.result, 'passed');
    const [own, cards] = [parseCertificate(issued.der), parseCertificate(card.sign.der)];
    assert.equal(own.policies?.[0]?.oid, '2.999.8.5.1.1.40');
    assert.deepEqual(jpkiAttributes(own), jpkiAttributes(cards));
    assert.deepEqual(nameValues(own.subject, oid.localityName), ['Tokyo-to', 'Chiyoda-ku']);
    assert.deepEqual(own.notAfter, cards.notAfter);
    assert.equal(issued.person, card.person);
  });

  it('for authentication has its own policy and nothing of the person', async () => {
    const card = await world.cardholder();
    const issued = await apply(card, { profile: 'phone-auth' });
    const path = verifyPath({
      leaf: issued.der,
      anchors: world.authority.auth.anchors,
      at: world.clock.now(),
      profile: 'jpki-phone-auth',
    });
    assert.equal(path.code ?? path.result, 'passed');
    assert.equal(parseCertificate(issued.der).policies?.[0]?.oid, '2.999.8.5.1.3.40');
    assert.equal(Buffer.from(issued.der).includes(Buffer.from('太郎')), false);
  });

  it('carries a substitute-marked name and the real test OIDs over from the card', async () => {
    const answer = await world.post('card', '/certificates', {
      profile: 'sign',
      publicKey: cardPublicKey,
      oids: 'jpki-test',
      holder: { ...holder, nameSubstitutes: '10000' },
    });
    const sign = world.issued(answer);
    const issued = await apply({ sign } as Cardholder);
    const attributes = jpkiAttributes(parseCertificate(issued.der), { arc: '1.2.392.200149.8.5' });
    assert.equal(attributes.nameSubstitutes, '10000');
  });

  it('takes RSA-2048 and P-384 keys, and no other', async () => {
    const card = await world.cardholder();
    for (const kind of ['RSA-2048', 'P-384'] as const) {
      const signer = softwareSigner(await generateSoftwareKey(kind));
      const issued = await apply(card, { signer });
      assert.deepEqual(
        Buffer.from(parseCertificate(issued.der).spki.raw),
        signer.publicKey.export({ type: 'spki', format: 'der' }),
      );
    }
    const signer = softwareSigner(await generateSoftwareKey('P-256'));
    assert.equal(await refusal(await world.phoneRequest(card.sign, { signer })), '400 bad-request');
  });

  it('is not issued for a request that the phone’s key did not sign', async () => {
    const card = await world.cardholder();
    const [one, other] = [0, 1].map(() => generateSoftwareKey('P-384'));
    const own = softwareSigner(await (one as Promise<never>));
    const signer = { ...own, sign: softwareSigner(await (other as Promise<never>)).sign };
    assert.equal(await refusal(await world.phoneRequest(card.sign, { signer })), '422 csr-invalid');
    assert.equal(await refusal(await world.phoneRequest(card.sign, { csr: 'MAA=' })), '422 csr-invalid');
  });

  it('is not issued twice for one key, so that a seen request is of no use to another', async () => {
    const [one, other] = [await world.cardholder(), await world.cardholder()];
    const signer = softwareSigner(await generateSoftwareKey('P-384'));
    await apply(one, { signer });
    assert.equal(await refusal(await world.phoneRequest(other.sign, { signer })), '409 key-in-use');
  });

  it('needs a signature certificate of the card that is ours and stands', async () => {
    const card = await world.cardholder();
    const stranger = await startWorld('phone.test stranger');
    const foreign = await stranger.cardholder();
    await stranger.close();
    assert.equal(await refusal(await world.phoneRequest(foreign.sign)), '409 card-certificate-unusable');
    assert.equal(await refusal(await world.phoneRequest(card.auth)), '409 card-certificate-unusable');
    const phone = await apply(card);
    assert.equal(await refusal(await world.phoneRequest(phone)), '409 card-certificate-unusable');
    assert.equal(
      await refusal(await world.phoneRequest(card.sign, { cardCertificate: 'MAA=' })),
      '409 card-certificate-unusable',
    );
    for (const [path, body] of [
      ['/suspensions', { request: world.uuid(), of: { person: card.person }, device: 'card' }],
      ['/revocations', { request: world.uuid(), event: 'card-lost', of: { person: card.person } }],
    ] as const) {
      assert.equal((await world.post('operator', path, body)).status, 200);
      assert.equal(await refusal(await world.phoneRequest(card.sign)), '409 card-certificate-unusable');
    }
    const late = await world.cardholder();
    const now = world.clock.now();
    world.clock.set(new Date(parseCertificate(late.sign.der).notAfter.getTime() + 1000));
    const code = await refusal(await world.phoneRequest(late.sign));
    world.clock.set(now);
    assert.equal(code, '409 card-certificate-unusable');
  });

  it('is the same when it is asked for again under the same id, and another request under it is refused', async () => {
    const card = await world.cardholder();
    for (const change of [{}, { signer: softwareSigner(await generateSoftwareKey('RSA-2048')) }]) {
      const request = await world.phoneRequest(card.sign, change);
      const first = world.issued(await world.post('smp', '/certificates', request));
      world.clock.advance(3_600_000);
      const second = world.issued(await world.post('smp', '/certificates', request));
      assert.deepEqual(second, first);
      assert.equal(await refusal({ ...request, platform: 'android' }), '409 request-differs');
    }
  });

  it('is the same under its id in the next-generation profile too, whose signatures are new each time', async () => {
    const next = await startWorld('phone.test next', { ceremony: { algorithm: 'P-384' } });
    try {
      const request = await next.phoneRequest((await next.cardholder()).sign);
      const first = next.issued(await next.post('smp', '/certificates', request));
      assert.equal(parseCertificate(first.der).signatureAlgorithm.oid, '1.2.840.10045.4.3.3');
      assert.deepEqual(next.issued(await next.post('smp', '/certificates', request)), first);
      assert.equal(await next.status(first.der), 'good');
    } finally {
      await next.close();
    }
  });

  it('is finished by the same request when the service died between number and signature', async () => {
    const card = await world.cardholder();
    const request = await world.phoneRequest(card.sign);
    const { sign } = world.authority.sign.signer;
    const signer = world.authority.sign.current().signer as { sign: typeof sign };
    signer.sign = () => Promise.reject(new Error('the power went'));
    assert.equal((await world.post('smp', '/certificates', request)).status, 500);
    signer.sign = sign;
    const issued = world.issued(await world.post('smp', '/certificates', request));
    assert.equal(await world.status(issued.der), 'good');
    const rows = await world
      .database()
      .selectFrom('jpki.certificate')
      .select('serial')
      .where('request', '=', request.request)
      .execute();
    assert.deepEqual(rows, [{ serial: issued.serial }]);
  });

  it('replaces that of the phone before it on the same platform, both kinds at once', async () => {
    const card = await world.cardholder();
    const [first, second, robot] = [world.uuid(), world.uuid(), world.uuid()];
    const old = [await apply(card, { phone: first }), await apply(card, { phone: first, profile: 'phone-auth' })];
    const other = await apply(card, { phone: robot, platform: 'android' });
    const fresh = await apply(card, { phone: second });
    for (const { der } of old) assert.equal(await world.status(der), 'revoked superseded');
    for (const { der } of [other, fresh]) assert.equal(await world.status(der), 'good');
    assert.equal(await refusal(await world.phoneRequest(card.sign, { phone: first })), '409 phone-replaced');
  });

  it('of a late application is not issued when a later one was faster', async () => {
    const card = await world.cardholder();
    const early = await world.phoneRequest(card.sign);
    const { sign } = world.authority.sign.signer;
    const signer = world.authority.sign.current().signer as { sign: typeof sign };
    signer.sign = () => Promise.reject(new Error('the power went'));
    assert.equal((await world.post('smp', '/certificates', early)).status, 500);
    signer.sign = sign;
    const later = await apply(card);
    assert.equal(await refusal(early), '409 phone-replaced');
    assert.equal(await world.status(later.der), 'good');
  });

  it('is renewed on the same phone with a new key, and the old one ends', async () => {
    const card = await world.cardholder();
    const phone = world.uuid();
    const old = await apply(card, { phone });
    const auth = await apply(card, { phone, profile: 'phone-auth' });
    const fresh = await apply(card, { phone });
    assert.equal(await world.status(old.der), 'revoked superseded');
    assert.equal(await world.status(fresh.der), 'good');
    assert.equal(await world.status(auth.der), 'good');
  });

  it('is nothing that another person’s phone id can be used for', async () => {
    const [one, other] = [await world.cardholder(), await world.cardholder()];
    const phone = world.uuid();
    const mine = await apply(one, { phone });
    assert.equal(await refusal(await world.phoneRequest(other.sign, { phone })), '409 phone-replaced');
    assert.equal(await world.status(mine.der), 'good');
  });

  it('is listed with its phone, its state and the card’s certificate that it hangs on', async () => {
    const card = await world.cardholder();
    const phone = world.uuid();
    const sign = await apply(card, { phone });
    const auth = await apply(card, { phone, profile: 'phone-auth' });
    for (const path of [
      `/persons/${card.person}/certificates`,
      `/phones/${phone}/certificates`,
      `/certificates/auth/${card.auth.serial}`,
      `/certificates/sign/${sign.serial.toLowerCase()}`,
    ]) {
      const answer = (await world.as('smp').request('GET', path)).json() as {
        person: string;
        certificates: Record<string, unknown>[];
      };
      assert.equal(answer.person, card.person);
      const phones = answer.certificates.filter(({ device }) => device === 'phone');
      assert.deepEqual(
        phones.map(({ ca, serial, state, platform, boundTo }) => ({ ca, serial, state, platform, boundTo })),
        [auth, sign].map(({ ca, serial }) => ({
          ca,
          serial,
          state: 'good',
          platform: 'ios',
          boundTo: { ca, serial: card[ca].serial },
        })),
      );
    }
    assert.equal((await world.as('smp').request('GET', `/phones/${world.uuid()}/certificates`)).status, 404);
    assert.equal((await world.as('nobody').request('GET', `/phones/${phone}/certificates`)).status, 401);
  });

  it('is asked for by the intake, and a card’s by the municipality', async () => {
    const card = await world.cardholder();
    const asCard = await world.post('card', '/certificates', await world.phoneRequest(card.sign));
    const asSmp = await world.post('smp', '/certificates', { profile: 'sign', publicKey: cardPublicKey, holder });
    for (const answer of [asCard, asSmp]) {
      assert.equal(answer.status, 403);
      assert.equal((answer.json() as { code: string }).code, 'caller-not-allowed');
    }
  });

  it('leaves nothing of the person in the rows', async () => {
    const card = await world.cardholder();
    await apply(card);
    for (const table of ['person', 'phone', 'request', 'certificate', 'event'] as const) {
      const rows = await world.database().selectFrom(`jpki.${table}`).selectAll().execute();
      const text = JSON.stringify(rows, (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
      assert(rows.length > 0);
      assert.doesNotMatch(text, /太郎|千代田|Chiyoda|19800217|13101/);
    }
  });

  it('keeps its form: what is missing or too much is refused', async () => {
    const card = await world.cardholder();
    const whole = await world.phoneRequest(card.sign);
    for (const member of Object.keys(whole)) {
      const { [member]: _left, ...rest } = whole;
      assert.equal(await refusal(rest), '400 bad-request', member);
    }
    assert.equal(await refusal({ ...whole, holder }), '400 bad-request');
    assert.equal(await refusal({ ...whole, phone: '1' }), '400 bad-request');
    const long = Buffer.from(await buildCsr({ signer: softwareSigner(await generateSoftwareKey('P-384')) }));
    assert.equal(
      await refusal({ ...whole, csr: Buffer.concat([long, Buffer.alloc(9000)]).toString('base64') }),
      '400 bad-request',
    );
  });
});
