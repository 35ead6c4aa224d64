import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type P256Jwk, p256Jwk } from '@tegata/jose';
import { generateSoftwareKey } from '@tegata/keys';
import { PIN, publicKeyOf, testIssuer, testWorld, until } from './world-for-tests.ts';

type World = Awaited<ReturnType<typeof testWorld>>;

describe('a wallet that receives a card', () => {
  let world: World;
  before(async () => {
    world = await testWorld();
  });
  after(() => world.close());
  const card = async () => (await world.call('screens', 'GET', '/card')).json;

  it('is empty at first, and says so to who wants to show it', async () => {
    assert.deepEqual(await card(), { state: 'none', locked: false });
    const shown = await world.call('screens', 'POST', '/engagements', { consent: 'allow', pin: PIN });
    assert.equal(shown.json['code'], 'no-card-in-wallet');
  });

  it('shows an application’s true state, without data, and answers no reader', async () => {
    const shown = {
      reference: 'TG-0000',
      status: 'verified',
      since: '2026-04-01T00:00:00.000Z',
      waiting: 'iaca-unavailable',
    };
    assert.equal((await world.call('app', 'PUT', '/provisional/TG-0000', shown)).status, 204);
    assert.deepEqual(await card(), { state: 'provisional', ...shown, locked: false });
    await world.call('app', 'PUT', '/provisional/TG-0000', { status: 'refused', refusal: 'card-expired' });
    assert.deepEqual(await card(), {
      state: 'provisional',
      reference: 'TG-0000',
      status: 'refused',
      refusal: 'card-expired',
      locked: false,
    });
    const engagement = await world.call('screens', 'POST', '/engagements', { consent: 'allow', pin: PIN });
    assert.equal(engagement.json['code'], 'card-provisional');
  });

  it('refuses whoever knows no secret, and each secret at the other’s door', async () => {
    assert.equal((await world.call('reader', 'GET', '/card')).status, 401);
    assert.equal((await world.call('app', 'GET', '/card')).status, 401);
    assert.equal((await world.call('screens', 'POST', '/keys', {})).status, 401);
    assert.equal((await world.call('reader', 'POST', '/unlock', { pin: PIN })).status, 401);
  });

  it('does not keep a card of an issuer it does not trust, of another key, of another type, or past its end', async () => {
    const { deviceKeys, responseKey } = await world.keys();
    const own = publicKeyOf(deviceKeys[0] as P256Jwk);
    const foreign = await testIssuer();
    const other = createPublicKey(await generateSoftwareKey('P-256'));
    const bad = [
      await foreign.issue(own),
      await world.issuer.issue(other),
      await world.issuer.issue(own, { docType: 'org.iso.18013.5.1.mDL' }).catch(() => new Uint8Array(3)),
      new Uint8Array([0x80]),
    ];
    for (const issuerSigned of bad) {
      const { id } = await world.deliver(responseKey, issuerSigned);
      const failed = world.steps.filter(({ state }) => state === 'failed').length;
      await until(() => world.steps.filter(({ state }) => state === 'failed').length > failed);
      assert.equal(world.provider.state.receipts.has(id), false);
      assert.equal((await card())['state'], 'provisional');
      world.provider.state.deliveries.length = 0;
    }
    assert.equal(world.steps.findLast(({ state }) => state === 'failed')?.code, 'mdoc-invalid');
  });

  it('does not open what was encrypted to another phone, or sent under another name', async () => {
    const { responseKey, deviceKeys } = await world.keys();
    const issuerSigned = await world.issuer.issue(publicKeyOf(deviceKeys[0] as P256Jwk));
    for (const [key, name] of [
      [p256Jwk(await generateSoftwareKey('P-256')), undefined],
      [responseKey, 'another-delivery-0001'],
    ] as const) {
      const failed = world.steps.filter(({ state }) => state === 'failed').length;
      await world.deliver(key, issuerSigned, name === undefined ? {} : { name });
      await until(() => world.steps.filter(({ state }) => state === 'failed').length > failed);
      assert.equal(world.steps.findLast(({ state }) => state === 'failed')?.code, 'delivery-unreadable');
      world.provider.state.deliveries.length = 0;
    }
  });

  it('keeps its card, acknowledges its bytes, and shows it with the My Number masked', async () => {
    const { id, digest } = await world.activate('TG-0001');
    assert.equal(world.provider.state.receipts.get(id), digest);
    const shown = await card();
    assert.equal(shown['state'], 'active');
    assert.equal(shown['reference'], 'TG-0001');
    const { elements, portrait, portraitAsIssued, validUntil } = shown['card'] as Record<string, unknown>;
    assert.deepEqual(elements, {
      full_name_unicode: '見本　花子',
      individual_number_unicode: '********7188',
      age_over_18: true,
      age_over_20: true,
      age_over_65: false,
      birth_date: '2000-03-31',
    });
    assert.match(portrait as string, /^data:image\/jpeg;base64,/);
    assert.deepEqual(portraitAsIssued, {
      mediaType: 'image/jpeg',
      base64: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]).toString('base64'),
    });
    assert.equal(validUntil, '2026-05-01T00:00:00.000Z');
    const whole = await world.call('screens', 'GET', '/card/individual-number');
    assert.deepEqual(whole.json, { individual_number_unicode: '537686677188' });
  });

  it('takes the same delivery twice as one, and acknowledges it again', async () => {
    const { id, jwe } = await world.activate('TG-0002');
    const passed = world.steps.filter(({ state }) => state === 'passed').length;
    world.provider.state.receipts.delete(id);
    world.provider.state.deliveries = [{ id, jwe }];
    await world.keys();
    await until(() => world.provider.state.receipts.has(id));
    assert.equal((await card())['reference'], 'TG-0002');
    assert.ok(world.steps.filter(({ state }) => state === 'passed').length > passed);
  });

  it('shows nothing of its card while it is locked, and waits with deliveries until it is unlocked', async () => {
    assert.equal((await world.call('screens', 'POST', '/lock')).status, 204);
    const locked = await card();
    assert.equal(locked['state'], 'active');
    assert.equal(locked['card'], undefined);
    assert.equal((await world.call('screens', 'GET', '/card/individual-number')).json['code'], 'phone-locked');
    const challenge = 'A'.repeat(43);
    assert.equal((await world.call('app', 'POST', '/keys', { challenge, count: 1 })).json['code'], 'phone-locked');
    const wrong = await world.call('screens', 'POST', '/unlock', { pin: '000000' });
    assert.deepEqual([wrong.json['code'], wrong.json['triesLeft']], ['wrong-phone-pin', 4]);
    assert.equal((await world.call('screens', 'POST', '/unlock', { pin: PIN })).status, 204);
    assert.notEqual((await card())['card'], undefined);
  });
});

