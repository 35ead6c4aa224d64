import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PeerAnswer } from '@tegata/http';
import { dpopProof } from '@tegata/jose';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { systemRandom } from '@tegata/random';
import { buildJpkiCa } from '@tegata/x509-build';
import { makePerson, makePhone } from './person-for-tests.ts';
import { start } from './start.ts';
import { makeWorld, STORES, type World } from './world-for-tests.ts';

const codeOf = (answer: PeerAnswer) => (answer.json() as { code: string }).code;
const referenceOf = (answer: PeerAnswer) => (answer.json() as { reference: string }).reference;

for (const { name, open } of STORES) {
  describe(`intake on ${name}`, () => {
    let world: World;
    before(async () => {
      world = await makeWorld({ store: await open() });
    });
    after(() => world.close());

    const rows = async () => {
      const { count } = await world.db
        .selectFrom('smp.application')
        .select((eb) => eb.fn.countAll<number | string>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    };

    test('the same bytes to the same open session get the same answer, because a lost reply is normal', async () => {
      const [person, phone] = [await makePerson(), await makePhone()];
      const session = await world.openSession(phone);
      const signed = await world.sign(person, phone, session);
      const first = await world.send(phone, session.session, signed);
      world.clock.advance(60_000);
      const second = await world.send(phone, session.session, signed);
      assert.deepEqual([first.status, second.status], [202, 202]);
      assert.equal(referenceOf(second), referenceOf(first));
    });

    test('the same bytes or challenge in another or a closed session are refused as used', async () => {
      const [person, phone] = [await makePerson(), await makePhone()];
      const session = await world.openSession(phone);
      const signed = await world.sign(person, phone, session);
      await world.send(phone, session.session, signed);
      const other = await world.openSession(phone);
      assert.equal(codeOf(await world.send(phone, other.session, signed)), 'challenge-used');
      // The challenge of the used session in a fresh signature.
      const again = await world.sign(person, phone, { ...other, challenge: session.challenge });
      assert.equal(codeOf(await world.send(phone, other.session, again)), 'challenge-used');
      // Another signature in the used session.
      world.clock.advance(1000);
      const fresh = await world.sign(person, phone, session);
      assert.equal(codeOf(await world.send(phone, session.session, fresh)), 'challenge-used');
      // The same bytes when the session has closed.
      world.clock.advance(11 * 60_000);
      assert.equal(codeOf(await world.send(phone, session.session, signed)), 'challenge-used');
    });

    test('a session is its key’s own, ends after ten minutes, and its challenge must be the one that is signed', async () => {
      const [person, phone, stranger] = [await makePerson(), await makePhone(), await makePhone()];
      const session = await world.openSession(phone);
      const signed = await world.sign(person, phone, session);
      assert.equal(codeOf(await world.send(stranger, session.session, signed)), 'session-unknown');
      const wrong = await world.sign(person, phone, {
        ...session,
        challenge: Buffer.alloc(32, 1).toString('base64url'),
      });
      assert.equal(codeOf(await world.send(phone, session.session, wrong)), 'challenge-mismatch');
      const swapped = await world.sign(person, phone, session, { platform: 'android' });
      assert.equal(codeOf(await world.send(phone, session.session, swapped)), 'challenge-mismatch');
      world.clock.advance(10 * 60_000 + 1);
      assert.equal(codeOf(await world.send(phone, session.session, signed)), 'session-expired');
    });

    test('200 parallel copies of one application become one row and get one reference', async () => {
      const [person, phone] = [await makePerson(), await makePhone()];
      const session = await world.openSession(phone);
      const signed = await world.sign(person, phone, session);
      const before = await rows();
      const answers = await Promise.all(Array.from({ length: 200 }, () => world.send(phone, session.session, signed)));
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [202]);
      assert.equal(new Set(answers.map(referenceOf)).size, 1);
      assert.equal((await rows()) - before, 1);
    });

    test('one person who applies in many sessions at once has one application, and every session gets its reference', async () => {
      const [person, phone] = [await makePerson(), await makePhone()];
      const before = await rows();
      const answers = await Promise.all(Array.from({ length: 20 }, () => world.apply(person, phone)));
      assert.equal(new Set(answers.map(referenceOf)).size, 1);
      assert.equal(answers.filter((answer) => answer.status === 202).length, 1);
      assert.equal(answers.filter((answer) => answer.status === 200).length, 19);
      assert.equal((await rows()) - before, 1);
    });

    test('one person has one place on each platform', async () => {
      const [person, phone] = [await makePerson(), await makePhone()];
      const ios = referenceOf(await world.apply(person, phone));
      const android = await world.apply(person, phone, { platform: 'android' });
      assert.equal(android.status, 202);
      assert.notEqual(referenceOf(android), ios);
      assert.equal(referenceOf(await world.apply(person, await makePhone())), ios);
    });

    test('copied files of another person neither take that person’s place nor learn the reference', async () => {
      const [victim, thief, thiefsPhone] = [await makePerson(), await makePerson(), await makePhone()];
      const before = await rows();
      // The thief signs with his own certificate and card over the victim's files.
      const forged = { ...thief, files: victim.files };
      assert.equal(codeOf(await world.apply(forged, thiefsPhone)), 'attributes-disagree');
      assert.equal(await rows(), before);
      const phone = await makePhone();
      const real = await world.apply(victim, phone);
      assert.equal(real.status, 202);
      // Now that there is an application, the forgery is answered as before.
      const answer = await world.apply(forged, thiefsPhone);
      assert.equal(codeOf(answer), 'attributes-disagree');
      assert.ok(!Buffer.from(answer.body).toString().includes(referenceOf(real)));
      const seen = await world.ask(thiefsPhone, 'GET', `/applications/${referenceOf(real)}`);
      assert.equal(codeOf(seen), 'application-unknown');
    });

    test('what intake can see to be wrong is refused by its own code, and no row is written', async () => {
      const phone = await makePhone();
      const signer = softwareSigner(await generateSoftwareKey('RSA-2048'));
      const certificate = await buildJpkiCa({ ca: 'sign', signer, random: systemRandom, notBefore: new Date(0) });
      const person = await makePerson();
      const mixed = await makePerson();
      const before = await rows();
      const cases: [string, Promise<PeerAnswer>][] = [
        ['certificate-untrusted', world.apply(await makePerson({ issuer: { certificate, signer } }), phone)],
        ['certificate-expired', world.apply(await makePerson({ certificateFrom: new Date('2018-01-01') }), phone)],
        ['card-expired', world.apply(await makePerson({ cardExpiry: '20261123' }), phone)],
        ['my-number-invalid', world.apply(await makePerson({ myNumber: '123456789012' }), phone)],
        ['attributes-disagree', world.apply(await makePerson({ certificateName: '別人　太郎' }), phone)],
        ['presence-invalid', world.apply(person, phone, { presenceOver: Buffer.alloc(32, 5).toString('base64url') })],
        [
          'card-data-invalid',
          world.apply(
            { ...person, files: { ...person.files, text: { ...person.files.text, 1: mixed.files.text[1] } } },
            phone,
          ),
        ],
      ];
      for (const [code, answer] of cases) assert.equal(codeOf(await answer), code);
      assert.equal(await rows(), before);
    });

    test('bytes that were altered after signing, and bytes that are no CMS, are refused', async () => {
      const [person, phone] = [await makePerson(), await makePhone()];
      const session = await world.openSession(phone);
      const signed = await world.sign(person, phone, session);
      const at = Buffer.from(signed).indexOf(Buffer.from(person.name));
      const altered = signed.slice();
      altered[at + 2]! ^= 1;
      assert.equal(codeOf(await world.send(phone, session.session, altered)), 'application-altered');
      assert.equal(codeOf(await world.send(phone, session.session, signed.subarray(1))), 'cms-invalid');
      const trailing = Buffer.concat([signed, Buffer.from([0])]);
      assert.equal(codeOf(await world.send(phone, session.session, trailing)), 'cms-invalid');
      assert.equal(codeOf(await world.send(phone, session.session, new Uint8Array(120_000))), 'body-too-large');
      // None of it used the session up.
      assert.equal((await world.send(phone, session.session, signed)).status, 202);
    });

    test('a call without a proof, with a used one, or with one over another body, is refused', async () => {
      const phone = await makePhone();
      const body = Buffer.from('{"platform":"ios"}');
      const url = new URL('/sessions', world.smp.url).href;
      const { clock } = world;
      const proof = await dpopProof({ signer: phone.caller, method: 'POST', url, body, clock, random: systemRandom });
      const post = (DPoP?: string, sent = body) =>
        world.call.request('POST', '/sessions', { body: sent, headers: DPoP === undefined ? {} : { DPoP } });
      assert.equal(codeOf(await post()), 'dpop-invalid');
      assert.equal((await post(proof)).status, 201);
      assert.equal(codeOf(await post(proof)), 'dpop-invalid');
      const other = await dpopProof({ signer: phone.caller, method: 'POST', url, body, clock, random: systemRandom });
      assert.equal(codeOf(await post(other, Buffer.from('{"platform":"android"}'))), 'dpop-invalid');
    });

    test('what is kept of an application is sealed: the database has no clear byte of it', async () => {
      const [person, phone] = [await makePerson(), await makePhone()];
      world.jpki.state.mode = 'down';
      const reference = referenceOf(await world.apply(person, phone));
      const row = await world.rowOf(reference);
      const kept = Buffer.from(JSON.stringify(row, (_, value) => (value?.type === 'Buffer' ? value.data : value)));
      for (const column of [row.content, row.data_key, row.person]) {
        const bytes = Buffer.from(column as Uint8Array);
        assert.ok(!bytes.includes(person.myNumber) && !bytes.includes(person.name));
      }
      assert.ok(!kept.includes(person.myNumber) && !kept.includes(person.name));
      world.jpki.state.mode = 'good';
      world.clock.advance(10 * 60_000);
      await world.settle(reference, ({ state }) => state === 'offered');
    });

    test('another wrapping key refuses to start', async () => {
      await assert.rejects(start({ ...world.config, kek: new Uint8Array(32).fill(8) }), {
        code: 'wrapping-key-differs',
      });
    });
  });
}
