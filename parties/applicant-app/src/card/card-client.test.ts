import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { transportTo } from '@tegata/apdu';
import { cardStatus } from './card-status.ts';
import { changePin } from './change-pin.ts';
import { type PinKind, pinBytes } from './pins.ts';
import { unlockKey } from './signing-key.ts';
import { PIN_APPLICATIONS, testCredentials, type WatchedChip, watchedChip } from './token-for-tests.ts';

const credentials = await testCredentials();
const data = new Uint8Array(Buffer.from('what is signed'));
const unlock = (chip: WatchedChip, key: 'auth' | 'sign', typed: string, confirmLastTry = false) =>
  unlockKey({ card: transportTo(chip), key, secret: pinBytes(key, typed), confirmLastTry });

describe('looking at a card', () => {
  it('tells tries, certificates and what it is, and moves no counter', async () => {
    const start = { 'jpki/0018': 2, 'jpki/001B': 0, 'text/0011': 1, 'common/001C': 3, 'resident/001C': 3 };
    const chip = watchedChip(credentials, { start, others: PIN_APPLICATIONS });
    const status = await cardStatus(transportTo(chip));
    assert.deepEqual(
      status.pins.map(({ pin, application, triesLeft }) => [pin, application, triesLeft]),
      [
        ['auth', 'jpki', 2],
        ['sign', 'jpki', 0],
        ['text', 'text', 1],
        ['card', 'common', 3],
        ['card', 'resident', 3],
      ],
    );
    assert.equal(status.profile, 'card');
    assert.deepEqual(status.available, { auth: true, sign: true });
    assert.deepEqual(status.auth, credentials.certificates.auth);
    assert.deepEqual(status.signCa, credentials.certificates.signCa);
    assert.deepEqual(chip.shown, []);
    assert.deepEqual(chip.writes, []);
    for (const [name, left] of Object.entries(start)) assert.equal(chip.counters.read(name), left);
  });

  it('says what a phone has and has not: its certificate waits for the PIN, other applications are not there', async () => {
    const chip = watchedChip({ ...credentials, profile: 'android' });
    const { profile, pins, auth, authCa } = await cardStatus(transportTo(chip));
    assert.deepEqual([profile, auth], ['android', undefined]);
    assert.deepEqual(authCa, credentials.certificates.authCa);
    assert.deepEqual(
      pins.map(({ triesLeft }) => triesLeft),
      [3, 5, null, null, null],
    );
  });
});

