import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoCertificates } from '../cli/src/stack.ts';
import { type FaultyLink, faultyLink, type LinkState } from './faulty-link.ts';
import { type SmallStack, smallStack } from './small-stack.ts';

/** Each party behind the SMP goes away, in each way in which a party can: the application waits, says so, and goes on by itself. */
let stack: SmallStack;
const links = new Map<string, FaultyLink>();

before(async () => {
  stack = await smallStack({
    async between(party, url) {
      const link = await faultyLink(url);
      links.set(party, link);
      return link.url;
    },
    smpTiming: { firstRetry: 0.1, longestRetry: 0.3, sweep: 0.5, peerTimeout: 0.5 },
  });
});
after(async () => {
  for (const link of links.values()) await link.close();
  await stack.close();
});

const until = async <T>(what: () => Promise<T | undefined>): Promise<T> => {
  for (let attempt = 0; attempt < 600; attempt++) {
    const found = await what();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never came');
};

for (const [party, step, waiting] of [
  ['jpki', 4, 'ocsp-unavailable'],
  ['iaca', 5, 'iaca-unavailable'],
  ['wallet-provider', 7, 'wallet-provider-unavailable'],
] as const) {
  for (const state of ['cut', 'half-dead', 'answer-lost'] as const satisfies readonly LinkState[]) {
    // Its own case below: what the wallet provider has taken reaches the phone, whether or not the SMP heard so.
    if (party === 'wallet-provider' && state === 'answer-lost') continue;
    test(`${party} ${state}: the application waits, says why, and finishes by itself`, async () => {
      const link = links.get(party) as FaultyLink;
      const stepsBefore = stack.steps.length;
      link.state = state;
      const { reference } = await stack.hands.apply({ persona: 'adult', ...stack.demo });
      const seen = await until(async () => {
        const status = await stack.hands.status(reference);
        // On a busy machine another party may be late first: that is waited for too.
        return status.waiting === waiting ? status : undefined;
      });
      assert.ok(!seen.refusal);
      assert.ok(
        stack.steps
          .slice(stepsBefore)
          .some((told) => told.step === step && told.state === 'waiting' && told.code === waiting),
      );

      // The same person, once more, while the first application lives: the same reference number comes back.
      const again = await stack.hands.apply({ persona: 'adult', ...stack.demo });
      assert.equal(again.reference, reference);

      link.state = 'carries';
      const settled = await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(30_000) });
      assert.equal(settled.status, 'active');
      assert.ok(!settled.waiting);
    });
  }
}

for (const state of ['cut', 'half-dead', 'answer-lost'] as const satisfies readonly LinkState[]) {
  test(`jpki ${state} when only the certificates are missing: the card waits with them, and both come once`, async () => {
    const link = links.get('jpki') as FaultyLink;
    const { steps } = stack;
    const push = steps.push.bind(steps);
    // The mdoc is signed; from here on nobody answers who could certify.
    steps.push = (...told) => {
      if (told.some((one) => one.step === 5 && one.state === 'passed')) link.state = state;
      return push(...told);
    };
    const certificates = demoCertificates;
    const { reference } = await stack.hands.apply({ persona: 'adult', ...stack.demo, certificates });
    const seen = await until(async () => {
      const status = await stack.hands.status(reference);
      return status.waiting === 'jpki-unavailable' ? status : undefined;
    });
    steps.push = push;
    assert.equal(seen.status, 'signed');
    link.state = 'carries';
    const settled = await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(30_000) });
    assert.deepEqual([settled.status, settled.certificates], ['active', { state: 'issued' }]);
    const wallet = await stack.hands.peers.wallet.request('GET', '/certificates');
    const shown = wallet.json() as { reference: string; certificates: { state: string }[] };
    assert.deepEqual([shown.reference, shown.certificates.map((one) => one.state)], [reference, ['good', 'good']]);
  });
}

test('wallet-provider answer-lost: the phone’s receipt proves the delivery, and there is one card', async () => {
  const link = links.get('wallet-provider') as FaultyLink;
  link.state = 'answer-lost';
  const { reference } = await stack.hands.apply({ persona: 'adult', ...stack.demo });
  const settled = await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(30_000) });
  link.state = 'carries';
  assert.equal(settled.status, 'active');
  const card = (await stack.hands.peers.wallet.request('GET', '/card')).json() as { state: string; reference: string };
  assert.deepEqual([card.state, card.reference], ['active', reference]);
});
