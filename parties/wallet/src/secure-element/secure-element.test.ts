import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { systemRandom } from '@tegata/random';
import { openWalletFile, type WalletFile } from '../wallet-file.ts';
import { rootKey } from './root-key.ts';
import { openSecureElement } from './secure-element.ts';
import { PIN_TRIES } from './unlock-pin.ts';

const random = systemRandom;
const PIN = '246810';

function newElement(file: WalletFile = openWalletFile(undefined), key = random.bytes(32)) {
  const element = openSecureElement({ file, rootKey: key, random });
  if (!element.pinIsSet) element.setPin(PIN);
  return { element, file, key };
}
/** The same file and root key after the power went. */
const restarted = ({ file, key }: ReturnType<typeof newElement>) => newElement(file, key).element;

describe('the unlock PIN', () => {
  it('opens the element, and after wrong ones the counter is full again', () => {
    const whole = newElement();
    const element = restarted(whole);
    assert.equal(element.unlocked, false);
    assert.throws(() => element.authorize('000000'), {
      code: 'wrong-phone-pin',
      context: { triesLeft: PIN_TRIES - 1 },
    });
    assert.equal(element.unlocked, false);
    element.authorize(PIN);
    assert.equal(element.unlocked, true);
    assert.equal(element.triesLeft, PIN_TRIES);
  });

  it('opens nothing after too many wrong ones, not even when it is right, nor after a restart', () => {
    const whole = newElement();
    for (let left = PIN_TRIES - 1; left > 0; left--) {
      assert.throws(() => whole.element.authorize('000000'), { code: 'wrong-phone-pin', context: { triesLeft: left } });
    }
    assert.throws(() => whole.element.authorize('000000'), { code: 'phone-pin-locked' });
    assert.throws(() => whole.element.authorize(PIN), { code: 'phone-pin-locked' });
    const after = restarted(whole);
    assert.throws(() => after.authorize(PIN), { code: 'phone-pin-locked' });
    assert.throws(() => after.dataKey(), { code: 'phone-locked' });
  });

  it('closes an open phone when its last try is wrong, and not before', () => {
    const { element } = newElement();
    element.authorize(PIN);
    for (let left = PIN_TRIES - 1; left > 0; left--) {
      assert.throws(() => element.authorize('000000'), { code: 'wrong-phone-pin' });
      assert.equal(element.unlocked, true);
    }
    assert.throws(() => element.authorize('000000'), { code: 'phone-pin-locked' });
    assert.equal(element.unlocked, false);
    assert.throws(() => element.dataKey(), { code: 'phone-locked' });
  });

  it('costs a try also when the power goes between counting and comparing', () => {
    const whole = newElement();
    const real = whole.file.db;
    // The power goes as soon as the counter has been written.
    const cut = new Proxy(real, {
      get(target, name) {
        if (name !== 'prepare') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
        return (sql: string) => {
          const statement = target.prepare(sql);
          if (!sql.startsWith('update element_pin')) return statement;
          return {
            run: (...values: number[]) => {
              statement.run(...values);
              throw new Error('power cut');
            },
          };
        };
      },
    }) as DatabaseSync;
    const dying = openSecureElement({ file: { ...whole.file, db: cut }, rootKey: whole.key, random });
    assert.throws(() => dying.authorize(PIN), /power cut/);
    assert.equal(dying.unlocked, false);
    assert.equal(restarted(whole).triesLeft, PIN_TRIES - 1);
  });

  it('is not kept in clear and gives no key: another PIN set later opens the same data', () => {
    const whole = newElement();
    const before = whole.element.dataKey();
    const rows = JSON.stringify(whole.file.db.prepare('select * from element_pin').all());
    assert.equal(rows.includes(PIN), false);
    whole.file.db.exec('delete from element_pin');
    const after = restarted(whole);
    assert.deepEqual(after.dataKey(), before);
  });

  it('is set once, and of digits', () => {
    const { element } = newElement();
    assert.throws(() => element.setPin('111111'), { code: 'bad-request' });
    const fresh = openSecureElement({ file: openWalletFile(undefined), rootKey: random.bytes(32), random });
    assert.throws(() => fresh.setPin('abc'), { code: 'bad-request' });
  });
});

describe('the keys of the secure element', () => {
  it('sign once for one PIN', async () => {
    const { element } = newElement();
    const { id } = await element.newKey('device');
    const authorization = element.authorize(PIN);
    const data = new Uint8Array([1, 2, 3]);
    const signer = element.deviceSigner(id, authorization);
    const signature = await signer.sign(data);
    assert.ok(verify('sha256', data, element.publicKey(id), signature));
    await assert.rejects(signer.sign(data), { code: 'phone-locked' });
    await assert.rejects(element.deviceSigner(id, authorization).sign(data), { code: 'phone-locked' });
    await assert.rejects(element.deviceSigner(id, { at: Symbol('made up') }).sign(data), { code: 'phone-locked' });
  });

  it('are not to be had while the element is locked, but for the instance key', async () => {
    const { element } = newElement();
    const device = await element.newKey('device');
    const response = await element.newKey('response');
    const authorization = element.authorize(PIN);
    element.lock();
    assert.throws(() => element.deviceSigner(device.id, authorization), { code: 'phone-locked' });
    assert.throws(() => element.responseKey(response.id), { code: 'phone-locked' });
    assert.throws(() => element.dataKey(), { code: 'phone-locked' });
    await assert.rejects(element.newKey('device'), { code: 'phone-locked' });
    const one = await element.instanceSigner();
    const two = await element.instanceSigner();
    assert.ok(one.publicKey.equals(two.publicKey));
  });

  it('are gone when they were destroyed', async () => {
    const { element } = newElement();
    const { id } = await element.newKey('response');
    element.destroy(id);
    assert.throws(() => element.responseKey(id), { code: 'not-found' });
  });

  it('do not open with the root key of another element, which shows at the start', async () => {
    const whole = newElement();
    await whole.element.newKey('device');
    assert.throws(() => openSecureElement({ file: whole.file, rootKey: random.bytes(32), random }), {
      code: 'wallet-file-unreadable',
    });
  });

  it('stand in the file sealed: no private key is in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tegata-element-'));
    try {
      const file = openWalletFile(folder);
      const { element } = newElement(file, rootKey(folder, random));
      const { id } = await element.newKey('response');
      const secret = element.responseKey(id).export({ format: 'jwk' }).d as string;
      const rows = file.db.prepare('select sealed from element_key').all() as { sealed: Uint8Array }[];
      const raw = Buffer.from(secret, 'base64url');
      assert.ok(rows.length > 0);
      for (const { sealed } of rows) assert.equal(Buffer.from(sealed).includes(raw), false);
      file.close();
      const again = openWalletFile(folder);
      const reopened = openSecureElement({ file: again, rootKey: rootKey(folder, random), random });
      reopened.authorize(PIN);
      assert.equal(reopened.responseKey(id).export({ format: 'jwk' }).d, secret);
      again.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