describe('signing', () => {
  it('makes a signature that the certificate of the key verifies, and shows the secret once', async () => {
    for (const [key, typed, p2] of [
      ['auth', '1234', 0x98],
      ['sign', 'tegata1', 0x9b],
    ] as const) {
      const chip = watchedChip(credentials);
      const unlocked = await unlock(chip, key, typed);
      const signature = await unlocked.sign(data);
      const publicKey = createPublicKey(key === 'auth' ? credentials.authKey : credentials.signKey);
      assert.ok(verify('sha256', data, publicKey, signature));
      assert.deepEqual(chip.shown, [p2]);
    }
  });

  it('signs with P-384 keys too', async () => {
    const curve = await testCredentials('P-384');
    const unlocked = await unlock(watchedChip(curve), 'sign', 'TEGATA1');
    assert.equal(unlocked.digest, 'sha384');
    assert.ok(verify('sha384', data, createPublicKey(curve.signKey), await unlocked.sign(data)));
  });

  it('says that there is no certificate before any secret is shown', async () => {
    const { sign: _, ...rest } = credentials.certificates;
    const chip = watchedChip({ ...credentials, certificates: { ...rest, sign: undefined } });
    await assert.rejects(unlock(chip, 'sign', 'TEGATA1'), { code: 'no-signature-certificate' });
    const without = watchedChip({ ...credentials, certificates: { ...credentials.certificates, auth: undefined } });
    await assert.rejects(unlock(without, 'auth', '1234'), { code: 'no-authentication-certificate' });
    assert.deepEqual([...chip.shown, ...without.shown], []);
  });

  it('counts wrong ones down, stops before the last try, goes on when told, and then says locked', async () => {
    const chip = watchedChip(credentials);
    await assert.rejects(unlock(chip, 'auth', '0000'), { code: 'wrong-pin', context: { pin: 'auth', triesLeft: 2 } });
    await assert.rejects(unlock(chip, 'auth', '0000'), { code: 'wrong-pin', context: { pin: 'auth', triesLeft: 1 } });
    await assert.rejects(unlock(chip, 'auth', '1234'), { code: 'last-try', context: { pin: 'auth', triesLeft: 1 } });
    assert.equal(chip.shown.length, 2);
    await assert.rejects(unlock(chip, 'auth', '0000', true), { code: 'pin-locked' });
    await assert.rejects(unlock(chip, 'auth', '1234', true), { code: 'pin-locked' });
    assert.equal(chip.shown.length, 3, 'a locked PIN is not shown to the card');
    const other = watchedChip(credentials, { start: { 'jpki/001B': 2 } });
    await assert.rejects(unlock(other, 'sign', 'WRONG00'), { code: 'wrong-signature-password' });
    await unlock(other, 'sign', 'TEGATA1', true);
    assert.equal(other.counters.read('jpki/001B'), 5, 'the right one brings the tries back');
  });

  it('refuses a card whose signature is not of its certificate', async () => {
    const chip = watchedChip({ ...credentials, signKey: credentials.authKey });
    const unlocked = await unlock(chip, 'sign', 'TEGATA1');
    await assert.rejects(unlocked.sign(data), { code: 'card-hostile' });
  });

  it('spends no try on what cannot be right', () => {
    for (const [kind, typed] of [
      ['auth', '12345'],
      ['text', '12a4'],
      ['card', ''],
      ['text', '１２３４'],
    ] as const) {
      assert.throws(() => pinBytes(kind, typed), { code: 'pin-format' });
    }
    for (const typed of ['SHORT', 'x'.repeat(17), 'with space', 'パスワード']) {
      assert.throws(() => pinBytes('sign', typed), { code: 'signature-password-format' });
    }
    assert.equal(Buffer.from(pinBytes('sign', 'tegata1')).toString(), 'TEGATA1');
  });
});

describe('changing a PIN', () => {
  const change = (chip: WatchedChip, kind: PinKind, from: string, to: string, confirmLastTry = false) =>
    changePin({
      card: transportTo(chip),
      kind,
      current: pinBytes(kind, from),
      next: pinBytes(kind, to),
      confirmLastTry,
    });

  it('sets each of them: the new one works and the old one does not', async () => {
    const chip = watchedChip(credentials, { others: PIN_APPLICATIONS });
    for (const [kind, from, to] of [
      ['auth', '1234', '5678'],
      ['sign', 'TEGATA1', 'newpass9'],
      ['text', '1234', '2345'],
      ['card', '1234', '9876'],
    ] as const) {
      await change(chip, kind, from, to);
      await assert.rejects(change(chip, kind, from, to), {
        code: kind === 'sign' ? 'wrong-signature-password' : 'wrong-pin',
      });
      await change(chip, kind, to, from);
    }
  });

  it('tries the card PIN in both of its places before it changes one', async () => {
    const chip = watchedChip(credentials, { others: PIN_APPLICATIONS, start: { 'resident/001C': 1 } });
    await assert.rejects(change(chip, 'card', '1234', '9876'), { code: 'last-try' });
    await change(chip, 'card', '1234', '1234', true);
    assert.equal(chip.counters.read('resident/001C'), 3);
  });

  it('says that a card has no such PIN', async () => {
    await assert.rejects(change(watchedChip(credentials), 'card', '1234', '9876'), { code: 'pin-not-on-card' });
  });
});
