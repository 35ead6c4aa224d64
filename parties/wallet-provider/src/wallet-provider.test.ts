import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { adjustableClock } from '@tegata/clock';
import { peer, type Running, serve } from '@tegata/http';
import { dpopProof, encryptTo, keyProof, p256Jwk, verifyKeyAttestation } from '@tegata/jose';
import { generateSoftwareKey, memoryKeys, type Signer, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import { randomUuid, systemRandom } from '@tegata/random';
import { openStore, type Store } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { Hono } from 'hono';
import { makeAuthority, start, type WalletProviderConfig } from './index.ts';

const clock = adjustableClock(new Date('2026-04-01T00:00:00Z'));
const random = systemRandom;
const base = { clock, random, log: silentLog, tap: noTap };
const authority = await makeAuthority({ ...base, keys: memoryKeys() });
const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
const nonce = randomBytes(32).toString('base64url');
const newSigner = async () => softwareSigner(await generateSoftwareKey('P-256'));

/** An SMP that hears receipts, and answers as told. */
async function fakeSmp() {
  const heard: { delivery: string; event: string; digest: string }[] = [];
  const state = { status: 204 };
  const app = new Hono();
  app.post('/receipts/:id', async (c) => {
    if (c.req.header('authorization') !== 'Bearer secret-of-the-pair') return c.body(null, 401);
    if (state.status === 204)
      heard.push({ ...((await c.req.json()) as { event: string; digest: string }), delivery: c.req.param('id') });
    return c.body(null, state.status as 204);
  });
  const server = await serve({ app, onError: problemAnswer(base) });
  return { heard, state, server };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return;
    await sleep(25);
  }
  assert.fail('it never came to hold');
}

