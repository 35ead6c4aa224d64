import assert from 'node:assert/strict';
import { createHash, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CardReader, type CardSession, listenForCard } from '@tegata/apdu';
import { pinResetPermission } from '@tegata/application';
import { parseTokenInfo } from '@tegata/card-files';
import { nameValues, oid, parseCertificate } from '@tegata/x509';
import { readCsr } from '@tegata/x509-build';
import { PIN, publicKeyOf, testWorld, until } from '../world-for-tests.ts';
import { OK, otherPin, testJpki, tokenProgram } from './jpki-for-tests.ts';

const PINS = { platform: 'ios', authPin: '9876', signaturePassword: 'Phone01' } as const;
const sha256 = (data: Uint8Array | string) => new Uint8Array(createHash('sha256').update(data).digest());

describe('the e-certificates of the phone', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tegata-wallet-'));
  const resetKey = new Uint8Array(randomBytes(32));
  let jpki: Awaited<ReturnType<typeof testJpki>>;
  let world: Awaited<ReturnType<typeof testWorld>>;
  let reader: CardReader;
  let references = 0;

  before(async () => {
    jpki = await testJpki();
    world = await testWorld({ dataDir });
    await world.restart({ trust: { iaca: [world.issuer.root], ...jpki.trust } });
    reader = await listenForCard();
  });
  after(async () => {
    await reader.close();
    await world.close();
    rmSync(dataDir, { recursive: true });
  });

  const shown = async () => (await world.call('screens', 'GET', '/certificates')).json;
  type Keys = Awaited<ReturnType<typeof world.keys>>;
  const certify = (keys: Keys) => jpki.certify(keys.certificateRequests as { auth: string; sign: string });
  /** Applies and delivers, with the card or without, until the receipt is there. */
  async function activate(options: { card?: boolean } = {}) {
    const keys = await world.keys(PINS);
    const reference = `TG-CERT-${references++}`;
    const issuerSigned = options.card
      ? await world.issuer.issue(publicKeyOf(keys.deviceKeys[0] as (typeof keys.deviceKeys)[0]))
      : undefined;
    const certificates = await certify(keys);
    const delivery = await world.deliver(keys.responseKey, issuerSigned, { reference, certificates, resetKey });
    await until(() => world.provider.state.receipts.has(delivery.id));
    return { keys, reference, certificates, delivery };
  }
  const hold = (pin = PIN) =>
    world.call('screens', 'POST', '/certificates/hold', { reader: `127.0.0.1:${reader.address.port}`, pin });
  /** Holds the phone to the reader, lets a program work with it, and takes it away. */
  async function inField<T>(work: (program: ReturnType<typeof tokenProgram>, session: CardSession) => Promise<T>) {
    assert.equal((await hold()).status, 200);
    const session = await reader.waitForCard({ timeoutMs: 5_000 });
    try {
      const program = tokenProgram(session);
      assert.equal((await program.select()).sw, OK);
      return await work(program, session);
    } finally {
      await session.close();
      await world.call('screens', 'POST', '/certificates/remove');
      await until(() => !reader.present);
    }
  }

  it('are asked for with two keys of RSA-2048, each proven, and with the challenge in both requests', async () => {
    assert.equal((await shown())['state'], 'none');
    const { challenge, certificateRequests } = await world.keys(PINS);
    const requests = Object.values(certificateRequests ?? {}).map((der) =>
      readCsr(new Uint8Array(Buffer.from(der, 'base64'))),
    );
    assert.equal(requests.length, 2);
    for (const { subject, publicKey } of requests) {
      assert.deepEqual(nameValues(subject, oid.commonName), [challenge]);
      assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 2048);
    }
    assert.ok(!requests[0]?.publicKey.equals(requests[1]?.publicKey as never));
    assert.deepEqual(await shown(), { state: 'requested', platform: 'ios', locked: false, held: false });
  });

  it('are not asked for under PINs of another form', async () => {
    const challenge = Buffer.from(randomBytes(32)).toString('base64url');
    const asked = async (change: object) =>
      (await world.call('app', 'POST', '/keys', { challenge, count: 1, certificates: { ...PINS, ...change } })).json[
        'code'
      ];
    assert.equal(await asked({ authPin: '12345' }), 'certificate-pin-format');
    assert.equal(await asked({ signaturePassword: 'short' }), 'certificate-password-format');
    assert.equal(await asked({ signaturePassword: 'パスワード１２' }), 'certificate-password-format');
    assert.equal(await asked({ platform: 'card' }), 'bad-request');
  });

  it('come with the card in one delivery, and the receipt is about all of it', async () => {
    const { reference, delivery } = await activate({ card: true });
    assert.equal(world.provider.state.receipts.get(delivery.id), delivery.digest);
    const card = (await world.call('screens', 'GET', '/card')).json;
    assert.deepEqual([card['state'], card['reference']], ['active', reference]);
    const view = await shown();
    assert.deepEqual([view['state'], view['reference'], view['platform']], ['active', reference, 'ios']);
    // Nobody was named whom the phone could ask, so nothing is said to be good.
    assert.deepEqual(
      (view['certificates'] as { use: string; state: string }[]).map(({ use, state }) => [use, state]),
      [
        ['auth', 'undetermined'],
        ['sign', 'undetermined'],
      ],
    );
  });

  it('come alone too, and leave the card as it is', async () => {
    const card = async () => (await world.call('screens', 'GET', '/card')).json['reference'];
    const before = await card();
    const { reference } = await activate();
    assert.deepEqual([await card(), (await shown())['reference']], [before, reference]);
  });

  it('are kept with the card or not at all: one for another key refuses both', async () => {
    const before = [(await shown())['reference'], (await world.call('screens', 'GET', '/card')).json['reference']];
    const other = await certify(await world.keys(PINS));
    const keys = await world.keys(PINS);
    const issuerSigned = await world.issuer.issue(publicKeyOf(keys.deviceKeys[0] as never));
    const refused = world.steps.length;
    const { id } = await world.deliver(keys.responseKey, issuerSigned, { certificates: other, resetKey });
    await until(() => world.steps.slice(refused).some(({ state }) => state === 'failed'));
    assert.equal(world.steps.at(-1)?.code, 'certificates-invalid');
    assert.ok(!world.provider.state.receipts.has(id));
    const after = [(await shown())['reference'], (await world.call('screens', 'GET', '/card')).json['reference']];
    assert.deepEqual(after, before);
    world.provider.state.deliveries.splice(0);
  });

  it('are used over the command set of the card, with the label of an iPhone', async () => {
    const { certificates } = await activate();
    await inField(async ({ read, send, verifyPin, verifyPassword, sign }) => {
      assert.equal(parseTokenInfo(await read(0x06)).label, 'JPKIAPIOSTOKEN');
      assert.equal((await send('00B08A0000')).sw, '6982');
      for (const [use, file, show] of [
        ['auth', 0x0a, () => verifyPin('9876')],
        ['sign', 0x01, () => verifyPassword('PHONE01')],
      ] as const) {
        const message = Buffer.from(`signed with ${use}`);
        assert.equal((await sign(use, sha256(message))).sw, '6982');
        assert.equal((await show()).sw, OK);
        const der = certificates.get(use) as Uint8Array;
        assert.deepEqual((await read(file)).subarray(0, der.length), der);
        const { publicKey } = parseCertificate(der);
        assert.ok(verify('sha256', message, publicKey, (await sign(use, sha256(message))).data));
      }
    });
  });

  it('have keys of P-384 where the phone is set up so', async () => {
    const trust = { iaca: [world.issuer.root], ...jpki.trust };
    await world.restart({ trust, certificateKeys: 'P-384' });
    const { certificates } = await activate();
    await inField(async ({ verifyPin, sign }) => {
      const message = Buffer.from('signed on a curve');
      assert.equal((await verifyPin('9876')).sw, OK);
      const { publicKey } = parseCertificate(certificates.get('auth') as Uint8Array);
      const { data } = await sign('auth', new Uint8Array(createHash('sha384').update(message).digest()));
      assert.ok(verify('sha384', message, publicKey, data));
    });
    await world.restart({ trust });
  });

  it('have PINs whose tries are counted, and stay counted over a restart', async () => {
    await activate();
    await inField(async ({ verifyPin, verifyPassword }) => {
      assert.equal((await verifyPin(otherPin('9876'))).sw, '63C2');
      assert.equal((await verifyPassword('PHONE02')).sw, '63C4');
    });
    await world.restart({ trust: { iaca: [world.issuer.root], ...jpki.trust } });
    assert.deepEqual((await shown())['pins'], {
      auth: { triesLeft: 2, tries: 3 },
      signature: { triesLeft: 4, tries: 5 },
    });
    await inField(async ({ verifyPin }) => {
      assert.equal((await verifyPin(otherPin('9876'))).sw, '63C1');
      assert.equal((await verifyPin('9876')).sw, OK);
    });
    assert.deepEqual((await shown())['pins'], {
      auth: { triesLeft: 3, tries: 3 },
      signature: { triesLeft: 4, tries: 5 },
    });
  });

  it('have PINs that their holder changes, by the phone or by any program', async () => {
    await activate();
    const change = (which: string, old: string, next: string) =>
      world.call('screens', 'POST', '/certificates/pin', { which, old, new: next });
    assert.equal((await change('auth', '9876', '12345')).json['code'], 'certificate-pin-format');
    const wrong = await change('auth', otherPin('9876'), '1111');
    assert.deepEqual([wrong.json['code'], wrong.json['triesLeft']], ['wrong-certificate-pin', 2]);
    assert.equal((await change('auth', '9876', '1111')).status, 204);
    assert.equal((await change('signature', 'phone01', 'another7')).status, 204);
    await inField(async ({ send, verifyPin, verifyPassword }) => {
      assert.equal((await verifyPin('9876')).sw, '63C2');
      assert.equal((await verifyPin('1111')).sw, OK);
      assert.equal((await send('0024018004 32323232')).sw, OK);
      assert.equal((await verifyPassword('ANOTHER7')).sw, OK);
    });
    await inField(async ({ verifyPin }) => assert.equal((await verifyPin('2222')).sw, OK));
  });

  it('are locked after the last try, and opened by a permission of the SMP alone, once', async () => {
    const { reference } = await activate();
    await inField(async ({ verifyPin }) => {
      const wrong = otherPin('9876');
      const answers = [await verifyPin(wrong), await verifyPin(wrong), await verifyPin(wrong), await verifyPin('9876')];
      assert.deepEqual(
        answers.map(({ sw }) => sw),
        ['63C2', '63C1', '63C0', '6984'],
      );
    });
    const locked = await world.call('screens', 'POST', '/certificates/pin', {
      which: 'auth',
      old: '9876',
      new: '1111',
    });
    assert.equal(locked.json['code'], 'certificate-pin-locked');

    const begin = async () =>
      (await world.call('app', 'POST', '/certificates/pin-resets')).json as { reference: string; nonce: string };
    const permit = (nonce: string, key = resetKey) =>
      Buffer.from(pinResetPermission(key, Buffer.from(nonce, 'base64url'))).toString('base64url');
    const finish = async (permission: string) =>
      (await world.call('app', 'PUT', '/certificates/pins', { permission, authPin: '4321' })).status;
    const first = await begin();
    assert.equal(first.reference, reference);
    assert.equal(await finish(permit(first.nonce, new Uint8Array(32))), 403);
    assert.equal(await finish(permit(first.nonce)), 403, 'a wrong permission has used the nonce up');
    const second = await begin();
    world.clock.advance(10 * 60_000 + 1);
    assert.equal(await finish(permit(second.nonce)), 403, 'too late');
    const third = await begin();
    assert.equal(await finish(permit(third.nonce)), 204);
    assert.equal(await finish(permit(third.nonce)), 403, 'used');
    await inField(async ({ verifyPin, verifyPassword }) => {
      assert.equal((await verifyPin('4321')).sw, OK);
      assert.equal((await verifyPassword('PHONE01')).sw, OK);
    });
  });

  it('work only while the phone is unlocked: its lock takes them out of the reader', async () => {
    await activate();
    assert.deepEqual((await hold('000000')).json['code'], 'wrong-phone-pin');
    await hold();
    const session = await reader.waitForCard({ timeoutMs: 5_000 });
    assert.equal((await tokenProgram(session).select()).sw, OK);
    await world.call('screens', 'POST', '/lock');
    await until(() => !reader.present);
    await assert.rejects(tokenProgram(session).select());
    await session.close();
    const view = await shown();
    assert.deepEqual([view['state'], view['locked'], view['certificates']], ['active', true, undefined]);
    assert.equal((await world.call('screens', 'POST', '/unlock', { pin: PIN })).status, 204);
  });

  it('are not held to a reader that does not listen, nor to another machine', async () => {
    const at = (address: string) => world.call('screens', 'POST', '/certificates/hold', { reader: address, pin: PIN });
    assert.equal((await at('127.0.0.1:1')).json['code'], 'reader-unreachable');
    assert.equal((await at('10.0.0.1:35963')).json['code'], 'bad-request');
  });

  it('go with everything else when the phone is erased', async () => {
    await activate();
    await world.call('screens', 'POST', '/reset', { pin: PIN });
    assert.equal((await shown())['state'], 'none');
    assert.equal((await hold()).json['code'], 'no-certificates');
  });
});
