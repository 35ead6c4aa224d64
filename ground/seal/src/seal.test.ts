import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@tegata/random';
import { newDataKey, open, seal, wrapperFromKey } from './index.ts';

const random = seededRandom('seal');
const plaintext = new TextEncoder().encode('見本');

test('what is sealed opens at its place and nowhere else', () => {
  const key = newDataKey(random);
  const sealed = seal(key, plaintext, 'row/1', random);
  assert.deepEqual(open(key, sealed, 'row/1'), plaintext);
  assert.throws(() => open(key, sealed, 'row/2'), { code: 'seal-broken' });
  assert.throws(() => open(newDataKey(random), sealed, 'row/1'), { code: 'seal-broken' });
});

test('no byte of a sealed value can be changed or cut', () => {
  const key = newDataKey(random);
  const sealed = seal(key, plaintext, 'row', random);
  for (let i = 0; i < sealed.length; i++) {
    const changed = sealed.slice();
    changed[i] = (changed[i] as number) ^ 1;
    assert.throws(() => open(key, changed, 'row'), { code: 'seal-broken' });
    assert.throws(() => open(key, sealed.subarray(0, i), 'row'), { code: 'seal-broken' });
  }
});

test('a data key comes back through its wrapper only, and the wrapper is told apart by its fingerprint', () => {
  const key = newDataKey(random);
  const one = wrapperFromKey(random.bytes(32), random);
  const other = wrapperFromKey(random.bytes(32), random);
  assert.deepEqual(one.unwrap(one.wrap(key, 'row'), 'row'), key);
  assert.throws(() => other.unwrap(one.wrap(key, 'row'), 'row'), { code: 'seal-broken' });
  assert.notEqual(one.fingerprint, other.fingerprint);
  assert.throws(() => wrapperFromKey(new Uint8Array(31), random), { code: 'key-size' });
});
