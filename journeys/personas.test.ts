import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadPersona, newPersona, openPersonaFolder, PERSONA_IDS, type Persona } from '@tegata/card';
import { systemClock } from '@tegata/clock';
import { silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import type { TapStep } from '@tegata/tap';
import { openDataFolder } from '../cli/src/data-folder.ts';
import { Refused } from '../cli/src/hands.ts';
import { secretsOf } from '../cli/src/persona-argument.ts';
import { type Stack, startStack } from '../cli/src/stack.ts';

/** One stack, one phone, and every test card held to it, one after another: each ends as its data file says. */
let stack: Stack;
let steps: TapStep[] = [];
/** One that `tegata card new` would make, with secrets of its own. */
let own: Persona;
const folder = mkdtempSync(join(tmpdir(), 'personas-'));

before(async () => {
  const files = await newPersona({
    seed: 'a journey',
    name: '見本　新',
    birthDate: '19850415',
    pins: { text: '4649', signature: 'OWNCARD1' },
  });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  own = openPersonaFolder(folder);
  stack = await startStack({
    data: openDataFolder(undefined, systemRandom, {}),
    clock: systemClock,
    random: systemRandom,
    logs: () => silentLog,
    ownPersonas: [own],
    smpTiming: { firstRetry: 0.1, longestRetry: 1, sweep: 1 },
    tap: { message() {}, step: (step) => steps.push(step) },
  });
});
after(async () => {
  await stack?.close();
  rmSync(folder, { recursive: true });
});

/** What the person and the shop see at the end: nothing, where all is green. */
async function journey(persona: Persona): Promise<string | undefined> {
  const { hands, demo } = stack;
  try {
    const { reference } = await hands.apply({ persona: persona.id, ...secretsOf(persona) });
    const signal = AbortSignal.timeout(60_000);
    const { status, refusal } = await hands.untilSettled(reference, { everyMs: 40, signal });
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
  const persona = loadPersona(id);
  const { expect, name, address, card } = persona;
  const ending = expect.ok ? 'green' : `${expect.code} at step ${expect.step}`;
  test(`${id}: ${ending}`, async () => {
    steps = [];
    const code = await journey(persona);
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

test('a persona from elsewhere: green, with its own PIN and password, and listed behind ours', async () => {
  assert.equal(await journey(own), undefined);
  const { hands } = stack;
  const listed = (await hands.peers.card.request('GET', '/personas')).json() as { id: string; group: string }[];
  assert.deepEqual([listed.at(-1)?.id, listed.at(-1)?.group], [own.id, 'own']);
  await assert.rejects(hands.apply({ persona: own.id, ...stack.demo }), { code: 'wrong-pin' });
});
