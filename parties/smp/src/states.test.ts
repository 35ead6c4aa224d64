import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HELD, isLive, LIVE, mayFollow, STATES, TRANSITIONS } from './states.ts';

test('the way of an application leads from received to active, one step after the other', () => {
  const way = [...LIVE, 'active'] as const;
  for (const [index, state] of way.entries()) {
    const next = way[index + 1];
    if (next) assert.ok(mayFollow(state, next), `${state} → ${next}`);
    const skipped = way[index + 2];
    // Certificates alone need no plan of the IACA; that a card has one is for fsck to see.
    if (skipped && state !== 'verified') assert.ok(!mayFollow(state, skipped), `${state} must not skip to ${skipped}`);
  }
  assert.ok(!mayFollow('verified', 'offered'));
});

test('before anything is signed an application is refused or withdrawn, afterwards revoked', () => {
  for (const state of ['received', 'verified', 'prepared'] as const) {
    assert.ok(mayFollow(state, 'refused') && mayFollow(state, 'withdrawn') && !mayFollow(state, 'revoked'));
  }
  for (const state of ['signed', 'offered', 'delivered', 'active', 'suspended'] as const) {
    assert.ok(mayFollow(state, 'revoked') && !mayFollow(state, 'refused') && !mayFollow(state, 'withdrawn'));
  }
});

test('a suspended card may work again, an end is an end', () => {
  assert.ok(mayFollow('active', 'suspended') && mayFollow('suspended', 'active'));
  for (const end of ['refused', 'withdrawn', 'replaced', 'revoked', 'expired'] as const) {
    assert.deepEqual(TRANSITIONS[end], []);
    assert.ok(!isLive(end));
  }
});

test('every state but the first is reached from another, and live and held states do not overlap', () => {
  const reached = new Set(Object.values(TRANSITIONS).flat());
  assert.deepEqual(
    STATES.filter((state) => !reached.has(state)),
    ['received'],
  );
  for (const state of HELD) assert.ok(!isLive(state));
});
