import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Happening } from '../api/answers.ts';
import { pace } from './pace.ts';

const message = (id: number): Happening => ({
  type: 'message',
  id: `m${id}`,
  step: 1,
  from: 'card',
  to: 'applicant-app',
  kind: 'apdu-response',
  label: '9000',
  contentType: undefined,
  size: 2,
  at: id,
});
const passed: Happening = {
  type: 'step',
  run: 'r',
  step: 1,
  state: 'passed',
  at: 9,
  ms: 1,
  code: undefined,
  reference: undefined,
};

test('events are shown in their order, and of a long stretch only a few messages are flown', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const shown: [Happening, boolean][] = [];
  const player = pace((event, flown) => shown.push([event, flown]));
  const events = [...Array.from({ length: 40 }, (_, i) => message(i)), passed];
  for (const event of events) player.play(event, false);
  for (let i = 0; i < 200; i++) mock.timers.tick(100);
  mock.timers.reset();
  assert.deepEqual(
    shown.map(([event]) => event),
    events,
  );
  const flown = shown.filter(([event, was]) => event.type === 'message' && was).length;
  assert.ok(flown >= 3 && flown <= 5, `${flown} were flown`);
});

test('a message that is not worth a flight arrives without a rest', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const shown: boolean[] = [];
  const player = pace(
    (_, flown) => shown.push(flown),
    ({ id }) => id === 'm3',
  );
  for (let i = 0; i < 4; i++) player.play(message(i), false);
  for (let i = 0; i < 10; i++) mock.timers.tick(0);
  mock.timers.reset();
  assert.deepEqual(shown, [false, false, false, true]);
});

test('true speed lets what waits arrive at once and nothing wait any more', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const shown: Happening[] = [];
  const player = pace((event) => shown.push(event));
  for (let i = 0; i < 10; i++) player.play(message(i), false);
  player.setTrueSpeed(true);
  assert.equal(shown.length, 10);
  player.play(passed, false);
  assert.equal(shown.length, 11);
  mock.timers.reset();
});

test('a new run drops what still waited of the old one', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const shown: Happening[] = [];
  const player = pace((event) => shown.push(event));
  player.play(message(1), false);
  player.play({ type: 'run', run: 'r2', persona: 'adult', at: 1 }, false);
  mock.timers.tick(1000);
  mock.timers.reset();
  assert.deepEqual(
    shown.map((event) => event.type),
    ['run'],
  );
});

test('it tells when the picture has caught up', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const player = pace(() => {});
  await player.settled();
  player.play(message(1), false);
  let caughtUp = false;
  const settled = player.settled().then(() => {
    caughtUp = true;
  });
  mock.timers.tick(0);
  assert.equal(caughtUp, false);
  mock.timers.tick(1000);
  await settled;
  mock.timers.reset();
  assert.equal(caughtUp, true);
});