describe('the wallet provider', () => {
  let store: Store;
  let smp: Awaited<ReturnType<typeof fakeSmp>>;
  let running: Running;
  let config: WalletProviderConfig;
  let phone: Signer;

  before(async () => {
    store = await openStore({});
    smp = await fakeSmp();
    config = {
      ...base,
      store,
      authority,
      smp: { url: smp.server.url, secret: 'secret-of-the-pair' },
      secret: 'secret-of-the-smp',
    };
    running = await start(config);
    phone = await newSigner();
    assert.equal((await call(phone, 'POST', '/instances')).status, 201);
  });
  after(async () => {
    await running.close();
    await smp.server.close();
    await store.close();
  });

  async function call(signer: Signer, method: string, path: string, json?: unknown) {
    const body = json === undefined ? undefined : new TextEncoder().encode(JSON.stringify(json));
    const proof = await dpopProof({ signer, method, url: `${running.url}${path}`, body, clock, random });
    return peer({ url: running.url, name: 'wallet-provider', party: 'wallet' }).request(method, path, {
      body,
      headers: { DPoP: proof },
    });
  }
  const deliver = (id: string, json: unknown, secret = 'secret-of-the-smp') =>
    peer({ url: running.url, name: 'wallet-provider', party: 'smp', secret }).request('PUT', `/deliveries/${id}`, {
      json,
    });
  const codeOf = (answer: { json(): unknown }) => (answer.json() as { code: string }).code;

  async function attested(signer: Signer = phone) {
    const key = await newSigner();
    const proof = await keyProof({ signer: key, nonce, clock });
    const keys = [{ jwk: p256Jwk(key.publicKey), proof }];
    const answer = await call(signer, 'POST', '/key-attestations', { nonce, keys });
    assert.equal(answer.status, 200);
    return { key, ...(answer.json() as { attestation: string; id: string }) };
  }
  const ciphertext = async () => encryptTo(p256Jwk((await newSigner()).publicKey), new Uint8Array(100));

  it('attests keys that the phone holds, so that the SMP can check it against the root alone', async () => {
    const { attestation, id, key } = await attested();
    const report = verifyKeyAttestation({ attestation, trustAnchors: [authority.root], clock, nonce });
    assert.deepEqual(
      report.checks.filter(({ result }) => result !== 'passed'),
      [],
    );
    assert.equal(report.verified?.id, id);
    assert.deepEqual(report.verified?.attestedKeys, [p256Jwk(key.publicKey)]);
    assert.deepEqual(report.verified?.keyStorage, ['iso_18045_basic']);
  });

  it('does not attest a key that the phone does not prove to hold, or proves for another challenge', async () => {
    const key = await newSigner();
    const other = await newSigner();
    const wrong = [
      await keyProof({ signer: other, nonce, clock }),
      await keyProof({ signer: key, nonce: randomBytes(32).toString('base64url'), clock }),
      'no.proof.here',
    ];
    for (const proof of wrong) {
      const answer = await call(phone, 'POST', '/key-attestations', {
        nonce,
        keys: [{ jwk: p256Jwk(key.publicKey), proof }],
      });
      assert.equal(answer.status, 401);
      assert.equal(codeOf(answer), 'dpop-invalid');
    }
  });

  it('knows a phone by its instance key, and a call by its proof', async () => {
    const stranger = await newSigner();
    assert.equal(codeOf(await call(stranger, 'GET', '/deliveries')), 'instance-unknown');
    const bare = await peer({ url: running.url, name: 'wallet-provider', party: 'wallet' }).request(
      'GET',
      '/deliveries',
    );
    assert.equal(codeOf(bare), 'dpop-invalid');
  });

  it('takes deliveries from the SMP alone, and only encrypted ones', async () => {
    const { id: recipient } = await attested();
    const id = randomUuid(random);
    assert.equal((await deliver(id, { recipient, jwe: await ciphertext() }, 'another secret')).status, 401);
    assert.equal(codeOf(await deliver(id, { recipient, jwe: 'in.clear.text.here.now' })), 'bad-request');
    assert.equal(codeOf(await deliver(id, { recipient: 'A'.repeat(22), jwe: await ciphertext() })), 'instance-unknown');
  });

  it('takes the same delivery twice, and refuses another one under its id', async () => {
    const { id: recipient } = await attested();
    const id = randomUuid(random);
    const jwe = await ciphertext();
    assert.equal((await deliver(id, { recipient, jwe })).status, 201);
    assert.equal((await deliver(id, { recipient, jwe })).status, 200);
    assert.equal(codeOf(await deliver(id, { recipient, jwe: await ciphertext() })), 'delivery-conflict');
    assert.equal((await call(phone, 'POST', `/deliveries/${id}/receipt`, { digest: digest('stored') })).status, 204);
    assert.equal((await deliver(id, { recipient, jwe })).status, 200);
    await until(() => smp.heard.some(({ delivery }) => delivery === id));
  });

  it('hands a delivery to its phone, tells the SMP of fetching and storing, and forgets the ciphertext', async () => {
    const { id: recipient } = await attested();
    const id = randomUuid(random);
    const jwe = await ciphertext();
    await deliver(id, { recipient, jwe });
    const other = await newSigner();
    await call(other, 'POST', '/instances');
    assert.deepEqual((await call(other, 'GET', '/deliveries')).json(), []);
    assert.deepEqual((await call(phone, 'GET', '/deliveries')).json(), [{ id, jwe }]);
    assert.deepEqual((await call(phone, 'GET', '/deliveries')).json(), [{ id, jwe }]);
    await until(() => smp.heard.some(({ delivery }) => delivery === id));

    assert.equal(
      codeOf(await call(other, 'POST', `/deliveries/${id}/receipt`, { digest: digest('x') })),
      'delivery-unknown',
    );
    assert.equal((await call(phone, 'POST', `/deliveries/${id}/receipt`, { digest: digest('x') })).status, 204);
    assert.equal((await call(phone, 'POST', `/deliveries/${id}/receipt`, { digest: digest('x') })).status, 204);
    assert.equal(
      codeOf(await call(phone, 'POST', `/deliveries/${id}/receipt`, { digest: digest('y') })),
      'delivery-conflict',
    );
    assert.deepEqual((await call(phone, 'GET', '/deliveries')).json(), []);
    await until(() => smp.heard.filter(({ delivery }) => delivery === id).length === 2);
    assert.deepEqual(
      smp.heard.filter(({ delivery }) => delivery === id),
      [
        { delivery: id, event: 'fetched', digest: digest(jwe) },
        { delivery: id, event: 'stored', digest: digest('x') },
      ],
    );
    const row = await store
      .database<{ 'wallet_provider.delivery': { id: string; jwe: string | null } }>()
      .selectFrom('wallet_provider.delivery')
      .select('jwe')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    assert.equal(row.jwe, null);
  });

  it('answers a waiting phone as soon as a delivery comes', async () => {
    const { id: recipient } = await attested();
    const id = randomUuid(random);
    const waiting = call(phone, 'GET', '/deliveries?wait=20');
    await sleep(50);
    await deliver(id, { recipient, jwe: await ciphertext() });
    assert.deepEqual(
      ((await waiting).json() as { id: string }[]).map((delivery) => delivery.id),
      [id],
    );
    await call(phone, 'POST', `/deliveries/${id}/receipt`, { digest: digest('z') });
  });

  it('tells the SMP again until it hears, also after a restart', async () => {
    const { id: recipient } = await attested();
    const id = randomUuid(random);
    smp.state.status = 503;
    await deliver(id, { recipient, jwe: await ciphertext() });
    await call(phone, 'POST', `/deliveries/${id}/receipt`, { digest: digest('later') });
    await running.close();
    smp.state.status = 204;
    assert.equal(
      smp.heard.some(({ delivery }) => delivery === id),
      false,
    );
    running = await start(config);
    await until(() => smp.heard.some(({ delivery }) => delivery === id));
    assert.deepEqual(
      smp.heard.find(({ delivery }) => delivery === id),
      { delivery: id, event: 'stored', digest: digest('later') },
    );
  });

  it('is not held up by a notice that the SMP refuses for ever', async () => {
    const { id: recipient } = await attested();
    const [refused, welcome] = [randomUuid(random), randomUuid(random)];
    smp.state.status = 404;
    await deliver(refused, { recipient, jwe: await ciphertext() });
    await call(phone, 'POST', `/deliveries/${refused}/receipt`, { digest: digest('a') });
    await sleep(100);
    smp.state.status = 204;
    await deliver(welcome, { recipient, jwe: await ciphertext() });
    await call(phone, 'POST', `/deliveries/${welcome}/receipt`, { digest: digest('b') });
    await until(() => smp.heard.some(({ delivery }) => delivery === welcome));
    await until(() => smp.heard.some(({ delivery }) => delivery === refused));
  });
});
