import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Application } from '@tegata/application';
import { softwareSigner } from '@tegata/keys';
import { openStore } from '@tegata/store';
import { parseCertificate } from '@tegata/x509';
import { buildCsr } from '@tegata/x509-build';
import { cardHolderKey, makePerson, makePhone, type Phone, type SigningOptions } from './person-for-tests.ts';
import { makeWorld, type World } from './world-for-tests.ts';

describe('the certificates of a phone', () => {
  let world: World;
  before(async () => {
    world = await makeWorld({ store: await openStore({}) });
  });
  after(() => world.close());

  async function apply(change: Partial<SigningOptions>, person?: Awaited<ReturnType<typeof makePerson>>) {
    const phone = await makePhone();
    const answer = await world.apply(person ?? (await makePerson()), phone, change);
    const { reference } = answer.json() as { reference: string };
    assert.equal(answer.status, 202, JSON.stringify(answer.json()));
    return { phone, reference };
  }
  const offered = (reference: string) => world.settle(reference, ({ state }) => state === 'offered');
  async function activate(change: Partial<SigningOptions>, person?: Awaited<ReturnType<typeof makePerson>>) {
    const applied = await apply(change, person);
    await offered(applied.reference);
    const delivery = await world.acknowledge(applied.phone, applied.reference);
    const row = await world.rowOf(applied.reference);
    assert.equal(row.state, 'active');
    return { ...applied, delivery, row };
  }
  const names = async (reference: string) => (await world.eventsOf(reference)).map(({ name }) => name);
  const keysOf = ({ certificateKeys }: Phone) => [certificateKeys.auth.publicKey, certificateKeys.sign.publicKey];
  const certificatesIn = ({ delivery }: Awaited<ReturnType<typeof activate>>) =>
    delivery.content.get('certificates') as Map<string, Uint8Array> | undefined;
  const sound = async () => {
    const report = await world.smp.fsck();
    assert.equal(report.result, 'passed', JSON.stringify(report.checks.filter(({ result }) => result === 'failed')));
  };

  it('come in one delivery with the card, for the keys that asked, and the rows say how it went', async () => {
    const active = await activate({ wants: 'card-and-certificates' });
    const certificates = certificatesIn(active);
    const keys = ['auth', 'sign'].map((use) => parseCertificate(certificates?.get(use) as Uint8Array).publicKey);
    assert.ok(keys.every((key, index) => key.equals(keysOf(active.phone)[index] as typeof key)));
    assert.ok(active.delivery.content.get('issuerSigned') instanceof Uint8Array);
    assert.equal((active.delivery.content.get('resetKey') as Uint8Array).length, 32);
    const order = ['received', 'verified', 'prepared', 'signed', 'certified', 'offered', 'delivered', 'active'];
    assert.deepEqual(
      (await names(active.reference)).filter((name) => order.includes(name)),
      order,
    );
    const status = await world.status(active.phone, active.reference);
    assert.deepEqual([status.wants, status.certificates], ['card-and-certificates', { state: 'issued' }]);
    await sound();
  });

  it('come alone where that is wanted: no plan at the IACA, and words about certificates', async () => {
    const before = world.iaca.issuances.size;
    const active = await activate({ wants: 'certificates' });
    assert.equal(world.iaca.issuances.size, before);
    assert.equal(active.delivery.content.has('issuerSigned'), false);
    assert.equal(certificatesIn(active)?.size, 4);
    const order = ['received', 'verified', 'certified', 'offered', 'delivered', 'active'];
    assert.deepEqual(
      (await names(active.reference)).filter((name) => order.includes(name)),
      order,
    );
    const status = await world.status(active.phone, active.reference);
    assert.match(status.en.what, /certificates/);
    assert.match(status.ja.what, /電子証明書/);
    await sound();
  });

  it('are destroyed here with everything else once the phone has them', async () => {
    const { row } = await activate({ wants: 'card-and-certificates' });
    assert.deepEqual([row.certificates, row.content, row.issuer_signed, row.data_key], [null, null, null, null]);
    assert.ok(row.reset_key && row.card_certificate);
  });

  it('wait while JPKI is down, say so, and come by themselves', async () => {
    world.jpki.state.refuse = 503;
    const { phone, reference } = await apply({ wants: 'card-and-certificates' });
    const waiting = await world.settle(reference, (row) => row.waiting !== null, { advance: 2_000 });
    assert.deepEqual([waiting.state, waiting.waiting], ['signed', 'jpki-unavailable']);
    const status = await world.status(phone, reference);
    assert.deepEqual([status.waiting, status.certificates], ['jpki-unavailable', { state: 'waiting' }]);
    world.jpki.state.refuse = undefined;
    await world.settle(reference, ({ state }) => state === 'offered', { advance: 60_000 });
    assert.equal((await world.rowOf(reference)).waiting, null);
    await world.acknowledge(phone, reference);
    await sound();
  });

  it('are issued once, however often an answer is lost', async () => {
    world.jpki.state.loseAnswers = 2;
    const { reference } = await apply({ wants: 'card-and-certificates' });
    await world.settle(reference, ({ state }) => state === 'offered', { advance: 5_000 });
    const { id } = await world.rowOf(reference);
    const [auth, sign] = [world.jpki.state.issued.get(`${id}:auth`), world.jpki.state.issued.get(`${id}:sign`)];
    assert.ok((auth?.asked ?? 0) + (sign?.asked ?? 0) > 2);
    const [certified] = (await world.eventsOf(reference)).filter(({ name }) => name === 'certified');
    const told = JSON.parse(certified?.detail ?? '{}') as { auth: string; sign: string };
    assert.equal(told.auth, parseCertificate(auth?.der as Uint8Array).serialHex);
    await sound();
  });

  it('that JPKI refuses leave the card to come alone, and the status says why', async () => {
    world.jpki.state.refuse = 'card-certificate-unusable';
    const active = await activate({ wants: 'card-and-certificates' });
    world.jpki.state.refuse = undefined;
    assert.equal(active.delivery.content.has('certificates'), false);
    const status = await world.status(active.phone, active.reference);
    assert.deepEqual(
      [status.status, status.certificates],
      ['active', { state: 'refused', refusal: 'card-certificate-unusable' }],
    );
    await sound();
  });

  it('that JPKI refuses end an application for them alone, and what may have been issued is ended too', async () => {
    world.jpki.state.refuse = 'key-in-use';
    const { reference } = await apply({ wants: 'certificates' });
    const { id, refusal } = await world.settle(reference, ({ state }) => state === 'refused');
    assert.equal(refusal, 'key-in-use');
    world.jpki.state.refuse = undefined;
    await world.settle(reference, ({ jpki_due }) => jpki_due === null, { advance: 5_000 });
    const told = world.jpki.state.told.find(({ body }) => (body['of'] as { phone: string }).phone === id);
    assert.deepEqual([told?.path, told?.body['event']], ['/revocations', 'phone-withdrawn']);
    await sound();
  });

  it('for another key than the phone’s are not delivered: the application waits for a person to look', async () => {
    world.jpki.state.otherKey = softwareSigner(cardHolderKey).publicKey;
    const { reference } = await apply({ wants: 'card-and-certificates' });
    const waiting = await world.settle(reference, (row) => row.waiting === 'jpki-unavailable', { advance: 2_000 });
    world.jpki.state.otherKey = undefined;
    assert.equal(waiting.certificates, null);
    assert.ok(world.lines.some((line) => line.includes('certified-something-else') && line.includes(reference)));
  });

  const altered: [string, (application: Application, phone: Phone) => Promise<Application['certificateRequests']>][] = [
    [
      'signed with another key than they are for',
      async ({ certificateRequests: requests }) => {
        assert.ok(requests);
        return {
          ...requests,
          sign: requests.sign.with(requests.sign.length - 1, (requests.sign.at(-1) as number) ^ 1),
        };
      },
    ],
    [
      'for one key twice',
      async ({ certificateRequests: requests }) => requests && { auth: requests.auth, sign: requests.auth },
    ],
    [
      'for the card’s own key',
      async ({ certificateRequests: requests, challenge }) => {
        const subject = [['CN', Buffer.from(challenge).toString('base64url')]] as const;
        return requests && { ...requests, sign: await buildCsr({ signer: softwareSigner(cardHolderKey), subject }) };
      },
    ],
    [
      'made for another session',
      async (_, { certificateKeys: { auth, sign } }) => {
        const subject = [['CN', 'A'.repeat(43)]] as const;
        return { auth: await buildCsr({ signer: auth, subject }), sign: await buildCsr({ signer: sign, subject }) };
      },
    ],
    [
      'for a key that JPKI does not certify',
      async ({ certificateRequests: requests, challenge }, { caller }) => {
        const subject = [['CN', Buffer.from(challenge).toString('base64url')]] as const;
        return requests && { ...requests, auth: await buildCsr({ signer: caller, subject }) };
      },
    ],
  ];
  for (const [what, alter] of altered) {
    it(`are refused at intake when the requests are ${what}`, async () => {
      const [person, phone] = [await makePerson(), await makePhone()];
      const session = await world.openSession(phone);
      let made: Application | undefined;
      await world.sign(person, phone, session, {
        wants: 'card-and-certificates',
        change: (application) => {
          made = application;
          return application;
        },
      });
      const requests = await alter(made as Application, phone);
      const signed = await world.sign(person, phone, session, {
        wants: 'card-and-certificates',
        change: (application) => ({ ...application, ...(requests ? { certificateRequests: requests } : {}) }),
      });
      const answer = await world.send(phone, session.session, signed);
      assert.deepEqual([answer.status, (answer.json() as { code: string }).code], [422, 'certificate-request-invalid']);
    });
  }

  describe('of a phone that is replaced, lost or found', () => {
    it('end at JPKI when the person’s new phone holds its card', async () => {
      const person = await makePerson();
      const first = await activate({ wants: 'card-and-certificates' }, person);
      const second = await activate({ wants: 'card-and-certificates' }, person);
      assert.equal((await world.rowOf(first.reference)).state, 'replaced');
      await world.settle(first.reference, ({ jpki_due }) => jpki_due === null);
      const told = world.jpki.state.told.filter(({ body }) => (body['of'] as { phone: string }).phone === first.row.id);
      assert.deepEqual(
        told.map(({ body }) => body['event']),
        ['phone-replaced'],
      );
      assert.equal((await world.rowOf(second.reference)).state, 'active');
      await sound();
    });

    it('that came alone take the place of others that came alone, and leave the card', async () => {
      const person = await makePerson();
      const card = await activate({}, person);
      const first = await activate({ wants: 'certificates' }, person);
      const second = await activate({ wants: 'certificates' }, person);
      const states = [card, first, second].map(async ({ reference }) => (await world.rowOf(reference)).state);
      assert.deepEqual(await Promise.all(states), ['active', 'replaced', 'active']);
      await sound();
    });

    it('are suspended with the card, resumed and revoked by the hotline, and JPKI is told in order', async () => {
      const { phone, reference, row } = await activate({ wants: 'card-and-certificates' });
      const status = async () => (await world.status(phone, reference)).status;
      const told = () => world.settle(reference, ({ jpki_due }) => jpki_due === null, { advance: 5_000 });
      for (const [act, state, json] of [
        ['suspensions', 'suspended'],
        ['suspensions', 'suspended'],
        ['resumptions', 'active'],
        ['revocations', 'revoked', { cause: 'phone-lost' }],
      ] as const) {
        const answer = await world.hotline(reference, act, json);
        assert.deepEqual([answer.status, answer.json()], [200, { status: state }]);
        assert.equal(await status(), state);
        await told();
      }
      const calls = world.jpki.state.told.filter(({ body }) => (body['of'] as { phone: string }).phone === row.id);
      assert.deepEqual(
        calls.map(({ path, body }) => [path, body['device'] ?? body['event']]),
        [
          ['/suspensions', 'phone'],
          ['/resumptions', 'phone'],
          ['/revocations', 'phone-lost'],
        ],
      );
      assert.equal(new Set(calls.map(({ body }) => body['request'])).size, 3);
      assert.equal((await world.hotline(reference, 'resumptions')).status, 409);
      await sound();
    });

    it('are suspended together when card and certificates came apart', async () => {
      const person = await makePerson();
      const card = await activate({}, person);
      const certificates = await activate({ wants: 'certificates' }, person);
      await world.hotline(card.reference, 'suspensions');
      assert.equal((await world.rowOf(certificates.reference)).state, 'suspended');
      await world.settle(certificates.reference, ({ jpki_due }) => jpki_due === null);
      await sound();
    });

    it('are not changed anew before JPKI knows of the change before', async () => {
      const { reference } = await activate({ wants: 'card-and-certificates' });
      world.jpki.state.refuse = 503;
      assert.equal((await world.hotline(reference, 'suspensions')).status, 200);
      const early = await world.hotline(reference, 'resumptions');
      assert.deepEqual([early.status, (early.json() as { code: string }).code], [503, 'jpki-unavailable']);
      world.jpki.state.refuse = undefined;
      await world.settle(reference, ({ jpki_due }) => jpki_due === null, { advance: 30_000 });
      assert.equal((await world.hotline(reference, 'resumptions')).status, 200);
    });

    it('are changed by the hotline alone', async () => {
      const { reference } = await activate({ wants: 'card-and-certificates' });
      const answer = await world.call.request('POST', `/phones/${reference}/suspensions`, { json: {} });
      assert.equal(answer.status, 401);
      assert.equal((await world.hotline('TG-0000-0000', 'suspensions')).status, 404);
      assert.equal((await world.hotline(reference, 'revocations', { cause: 'because' })).status, 400);
    });
  });
});
