import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '@tegata/clock';
import { peer } from '@tegata/http';
import { type DoublingLink, doublingLink } from './doubling-link.ts';
import { applicationRow, applicationRows, assertGetsCard, assertSound, untilEnded } from './refusals.ts';
import { type SmallStack, smallStack } from './small-stack.ts';

/** Every request between servers comes twice at once, and once more when all is over: there is one card, and nothing moves. */
let stack: SmallStack;
const links = new Map<string, DoublingLink>();

before(async () => {
  stack = await smallStack({
    smpTiming: { firstRetry: 0.1, longestRetry: 0.3, sweep: 0.2 },
    async between(party, url) {
      const link = await doublingLink(url);
      links.set(party, link);
      return link.url;
    },
  });
});
after(async () => {
  await stack?.close();
  for (const link of links.values()) await link.close();
});

test('doubled requests make one mdoc, one delivery and one card; late copies change nothing', async () => {
  const { reference } = await stack.hands.apply({ persona: 'adult', ...stack.demo });
  assert.equal((await untilEnded(stack, reference)).state, 'active');
  const rows = { 'smp.application': 1, 'smp.delivery': 1, 'iaca.plan': 1 };
  assert.deepEqual(await applicationRows(stack), rows);
  for (let wait = 0; wait < 200 && (await applicationRow(stack, reference)).issuer_data_due; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const settled = await applicationRow(stack, reference);
  assert.equal(settled.issuer_data_due, false);

  const late = new Map<string, number[]>();
  for (const link of links.values()) {
    for (const { label, status } of await link.replayBackwards()) late.set(label, [...(late.get(label) ?? []), status]);
  }
  // Asking for a status, destroying what is destroyed, and offering the same bytes: as before. What was destroyed stays so.
  assert.deepEqual(Object.fromEntries([...late].map(([label, statuses]) => [label, [...new Set(statuses)]])), {
    'POST /ocsp': [200],
    'PUT /issuances/:id': [410],
    'POST /issuances/:id/signature': [410],
    'DELETE /issuances/:id/content': [204],
    'PUT /deliveries/:id': [200],
  });

  // The provider's notices, as they went over the wire, once more and backwards.
  const smp = peer({
    url: stack.urls['smp'] as string,
    name: 'smp',
    party: 'wallet-provider',
    secret: stack.secrets.smpToProvider,
  });
  const notices = stack.messages.filter(
    ({ kind, from, to }) => kind === 'http-request' && from === 'wallet-provider' && to === 'smp',
  );
  assert.ok(notices.length >= 2);
  for (const { label, bytes } of notices.toReversed()) {
    const [method, path] = label.split(' ') as [string, string];
    const answer = await smp.request(method, path, { body: bytes, contentType: 'application/json' });
    assert.equal(answer.status, 204);
  }

  assert.deepEqual(await applicationRow(stack, reference), settled);
  assert.deepEqual(await applicationRows(stack), rows);
  await assertSound(stack, systemClock);
  await assertGetsCard(stack, 'adult');
});
