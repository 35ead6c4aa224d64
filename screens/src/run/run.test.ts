import assert from 'node:assert/strict';
import { test } from 'node:test';
import { happening } from '../api/answers.ts';
import { after, currentStep, isApplying, noRun, type Run, refusalCode, walletOf } from './run.ts';

const play = (events: unknown[], from: Run = noRun): Run =>
  events.reduce<Run>((run, raw) => {
    const event = happening(raw);
    assert.ok(event);
    return after(run, event);
  }, from);

const begun = { type: 'run', run: 'r1', persona: 'adult', at: 1000 };
const message = {
  type: 'message',
  id: 'm1',
  step: 1,
  from: 'card',
  to: 'applicant-app',
  kind: 'apdu-response',
  label: '9000',
  size: 2,
  at: 1010,
};

test('a step keeps the time the server measured, and computes it only where the server gave none', () => {
  const run = play([
    begun,
    { type: 'step', run: 'r1', step: 1, state: 'started', at: 1000 },
    { type: 'step', run: 'r1', step: 1, state: 'passed', at: 1090, ms: 84 },
    { type: 'step', run: 'r1', step: 2, state: 'started', at: 1100 },
    { type: 'step', run: 'r1', step: 2, state: 'passed', at: 1130 },
  ]);
  assert.equal(run.steps[1].ms, 84);
  assert.equal(run.steps[2].ms, 30);
  assert.equal(isApplying(run), true);
});

test('a replay of the same message does not list it twice, and a new run clears the old one', () => {
  const run = play([begun, message, message]);
  assert.equal(run.messages.length, 1);
  assert.equal(play([{ ...begun, run: 'r2' }], run).messages.length, 0);
});

test('a refused application ends the run with its code, a waiting one does not', () => {
  const waiting = play([
    begun,
    { type: 'step', step: 4, state: 'started', at: 1 },
    { type: 'step', step: 4, state: 'waiting', code: 'ocsp-unavailable', at: 2 },
  ]);
  assert.equal(refusalCode(waiting), undefined);
  assert.equal(currentStep(waiting), 4);
  const refused = play(
    [
      {
        type: 'application',
        reference: 'A-1',
        status: 'refused',
        refusal: 'certificate-revoked',
        since: '2026-11-24T00:00:00Z',
      },
    ],
    waiting,
  );
  assert.equal(refusalCode(refused), 'certificate-revoked');
  assert.equal(isApplying(refused), false);
});

test('the answer of the shop ends the question on the phone', () => {
  const asked = play([
    begun,
    {
      type: 'consent',
      id: 'c1',
      reader: 'Shop',
      elements: [{ namespace: 'n', element: 'age_over_20', retain: false }],
    },
  ]);
  assert.equal(asked.consent?.reader.verified, false);
  const answered = play(
    [{ type: 'check', verdict: 'green', answer: { element: 'age_over_20', value: true }, checks: [], ms: 5 }],
    asked,
  );
  assert.equal(answered.consent, undefined);
  assert.equal(answered.check?.verdict, 'green');
});

test('an event of an unknown type is passed over, a malformed one is refused with the place of the fault', () => {
  assert.equal(happening({ type: 'weather' }), undefined);
  assert.throws(() => happening({ ...message, from: 'stranger' }), {
    code: 'answer-unreadable',
    context: { at: 'event message.from' },
  });
});

test('a card of an earlier application is not taken for the one of this run', () => {
  const earlier = play([
    begun,
    { type: 'wallet', state: 'active', reference: 'OLD' },
    { type: 'application', reference: 'NEW', status: 'received' },
  ]);
  assert.equal(walletOf(earlier), 'provisional');
  assert.equal(isApplying(earlier), true);
  assert.equal(walletOf(play([{ type: 'wallet', state: 'active', reference: 'NEW' }], earlier)), 'active');
});

test('identifiers may be counted or named by the server', () => {
  const run = play([
    { ...begun, run: 7 },
    { ...message, id: 12 },
  ]);
  assert.equal(run.id, '7');
  assert.equal(run.messages[0]?.id, '12');
});
