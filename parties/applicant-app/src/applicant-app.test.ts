import assert from 'node:assert/strict';
import { privateEncrypt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { connectCard, digestInfoSha256, type HeldCard } from '@tegata/apdu';
import {
  APPLICATION_CONTENT_TYPE,
  type Application,
  decodeApplication,
  decodePinReset,
  PIN_RESET_CONTENT_TYPE,
} from '@tegata/application';
import { writeTokenInfo } from '@tegata/card-files';
import { systemClock } from '@tegata/clock';
import { verifySignedData } from '@tegata/cms';
import { coseKeyToJwk } from '@tegata/cose';
import { peer, type Running, serve } from '@tegata/http';
import { jtiMemory, p256Jwk, verifyDpop } from '@tegata/jose';
import { generateSoftwareKey, memoryKeys, softwareSigner } from '@tegata/keys';
import { createLog, silentLog } from '@tegata/log';
import { problemAnswer } from '@tegata/problem';
import { systemRandom } from '@tegata/random';
import type { TapMessage, TapStep } from '@tegata/tap';
import { buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import { Hono } from 'hono';
import { MY_NUMBER, type TestChip, testChip } from './chip-for-tests.ts';
import { type ApplicantAppConfig, type RunningApplicantApp, start } from './index.ts';

const clock = systemClock;
const random = systemRandom;
const base = { clock, random, log: silentLog };

const signatureKey = await generateSoftwareKey('RSA-2048');
const certificate = await (async () => {
  const signer = softwareSigner(await generateSoftwareKey('RSA-2048'));
  const at = clock.now();
  const ca = await buildJpkiCa({ ca: 'sign', signer, random, notBefore: at });
  return buildJpkiSign({
    issuer: { certificate: ca, signer },
    publicKey: softwareSigner(signatureKey).publicKey,
    holder: {
      name: '見本　花子',
      address: '見本県見本市',
      sex: '2',
      birthDate: '20000331',
      prefecture: 'Mihon-ken',
      municipality: 'Mihon-shi',
      municipalityCode: '99999',
    },
    random,
    at,
  });
})();

function cardOfTheTests(): TestChip {
  const chip = testChip();
  chip.applications.jpki.files[1] = new Uint8Array([...certificate, 0xff, 0xff, 0xff]);
  chip.sign = ({ p1, p2, data }) =>
    p1 === 0x02 && p2 === 0x9a
      ? new Uint8Array(privateEncrypt(signatureKey, digestInfoSha256(data)))
      : new Uint8Array(256);
  return chip;
}

/** An SMP that takes what it is sent, and is down as told. */
async function fakeSmp() {
  const state = {
    down: 0,
    challenge: random.bytes(32),
    sessions: 0,
    received: [] as { session: string; body: Uint8Array; type: string }[],
    status: { status: 'received' } as Record<string, unknown>,
    thumbprints: new Set<string>(),
    refuse: undefined as string | undefined,
    resets: [] as Uint8Array[],
  };
  const seen = jtiMemory(clock);
  const app = new Hono();
  app.use('*', async (c, next) => {
    const body = new Uint8Array(await c.req.raw.clone().arrayBuffer());
    const proof = c.req.header('dpop') ?? '';
    const sender = await verifyDpop({ proof, method: c.req.method, url: c.req.url, body, clock, seen });
    state.thumbprints.add(sender.thumbprint);
    await next();
  });
  app.post('/sessions', async (c) => {
    state.sessions++;
    assert.deepEqual(await c.req.json(), { platform: 'ios' });
    const expires = new Date(clock.now().getTime() + 600_000).toISOString();
    const challenge = Buffer.from(state.challenge).toString('base64url');
    return c.json({ session: `session-${String(state.sessions).padStart(10, '0')}`, challenge, expires }, 201);
  });
  app.post('/applications', async (c) => {
    const body = new Uint8Array(await c.req.raw.arrayBuffer());
    state.received.push({
      session: c.req.header('tegata-session') ?? '',
      body,
      type: c.req.header('content-type') ?? '',
    });
    if (state.down > 0) {
      state.down--;
      return c.body(null, 503);
    }
    if (state.refuse) throw Object.assign(new Error('refused'), { code: state.refuse });
    return c.json({ reference: 'TG-0001', status: 'received' }, 202);
  });
  app.post('/pin-resets', async (c) => {
    state.resets.push(new Uint8Array(await c.req.raw.arrayBuffer()));
    return c.json({ permission: 'P'.repeat(43) });
  });
  app.get('/applications/:reference', (c) => c.json({ reference: c.req.param('reference'), ...state.status }));
  return { state, server: await serve({ app, onError: problemAnswer(base) }) };
}

/** A wallet that gives keys and keeps what it is told. */
async function fakeWallet() {
  const device = p256Jwk(await generateSoftwareKey('P-256'));
  const response = p256Jwk(await generateSoftwareKey('P-256'));
  const state = {
    shown: [] as Record<string, unknown>[],
    challenges: [] as string[],
    up: true,
    /** What was asked for the phone's certificates, and the PINs that were set anew. */
    certificates: undefined as unknown,
    reset: undefined as unknown,
  };
  const base64 = (fill: number) => Buffer.alloc(600, fill).toString('base64');
  const app = new Hono();
  app.post('/keys', async (c) => {
    const { challenge, certificates } = (await c.req.json()) as { challenge: string; certificates?: unknown };
    state.challenges.push(challenge);
    state.certificates = certificates;
    const requests = certificates ? { certificateRequests: { auth: base64(1), sign: base64(2) } } : {};
    return c.json({ attestation: 'a.b.c', deviceKeys: [device], responseKey: response, ...requests });
  });
  app.post('/certificates/pin-resets', (c) =>
    c.json({ reference: 'TG-0001', nonce: Buffer.alloc(32, 7).toString('base64url') }, 201),
  );
  app.put('/certificates/pins', async (c) => {
    state.reset = await c.req.json();
    return c.body(null, 204);
  });
  app.put('/provisional/:reference', async (c) => {
    if (!state.up) return c.body(null, 503);
    state.shown.push((await c.req.json()) as Record<string, unknown>);
    return c.body(null, 204);
  });
  return { state, device, response, server: await serve({ app, onError: problemAnswer(base) }) };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('it never came to hold');
}

describe('the app with which a person applies', () => {
  let smp: Awaited<ReturnType<typeof fakeSmp>>;
  let wallet: Awaited<ReturnType<typeof fakeWallet>>;
  let app: RunningApplicantApp;
  let config: ApplicantAppConfig;
  let held: HeldCard | undefined;
  const steps: TapStep[] = [];
  const messages: TapMessage[] = [];
  const lines: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'tegata-app-'));

  before(async () => {
    smp = await fakeSmp();
    wallet = await fakeWallet();
    config = {
      ...base,
      log: createLog({ party: 'applicant-app', clock, write: (line) => lines.push(line) }),
      tap: { message: (message) => messages.push(message), step: (step) => steps.push(step) },
      smp: { url: smp.server.url },
      wallet: { url: wallet.server.url, secret: 'secret-of-the-wallet' },
      secret: 'secret-of-the-app',
      keys: memoryKeys(),
      dataDir: folder,
    };
    app = await start(config);
  });
  after(async () => {
    held?.remove();
    await app.close();
    const servers: Running[] = [smp.server, wallet.server];
    for (const server of servers) await server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    Object.assign(smp.state, { down: 0, refuse: undefined, received: [], status: { status: 'received' } });
    steps.length = 0;
  });

  async function hold(chip = cardOfTheTests()): Promise<TestChip> {
    held?.remove();
    // One card at a time: the reader has to have seen the one before leave.
    while ((await call('GET', '/reader')).json['present']) await new Promise((resolve) => setTimeout(resolve, 5));
    held = await connectCard({ ...app.reader, atr: new Uint8Array([0x3b]), chip });
    return chip;
  }
  const call = async (method: string, path: string, json?: unknown, secret = 'secret-of-the-app') => {
    const answer = await peer({ url: app.url, name: 'applicant-app', party: 'applicant-app', secret }).request(
      method,
      path,
      { json },
    );
    return { status: answer.status, json: answer.json() as Record<string, unknown> };
  };
  const apply = (change: Record<string, unknown> = {}) =>
    call('POST', '/applications', { pin: '1234', signaturePassword: 'TEGATA1', ...change });
  const sent = (): Application => {
    const signed = verifySignedData({
      cms: smp.state.received.at(-1)?.body as Uint8Array,
      eContentType: APPLICATION_CONTENT_TYPE,
      at: clock.now(),
    });
    assert.equal(signed.result, 'passed');
    return decodeApplication(signed.content as Uint8Array);
  };

  it('says where cards are held to, and serves only who knows its secret', async () => {
    assert.deepEqual((await call('GET', '/reader')).json, { ...app.reader, present: false });
    assert.equal((await call('GET', '/reader', undefined, 'another')).status, 401);
  });

  it('sends the person’s application, signed by the card over files, challenge and device keys', async () => {
    const chip = await hold();
    const { status, json } = await apply();
    assert.deepEqual([status, json], [202, { reference: 'TG-0001', status: 'received' }]);
    const [received] = smp.state.received;
    assert.equal(received?.type, 'application/pkcs7-mime; smime-type=signed-data');
    const application = sent();
    assert.equal(application.session, received?.session);
    assert.deepEqual(application.challenge, smp.state.challenge);
    assert.deepEqual(application.card.text[1], chip.applications.text.files[1]);
    assert.deepEqual(application.card.surface[2], chip.applications.surface.files[2]);
    assert.deepEqual(application.deviceKeys.map(coseKeyToJwk), [wallet.device]);
    assert.deepEqual(coseKeyToJwk(application.responseKey), wallet.response);
    assert.equal(application.keyAttestation, 'a.b.c');
    assert.equal(wallet.state.challenges.at(-1), Buffer.from(smp.state.challenge).toString('base64url'));
    assert.deepEqual(chip.shown, [0x91, 0x93, 0x9b]);
    assert.deepEqual(
      steps.map(({ step, state }) => `${step} ${state}`),
      ['1 started', '1 passed', '2 started', '2 passed', '3 started', '3 passed'],
    );
  });

  it('asks for session and keys before the card is touched', async () => {
    await hold();
    messages.length = 0;
    await apply();
    const firstOf = (label: RegExp) => messages.findIndex((message) => label.test(message.label));
    const firstCommand = messages.findIndex(({ kind }) => kind === 'apdu-command');
    assert.ok(firstOf(/sessions/) < firstCommand);
    assert.ok(firstOf(/keys/) < firstCommand);
  });

  const phonePins = { authPin: '9876', signaturePassword: 'PHONE01' };
  /** Everything that went over a wire to the SMP. */
  const toSmp = () =>
    messages.filter(({ to }) => to === 'smp').map(({ bytes }) => Buffer.from(bytes).toString('latin1'));

  it('has the phone’s certificates requested in what the card signs; their PINs go to the wallet alone', async () => {
    await hold();
    messages.length = 0;
    assert.equal((await apply({ certificates: phonePins })).status, 202);
    assert.deepEqual(wallet.state.certificates, { ...phonePins, platform: 'ios' });
    const { want, certificateRequests } = sent();
    assert.deepEqual([want, certificateRequests?.auth[0], certificateRequests?.sign[0]], [undefined, 1, 2]);
    assert.ok(toSmp().length > 1 && toSmp().every((body) => !/9876|PHONE01/.test(body)));
    assert.equal((await apply({ certificates: phonePins, want: 'certificates' })).status, 202);
    assert.equal(sent().want, 'certificates');
    assert.equal((await apply({ want: 'certificates' })).json['code'], 'bad-request');
  });

  it('has the card sign the wish for new PINs, and gives permission and PINs to the wallet', async () => {
    const chip = cardOfTheTests();
    chip.applications.jpki.files[6] = writeTokenInfo({ profile: 'card', serialNumber: '0'.repeat(16) });
    await hold(chip);
    messages.length = 0;
    const ask = (json: object) =>
      peer({ url: app.url, name: 'applicant-app', party: 'applicant-app', secret: 'secret-of-the-app' }).request(
        'POST',
        '/pin-resets',
        { json },
      );
    assert.equal((await ask({ signaturePassword: 'TEGATA1', certificates: { authPin: '4321' } })).status, 204);
    const cms = smp.state.resets.at(-1) as Uint8Array;
    const signed = verifySignedData({ cms, eContentType: PIN_RESET_CONTENT_TYPE, at: clock.now() });
    const wish = decodePinReset(signed.content as Uint8Array);
    assert.deepEqual([wish.reference, wish.nonce[0], wish.challenge], ['TG-0001', 7, smp.state.challenge]);
    assert.deepEqual(wallet.state.reset, { permission: 'P'.repeat(43), authPin: '4321' });
    assert.ok(toSmp().every((body) => !body.includes('4321')));
    assert.equal((await ask({ signaturePassword: 'TEGATA1', certificates: {} })).status, 400);
    assert.equal((await ask({ signaturePassword: 'WRONG99', certificates: { authPin: '4321' } })).status, 403);
  });

  it('takes a password in small letters, which the card knows in capitals', async () => {
    await hold();
    assert.equal((await apply({ signaturePassword: 'tegata1' })).status, 202);
  });

  it('says what was wrong with the secrets, with the tries left, and spends none on what cannot be right', async () => {
    const chip = await hold();
    for (const [change, code] of [
      [{ pin: '12345' }, 'pin-format'],
      [{ signaturePassword: 'ab' }, 'signature-password-format'],
      [{ pin: 1234 }, 'bad-request'],
    ] as const) {
      assert.equal((await apply(change)).json['code'], code);
    }
    assert.deepEqual(chip.shown, []);
    const pin = await apply({ pin: '0000' });
    assert.deepEqual([pin.json['code'], pin.json['triesLeft']], ['wrong-pin', 2]);
    assert.deepEqual(steps.at(-1), { step: 1, state: 'failed', code: 'wrong-pin' });
    const password = await apply({ signaturePassword: 'WRONG99' });
    assert.deepEqual([password.json['code'], password.json['triesLeft']], ['wrong-signature-password', 4]);
    assert.deepEqual(steps.at(-1), { step: 2, state: 'failed', code: 'wrong-signature-password' });
    assert.equal(smp.state.received.length, 0);
  });

  it('goes on with the last try when the person says so', async () => {
    const chip = await hold();
    chip.applications.text.secrets[0x11] = { value: '1234', tries: 1 };
    const stopped = await apply();
    assert.deepEqual([stopped.json['code'], stopped.json['triesLeft']], ['last-try', 1]);
    assert.equal((await apply({ confirmLastTry: true })).status, 202);
  });

  it('says that the card left the reader', async () => {
    const chip = cardOfTheTests();
    const honest = chip.transmit.bind(chip);
    chip.transmit = (command) => {
      if (command[1] === 0xb0 && chip.commands.length > 12) held?.remove();
      return honest(command);
    };
    await hold(chip);
    assert.equal((await apply()).json['code'], 'card-removed');
  });

  it('notices a card that signs with another key than its certificate’s', async () => {
    const chip = cardOfTheTests();
    chip.sign = () => new Uint8Array(256).fill(1);
    await hold(chip);
    assert.equal((await apply()).json['code'], 'card-hostile');
    assert.equal(smp.state.received.length, 0);
  });

  it('sends the same bytes to the same session again after a failure', async () => {
    await hold();
    smp.state.down = 2;
    assert.equal((await apply()).status, 202);
    const [first, ...rest] = smp.state.received;
    assert.equal(rest.length, 2);
    for (const again of rest) assert.deepEqual(again, first);
  });

  it('keeps what could not be sent, so that nobody taps twice', async () => {
    const chip = await hold();
    smp.state.down = 4;
    assert.equal((await apply()).json['code'], 'smp-unreachable');
    const commands = chip.commands.length;
    const [first] = smp.state.received;
    assert.equal((await call('POST', '/applications/unsent', {})).status, 202);
    assert.deepEqual(smp.state.received.at(-1), first);
    assert.equal(chip.commands.length, commands);
    assert.equal((await call('POST', '/applications/unsent', {})).json['code'], 'not-found');
  });

  it('passes a refusal of the SMP on with its own code and does not repeat the application', async () => {
    await hold();
    smp.state.refuse = 'presence-invalid';
    assert.equal((await apply()).json['code'], 'presence-invalid');
    assert.equal(smp.state.received.length, 1);
  });

  it('tells the wallet each change of the true state until the application has ended, also over a restart', async () => {
    await hold();
    wallet.state.shown.length = 0;
    smp.state.status = { status: 'verified', waiting: 'ocsp-unavailable' };
    await apply();
    await until(() => wallet.state.shown.length === 1);
    assert.deepEqual(wallet.state.shown[0], { reference: 'TG-0001', status: 'verified', waiting: 'ocsp-unavailable' });
    await app.close();
    wallet.state.up = false;
    app = await start(config);
    smp.state.status = { status: 'active' };
    await new Promise((resolve) => setTimeout(resolve, 100));
    wallet.state.up = true;
    await until(() => wallet.state.shown.some(({ status }) => status === 'active'));
    await until(() => readFileSync(join(folder, 'applicant-app', 'followed.json'), 'utf8') === '[]\n');
  });

  it('answers for the state of an application with the SMP’s own words', async () => {
    smp.state.status = { status: 'refused', refusal: 'card-expired', since: '2026-04-01T00:00:00Z' };
    assert.deepEqual((await call('GET', '/applications/TG-0001')).json, {
      reference: 'TG-0001',
      ...smp.state.status,
    });
  });

  it('is the same phone to the SMP in every call', () => {
    assert.equal(smp.state.thumbprints.size, 1);
  });

  it('leaves no PIN, password or My Number in its log and its steps', () => {
    assert.ok(lines.some((line) => line.includes('application-accepted')));
    assert.ok(lines.some((line) => line.includes('application-not-made')));
    const told = `${lines.join('')}${JSON.stringify(steps)}`;
    for (const secret of [/"1234"/, /0000"/, /TEGATA1/i, /WRONG99/, new RegExp(MY_NUMBER)])
      assert.doesNotMatch(told, secret);
  });
});