describe('a wallet whose PIN is locked', () => {
  it('is reset to nothing and takes a new PIN, and then a new card', async () => {
    const world = await testWorld();
    try {
      await world.activate('TG-0005');
      for (let time = 0; time < 5; time++) await world.call('screens', 'POST', '/unlock', { pin: '000000' });
      assert.equal((await world.call('screens', 'POST', '/unlock', { pin: PIN })).json['code'], 'phone-pin-locked');
      assert.equal((await world.call('screens', 'POST', '/reset', { pin: '135790' })).status, 204);
      assert.deepEqual((await world.call('screens', 'GET', '/card')).json, { state: 'none', locked: false });
      await world.activate('TG-0006');
      assert.equal((await world.call('screens', 'GET', '/card')).json['reference'], 'TG-0006');
      assert.equal((await world.call('screens', 'POST', '/unlock', { pin: '135790' })).status, 204);
    } finally {
      await world.close();
    }
  });
});

describe('a wallet over a restart', () => {
  it('has its card, its keys and its unsent receipt, and nothing of the card stands in its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tegata-wallet-'));
    const world = await testWorld({ dataDir: folder });
    try {
      await world.activate('TG-0003');
      const { deviceKeys, responseKey } = await world.keys();
      await world.restart();
      const issuerSigned = await world.issuer.issue(publicKeyOf(deviceKeys[0] as P256Jwk));
      const { id } = await world.deliver(responseKey, issuerSigned, { reference: 'TG-0004' });
      await until(() => world.provider.state.receipts.has(id));
      const shown = (await world.call('screens', 'GET', '/card')).json;
      assert.deepEqual([shown['state'], shown['reference']], ['active', 'TG-0004']);
      const files = ['wallet.sqlite', 'wallet.sqlite-wal'].map((name) => {
        try {
          return readFileSync(join(folder, name)).toString('latin1');
        } catch {
          return '';
        }
      });
      const everything = files.join('');
      for (const secret of ['537686677188', Buffer.from('見本　花子').toString('latin1'), PIN]) {
        assert.equal(everything.includes(secret), false);
      }
      assert.ok(everything.includes('TG-0004'));
    } finally {
      await world.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('does not spend tries on a PIN of the configuration that is no longer right', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tegata-wallet-'));
    const world = await testWorld({ dataDir: folder });
    try {
      for (let time = 0; time < 7; time++) await world.restart({ pin: '999999' });
      const wrong = await world.call('screens', 'POST', '/unlock', { pin: '000000' });
      assert.deepEqual([wrong.json['code'], wrong.json['triesLeft']], ['wrong-phone-pin', 3]);
      assert.equal((await world.call('screens', 'POST', '/unlock', { pin: PIN })).status, 204);
    } finally {
      await world.close();
      rmSync(folder, { recursive: true });
    }
  });
});
