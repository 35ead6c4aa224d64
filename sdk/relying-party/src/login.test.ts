import assert from 'node:assert/strict';
import { constants, createHash, privateEncrypt, sign } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { adjustableClock } from '@tegata/clock';
import { parseCertificate } from '@tegata/x509';
import {
  createLogin,
  type LoginAnswer,
  type LoginOptions,
  memoryChallenges,
  ocspStatus,
  type StatusSource,
} from './index.ts';
import { type Holder, jpkiForTests, noise, responderUrl } from './jpki-for-tests.ts';

describe('challenge login', () => {
  let jpki: Awaited<ReturnType<typeof jpkiForTests>>;
  let options: LoginOptions;
  before(async () => {
    jpki = await jpkiForTests();
    const { clock, random } = jpki;
    options = {
      origin: 'https://shop.example',
      trust: { anchors: [jpki.ca.auth] },
      status: ocspStatus({ responders: [responderUrl], random, fetch: jpki.fetchFor('auth') }),
      challenges: memoryChallenges({ clock }),
      clock,
      random,
    };
  });

  /** A whole login, with one thing changed on the way. */
  async function attempt(
    holder: Holder,
    change: {
      options?: Partial<LoginOptions>;
      answer?: Partial<LoginAnswer>;
      text?: (text: string) => string;
      session?: string;
      wait?: number;
    } = {},
  ) {
    const login = createLogin({ ...options, ...change.options });
    const { id, text } = await login.challenge('マイページにログインします。', change.session);
    const signature = holder.sign((change.text ?? String)(text));
    jpki.clock.advance((change.wait ?? 0) * 1000);
    return login.verify({ id, certificate: holder.certificate, signature, ...change.answer });
  }
  const outcome = async (report: ReturnType<typeof attempt>) => {
    const { result, code, status } = await report;
    return [result, code, status];
  };

  it('lets the holder of a card or of a phone in, and says which it was', async () => {
    const card = await attempt(jpki.auth);
    assert.deepEqual([card.result, card.status, card.device], ['passed', 'good', 'card']);
    assert.ok(
      card.checks.every(({ result }) => result === 'passed'),
      JSON.stringify(card.checks),
    );
    const phone = await attempt(jpki.phoneAuth);
    assert.deepEqual([phone.result, phone.status, phone.device], ['passed', 'good', 'phone']);
  });

  it('says in the text that is signed where, what for and until when', async () => {
    const { text, expires } = await createLogin(options).challenge('ログインします');
    assert.match(text, /^origin: https:\/\/shop\.example$/m);
    assert.match(text, /^purpose: ログインします$/m);
    assert.ok(text.includes(`expires: ${expires.toISOString().slice(0, 19)}Z`));
  });

  it('takes an answer once: the same octets again are unknown', async () => {
    const login = createLogin(options);
    const { id, text } = await login.challenge('login');
    const answer = { id, certificate: jpki.auth.certificate, signature: jpki.auth.sign(text) };
    assert.equal((await login.verify(answer)).result, 'passed');
    assert.deepEqual(await outcome(login.verify(answer)), ['failed', 'challenge-unknown', 'undetermined']);
  });

  it('gives no second try after a wrong signature', async () => {
    const login = createLogin(options);
    const { id, text } = await login.challenge('login');
    const { certificate } = jpki.auth;
    assert.equal((await login.verify({ id, certificate, signature: noise(256) })).code, 'signature');
    assert.equal((await login.verify({ id, certificate, signature: jpki.auth.sign(text) })).code, 'challenge-unknown');
  });

  it('refuses a challenge after its end', async () => {
    assert.equal((await attempt(jpki.auth, { wait: 300 })).result, 'passed');
    assert.equal((await attempt(jpki.auth, { wait: 301 })).code, 'challenge-expired');
  });

  it('refuses an answer from another session than the one that asked', async () => {
    const at = (session: string | undefined, answered: string | undefined) =>
      attempt(jpki.auth, { session, answer: { session: answered } });
    assert.equal((await at('session-1', 'session-1')).result, 'passed');
    assert.equal((await at('session-1', 'session-2')).code, 'challenge-session');
    assert.equal((await at('session-1', undefined)).code, 'challenge-session');
    assert.equal((await at(undefined, 'session-2')).code, 'challenge-session');
  });

  it('refuses a signature over a text of another origin, or with another purpose', async () => {
    const other = (text: string) => text.replace('shop.example', 'evil.example');
    assert.equal((await attempt(jpki.auth, { text: other })).code, 'signature');
    assert.equal((await attempt(jpki.auth, { text: (text) => text.replace('ログイン', '支払い') })).code, 'signature');
  });

  it('refuses the signature of another key, and another algorithm with the right key', async () => {
    const { certificate } = jpki.auth;
    assert.equal((await attempt(jpki.phoneAuth, { answer: { certificate } })).code, 'signature');
    const sha512: Holder = {
      certificate,
      sign: (text) => new Uint8Array(sign('sha512', Buffer.from(text), jpki.keys.rsa)),
    };
    assert.equal((await attempt(sha512)).code, 'signature');
  });

  it('refuses an RSA block in which anything follows the digest', async () => {
    const prefix = Buffer.from('3031300d060960864801650304020105000420', 'hex');
    const block = (text: string, padding: number) => {
      const head = [Buffer.of(0, 1), Buffer.alloc(padding, 0xff), Buffer.of(0), prefix];
      const digest = createHash('sha256').update(text).digest();
      const block = Buffer.concat([...head, digest, Buffer.alloc(256)], 256);
      return new Uint8Array(privateEncrypt({ key: jpki.keys.rsa, padding: constants.RSA_NO_PADDING }, block));
    };
    const padded = (padding: number) => attempt({ ...jpki.auth, sign: (text) => block(String(text), padding) });
    // 3 + 202 + 19 + 32 = 256: the one block that is right.
    assert.equal((await padded(202)).result, 'passed');
    assert.equal((await padded(201)).code, 'signature');
    assert.equal((await padded(8)).code, 'signature');
  });

  it('takes an ECDSA signature as DER and as r‖s', async () => {
    const raw: Holder = {
      ...jpki.phoneAuth,
      sign: (text) =>
        new Uint8Array(sign('sha384', Buffer.from(text), { key: jpki.keys.p384, dsaEncoding: 'ieee-p1363' })),
    };
    assert.equal((await attempt(raw)).result, 'passed');
  });

  it('does not take a signature certificate for a login, nor a certificate of a stranger', async () => {
    assert.equal((await attempt(jpki.signature)).result, 'failed');
    const trustsBoth = { trust: { anchors: [jpki.ca.auth, jpki.ca.sign] } };
    assert.deepEqual((await attempt(jpki.signature, { options: trustsBoth })).result, 'failed');
    const trustsOther = { trust: { anchors: [jpki.ca.sign] } };
    assert.deepEqual(await outcome(attempt(jpki.auth, { options: trustsOther })), [
      'failed',
      'no-path-to-anchor',
      'undetermined',
    ]);
  });

  it('accepts cards alone where the relying party wants it so', async () => {
    const cards = { options: { trust: { anchors: [jpki.ca.auth], devices: ['card'] as const } } };
    assert.equal((await attempt(jpki.auth, cards)).result, 'passed');
    assert.deepEqual(await outcome(attempt(jpki.phoneAuth, cards)), ['failed', 'policy', 'undetermined']);
  });

  it('asks nobody about a certificate that it refuses anyway', async () => {
    jpki.responder.asked.length = 0;
    await attempt(jpki.auth, { text: (text) => `${text} ` });
    await attempt(jpki.auth, { answer: { certificate: noise(800) } });
    assert.deepEqual(jpki.responder.asked, []);
  });

  for (const [status, code] of [
    ['revoked', 'certificate-revoked'],
    ['unknown', 'certificate-unknown'],
  ] as const) {
    it(`refuses a certificate that is ${status}, also where an undetermined one may come in`, async () => {
      const said: StatusSource = async () => ({ status, code: status, checks: [] });
      const lax = { status: said, acceptUndetermined: true };
      assert.deepEqual(await outcome(attempt(jpki.auth, { options: lax })), ['failed', code, status]);
    });
  }

  it('lets nobody in whose status nobody could tell, unless the relying party has said so', async () => {
    const down: StatusSource = async () => ({ status: 'undetermined', code: 'responder-timeout', checks: [] });
    const closed = await attempt(jpki.auth, { options: { status: down } });
    assert.deepEqual(
      [closed.result, closed.code, closed.status],
      ['failed', 'certificate-undetermined', 'undetermined'],
    );
    assert.match(closed.checks.at(-1)?.detail ?? '', /responder-timeout/);
    const open = await attempt(jpki.auth, { options: { status: down, acceptUndetermined: true } });
    assert.deepEqual([open.result, open.status, open.checks.at(-1)?.result], ['passed', 'undetermined', 'warning']);
  });

  it('refuses what is not of the form of an answer', async () => {
    for (const answer of [
      { id: '../x' },
      { certificate: noise(9000) },
      { signature: noise(0) },
      { signature: noise(513) },
    ]) {
      assert.equal((await attempt(jpki.auth, { answer })).code, 'answer-malformed');
    }
    assert.equal((await attempt(jpki.auth, { answer: { certificate: noise(40) } })).code, 'der');
  });

  it('is not set up for an origin that is none, and gives no challenge for a purpose of two lines', async () => {
    assert.throws(() => createLogin({ ...options, origin: 'shop.example' }), { code: 'origin-invalid' });
    await assert.rejects(createLogin(options).challenge('a\nb'), { code: 'purpose-invalid' });
  });

  it('shows no serial number of a certificate in its checks', async () => {
    const report = await attempt(jpki.auth);
    const { serialHex } = parseCertificate(jpki.auth.certificate);
    assert.ok(!JSON.stringify(report.checks).toUpperCase().includes(serialHex));
  });
});

describe('challenges in memory', () => {
  it('cost no more room than was set aside: the oldest goes', async () => {
    const clock = adjustableClock(new Date('2026-11-24T00:00:00Z'));
    const challenges = memoryChallenges({ clock, capacity: 2 });
    const expires = new Date(clock.now().getTime() + 1000);
    for (const id of ['a', 'b', 'c']) await challenges.put({ id, text: id, expires });
    assert.equal(await challenges.take('a'), undefined);
    assert.equal((await challenges.take('b'))?.text, 'b');
    clock.advance(1000);
    await challenges.put({ id: 'd', text: 'd', expires: new Date(clock.now().getTime() + 1000) });
    assert.equal(await challenges.take('c'), undefined);
    assert.equal((await challenges.take('d'))?.text, 'd');
  });
});
