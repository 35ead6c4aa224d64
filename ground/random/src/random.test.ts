import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillRandom, seededRandom, systemRandom } from './index.ts';

test('fill gives fresh bytes where the caller has room, of any size, and what bytes would give where there is no fill', () => {
  for (const length of [0, 1, 32, 16 * 1024, 100_000]) {
    const [one, other] = [new Uint8Array(length), new Uint8Array(length)];
    fillRandom(systemRandom, one);
    fillRandom(systemRandom, other);
    if (length >= 32) assert.notDeepEqual(one, other);
    if (length >= 32) assert.notDeepEqual(one.subarray(length - 16), new Uint8Array(16));
  }
  const filled = new Uint8Array(40);
  fillRandom(seededRandom('fill'), filled);
  assert.deepEqual(filled, seededRandom('fill').bytes(40));
});
