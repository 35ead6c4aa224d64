import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadPersona, PERSONA_IDS } from '@tegata/card';
import { systemClock } from '@tegata/clock';
import { silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import type { TapStep } from '@tegata/tap';
import { openDataFolder } from '../cli/src/data-folder.ts';
import { Refused } from '../cli/src/hands.ts';
import { type Stack, startStack } from '../cli/src/stack.ts';

/** One stack, one phone, and every test card held to it, one after another: each ends as its data file says. */
let stack: Stack;
let steps: TapStep[] = [];

before(async () => {
  stack = await startStack({
    data: openDataFolder(undefined, systemRandom, {}),
    clock: systemClock,
    random: systemRandom,
    logs: () => silentLog,
    smpTiming: { firstRetry: 0.1, longestRetry: 1, sweep: 0.2 },
    tap: { message() {}, step: (step) => steps.push(step) },
  });
});
after(async () => {
  await stack?.close();
});

/** What the person and the shop see at the end: nothing, where all is green. */
async function journey(persona: string): Promise<string | undefined> {
  const { hands, demo } = stack;
  try {
    const { reference } = await hands.apply({ persona, ...demo });
    const signal = AbortSignal.timeout(60_000);
    const { status, refusal } = await hands.untilSettled(reference, { everyMs: 10, signal });
    if (status !== 'active') return refusal ?? status;
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
  const { qr } = await hands.engage({ consent: 'allow', phonePin: demo.phonePin });
  const { verdict, code } = await hands.askAge(qr);
  return verdict === 'green' ? undefined : (code ?? 'red');
}

for (const id of PERSONA_IDS) {
  const { expect, name, address, card } = loadPersona(id);
  const ending = expect.ok ? 'green' : `${expect.code} at step ${expect.step}`;
  test(`${id}: ${ending}`, async () => {
    steps = [];
    const code = await journey(id);
    const failed = steps.find(({ state }) => state === 'failed');
    assert.deepEqual(
      { ok: code === undefined, step: failed?.step, code },
      expect.ok ? { ok: true, step: undefined, code: undefined } : expect,
    );
    if (!expect.ok && expect.step < 9) return;
    const { card: shown } = (await stack.hands.peers.wallet.request('GET', '/card')).json() as {
      card: { elements: Record<string, unknown>; portrait?: string };
    };
    // The same code points that the card holds arrive in the wallet.
    assert.equal(shown.elements['full_name_unicode'], name);
    assert.equal(shown.elements['resident_address_unicode'], address);
    assert.equal(shown.portrait === undefined, card?.fault === 'photo-body');
  });
}
