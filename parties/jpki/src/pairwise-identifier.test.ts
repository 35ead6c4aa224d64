import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loginChallengeText } from '@tegata/application';
import { peer, type Running } from '@tegata/http';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { noTap } from '@tegata/tap';
import { buildJpkiAuth, buildJpkiCa } from '@tegata/x509-build';
import { start } from './index.ts';
import { type Issued, place, secrets, startWorld, type World } from './world-for-tests.ts';

const shop = { origin: 'https://shop.example', secret: 'secret-of-the-shop' };
const bank = { origin: 'https://bank.example', secret: 'secret-of-the-bank' };

describe('the identifier of a person at one relying party', () => {
  let world: World;
  let running: Running;
  let key: Signer;
  before(async () => {
    world = await startWorld('pairwise');
    key = softwareSigner(await generateSoftwareKey('P-384'));
    const { clock, random, store, authority } = world;
    const pairwise = { key: new Uint8Array(32).fill(3), relyingParties: [shop, bank] };
    running = await start({
      clock,
      random,
      store,
      authority,
      pairwise,
      secret: secrets.card,
      log: silentLog,
      tap: noTap,
    });
  });
  after(async () => {
    await running.close();
    await world.close();
  });

  const certify = async (signer: Signer, change: object = {}): Promise<Issued> => {
    const publicKey = signer.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    return world.issued(
      await world.post('card', '/certificates', { profile: 'auth', publicKey, holder: place, ...change }),
    );
  };
  /** Logs in at a relying party, which then asks who it was. */
  async function ask(
    { der }: Issued,
    change: { at?: typeof shop; origin?: string; signer?: Signer; secret?: string; age?: number; text?: string } = {},
  ) {
    const { at = shop, origin = at.origin, signer = key, secret = at.secret, age = 0 } = change;
    const issued = new Date(world.clock.now().getTime() - age * 1000);
    const expires = new Date(issued.getTime() + 300_000);
    const text = loginChallengeText({ origin, purpose: 'ログイン', nonce: 'A'.repeat(43), issued, expires });
    const signature = await signer.sign(new TextEncoder().encode(text));
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const json = { text: change.text ?? text, certificate: base64(der), signature: base64(signature) };
    const answer = await peer({ url: running.url, name: 'jpki', party: 'verifier', secret }).request(
      'POST',
      '/pairwise-identifiers',
      { json },
    );
    return { status: answer.status, ...(answer.json() as { identifier?: string; code?: string }) };
  }

  it('stays the same over logins, and over a new certificate of the same person', async () => {
    const first = await certify(key);
    const { identifier } = await ask(first);
    assert.match(identifier ?? '', /^[\w-]{43}$/);
    assert.equal((await ask(first)).identifier, identifier);
    const next = softwareSigner(await generateSoftwareKey('P-384'));
    const reissued = await certify(next, { person: first.person });
    assert.notEqual(reissued.serial, first.serial);
    assert.equal((await ask(reissued, { signer: next })).identifier, identifier);
  });

  it('is another for another person, and another at another relying party', async () => {
    const [one, two] = [await certify(key), await certify(key)];
    const identifiers = [await ask(one), await ask(two), await ask(one, { at: bank })].map(
      ({ identifier }) => identifier,
    );
    assert.equal(new Set(identifiers).size, 3);
  });

  it('holds neither a serial number nor the number of the person', async () => {
    const issued = await certify(key);
    const { identifier = '' } = await ask(issued);
    const hex = Buffer.from(identifier, 'base64url').toString('hex').toUpperCase();
    assert.ok(!hex.includes(issued.serial) && !hex.includes(issued.person.replaceAll('-', '').toUpperCase()));
  });

  it('is given for a login at the very relying party that asks, while it is fresh', async () => {
    const issued = await certify(key);
    assert.equal((await ask(issued, { origin: bank.origin })).code, 'proof-invalid');
    assert.equal((await ask(issued, { age: 301 + 60 })).code, 'proof-invalid');
    assert.equal((await ask(issued, { age: -61 })).code, 'proof-invalid');
    assert.equal((await ask(issued, { age: 301 })).status, 200);
  });

  it('is not given without the person’s own signature', async () => {
    const issued = await certify(key);
    const other = softwareSigner(await generateSoftwareKey('P-384'));
    assert.equal((await ask(issued, { signer: other })).code, 'proof-invalid');
    assert.equal((await ask(issued, { text: 'Tegata login challenge 1\n' })).code, 'proof-invalid');
    assert.equal((await ask({ ...issued, der: new Uint8Array(300) })).code, 'proof-invalid');
  });

  it('is not given for a certificate that has ended, or that this service did not issue', async () => {
    const issued = await certify(key);
    const { serial } = issued;
    await world.post('operator', '/revocations', { ca: 'auth', serial, reason: 'keyCompromise' });
    assert.equal((await ask(issued)).code, 'certificate-unusable');
    const { random, clock } = world;
    const base = { random, notBefore: clock.now() };
    const ca = { signer: key, certificate: await buildJpkiCa({ ca: 'auth', signer: key, ...base }) };
    const of = { issuer: ca, publicKey: key.publicKey, holder: place, random, at: clock.now() };
    const foreign = { ...issued, der: await buildJpkiAuth(of) };
    assert.equal((await ask(foreign)).code, 'certificate-unusable');
  });

  it('is not given to who is not enrolled', async () => {
    const issued = await certify(key);
    assert.equal((await ask(issued, { secret: 'secret-of-a-stranger' })).status, 401);
    assert.equal((await ask(issued, { secret: secrets.operator })).status, 401);
  });
});
