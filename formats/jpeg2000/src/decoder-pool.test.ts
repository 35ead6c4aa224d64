import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FATE } from './bad-worker-for-tests.ts';
import { decoderModule } from './decode.ts';
import { DecoderPool, type PoolOptions } from './decoder-pool.ts';
import { precinctBomb } from './samples-for-tests.ts';

const module = decoderModule();
const pool = (options: Partial<PoolOptions> = {}) =>
  new DecoderPool({
    script: new URL('./bad-worker-for-tests.ts', import.meta.url),
    module,
    size: 1,
    queue: 8,
    maxMemoryBytes: 1 << 27,
    maxHeapMb: 32,
    idleMs: 10_000,
    ...options,
  });
const LONG = 30_000;
const image = (fate: keyof typeof FATE) => Uint8Array.of(FATE[fate]);

test('a thread is used again after a good image', async () => {
  const it = pool();
  const seen = [];
  for (let i = 0; i < 3; i++) seen.push((await it.decode(image('decode'), LONG))[0]);
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(it.threads, 1);
});

for (const [fate, code] of [
  ['fail', 'decode-failed'],
  ['crash', 'decode-failed'],
  ['exit', 'decode-failed'],
  ['eatHeap', 'decode-memory'],
] as const) {
  test(`after an image of fate "${fate}" (${code}) the next one gets a fresh thread`, async () => {
    const it = pool();
    assert.deepEqual(await it.decode(image('decode'), LONG), Uint8Array.of(1));
    await assert.rejects(it.decode(image(fate), LONG), { code });
    assert.deepEqual(await it.decode(image('decode'), LONG), Uint8Array.of(1));
  });
}

test('an image that never ends is given up at its time, and its thread is ended and replaced', async () => {
  const it = pool();
  await it.decode(image('decode'), LONG);
  await assert.rejects(it.decode(image('spin'), 50), { code: 'decode-timeout', context: { ms: 50 } });
  assert.equal(it.threads, 0);
  assert.deepEqual(await it.decode(image('decode'), LONG), Uint8Array.of(1));
});

test('the time counts from the call, also while an image waits for a thread', async () => {
  const it = pool();
  const spins = it.decode(image('spin'), 400);
  const waits = it.decode(image('decode'), 30);
  await assert.rejects(waits, { code: 'decode-timeout' });
  await assert.rejects(spins, { code: 'decode-timeout' });
  assert.deepEqual(await it.decode(image('decode'), LONG), Uint8Array.of(1));
});

test('who waits behind a bad image is decoded after it', async () => {
  const it = pool();
  const outcomes = await Promise.allSettled([
    it.decode(image('spin'), 60),
    it.decode(image('decode'), LONG),
    it.decode(image('crash'), LONG),
    it.decode(image('decode'), LONG),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
});

test('a queue that is full refuses instead of growing', async () => {
  const it = pool({ queue: 2 });
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => it.decode(image('decode'), LONG)));
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 2);
  for (const outcome of refused) {
    assert.equal(outcome.status === 'rejected' && outcome.reason.code, 'decode-busy');
  }
});

test('a second answer to one image is heard by nobody', async () => {
  const it = pool();
  assert.deepEqual(await it.decode(image('sayTwice'), LONG), Uint8Array.of(1));
  assert.deepEqual(await it.decode(image('decode'), LONG), Uint8Array.of(2));
});

test('the caller’s bytes stay the caller’s', async () => {
  for (const bytes of [image('decode'), Buffer.from(image('decode')), Buffer.alloc(64).subarray(0, 1)]) {
    await pool().decode(bytes, LONG);
    assert.deepEqual(Uint8Array.from(bytes), image('decode'));
  }
});

test('as many threads work as there may be, and no more', async () => {
  const it = pool({ size: 2 });
  const all = Array.from({ length: 6 }, () => it.decode(image('decode'), LONG));
  assert.equal(it.threads, 2);
  assert.equal((await Promise.all(all)).length, 6);
  assert.equal(it.threads, 2);
});

test('a thread without work ends after a while', async () => {
  const it = pool({ idleMs: 1 });
  await it.decode(image('decode'), LONG);
  while (it.threads > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(await it.decode(image('decode'), LONG), Uint8Array.of(1));
});

test('the codec’s own memory is limited: an image that makes it grow without end is decode-memory', async () => {
  // Such an image is refused by its header; here it goes past that check.
  const codestream = await precinctBomb();
  const it = pool({ script: new URL('./decode-worker.ts', import.meta.url), maxMemoryBytes: 64 * 1024 * 1024 });
  await assert.rejects(it.decode(codestream, LONG), { code: 'decode-memory' });
  assert.equal(it.threads, 0);
});
