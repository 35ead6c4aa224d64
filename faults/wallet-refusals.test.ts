import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CborMap, decode, encode } from '@tegata/cbor';

import { peer } from '@tegata/http';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { buildDeviceResponse, type ItemsRequest, MNC_DOCTYPE, NS_ISO } from '@tegata/mdoc';
import { words } from '@tegata/problem';
import { systemRandom } from '@tegata/random';
import { noTap } from '@tegata/tap';
import * as verifier from '@tegata/verifier';
import { openDataFolder } from '../cli/src/data-folder.ts';
import { type CheckAnswer, checkAnswer } from '../cli/src/hands.ts';
import { type Canary, sightings } from './canary.ts';
import { falsePhone, stealAnswer } from './false-phone.ts';
import { type FaultyLink, faultyLink } from './faulty-link.ts';
import { assertGetsCard, assertRefused, canariesFrom } from './refusals.ts';
import { runningClock } from './running-clock.ts';
import { type SmallStack, smallStack } from './small-stack.ts';

/** Where the phone, or the shop, must say no. */
const clock = runningClock(new Date('2026-11-24T03:00:00Z'));
const MINUTE = 60_000;

let stack: SmallStack;
let toIaca: FaultyLink;
let iacaRoot: Uint8Array;
let canaries: Canary[];

before(async () => {
  stack = await smallStack({
    clock,
    data: {
      ...openDataFolder(undefined, systemRandom, {}),
      keepAnchors: (anchors) => {
        iacaRoot = anchors['iaca'] as Uint8Array;
      },
    },
    smpTiming: { firstRetry: 0.1, longestRetry: 0.3, sweep: 0.2 },
    async between(party, url) {
      if (party !== 'iaca') return url;
      toIaca = await faultyLink(url);
      return toIaca.url;
    },
  });
  canaries = await canariesFrom(stack, ['adult']);
});
after(async () => {
  await stack?.close();
  await toIaca?.close();
});

const post = (path: string, json: unknown) => stack.hands.peers.wallet.request('POST', path, { json });
const card = async () => (await stack.hands.peers.wallet.request('GET', '/card')).json() as Record<string, unknown>;
const show = (consent: 'ask' | 'allow' = 'allow') => stack.hands.engage({ consent, phonePin: stack.demo.phonePin });
const stateOf = async (id: string) =>
  (await stack.hands.peers.wallet.request('GET', `/engagements/${id}`)).json() as {
    state: string;
    request?: { elements: { element: string }[] };
  };

async function untilAsked(id: string) {
  for (let attempt = 0; attempt < 500; attempt++) {
    const engagement = await stateOf(id);
    if (engagement.request) return engagement.request;
    await sleep(10);
  }
  throw new Error('nobody asked');
}

/** The light is red for this reason, in words of both languages, and tells nothing of anybody. */
function assertRed(answer: CheckAnswer, code: string): void {
  assert.deepEqual([answer.verdict, answer.code], ['red', code]);
  assert.ok(words(code), `${code} has words`);
  assert.equal(answer.answer ?? undefined, undefined);
  assert.deepEqual(sightings('verdict', JSON.stringify(answer), canaries), []);
}

test('a phone without a card, and one whose card is provisional, shows no code and answers no reader', async () => {
  const engagement = { consent: 'allow', pin: stack.demo.phonePin };
  assertRefused(await post('/engagements', engagement), 'no-card-in-wallet', canaries);

  toIaca.state = 'cut';
  const { reference } = await stack.hands.apply({ persona: 'adult', ...stack.demo });
  for (let attempt = 0; attempt < 500 && (await card())['waiting'] !== 'iaca-unavailable'; attempt++) await sleep(10);
  const shown = await card();
  assert.deepEqual([shown['state'], shown['reference'], shown['card']], ['provisional', reference, undefined]);
  assert.deepEqual(sightings('provisional card', JSON.stringify(shown), canaries), []);
  assertRefused(await post('/engagements', engagement), 'card-provisional', canaries);
  const uninvited = peer({ url: stack.urls['wallet'] as string, name: 'wallet', party: 'verifier' });
  assertRefused(
    await uninvited.request('POST', '/sessions/guessed', { body: new Uint8Array(1) }),
    'engagement-unknown',
    canaries,
  );

  toIaca.state = 'carries';
  await stack.hands.untilSettled(reference, { everyMs: 10, signal: AbortSignal.timeout(20_000) });
  assert.equal((await stack.hands.askAge((await show()).qr)).verdict, 'green');
});

test('the holder says no: the light is red with consent-denied, and the code is used up', async () => {
  const { id, qr } = await show('ask');
  const light = stack.hands.askAge(qr);
  const { elements } = await untilAsked(id);
  assert.deepEqual(
    elements.map(({ element }) => element),
    ['age_over_20'],
  );
  assert.equal((await post(`/engagements/${id}/consent`, { allow: false })).status, 204);
  assertRed(await light, 'consent-denied');
  assert.equal((await stateOf(id)).state, 'denied');
  const told = stack.steps.findLast(({ step }) => step === 9);
  assert.deepEqual([told?.state, told?.code], ['failed', 'consent-denied']);
  assertRed(await stack.hands.askAge(qr), 'engagement-unknown');
  // Saying yes afterwards comes too late.
  const late = await post(`/engagements/${id}/consent`, { allow: true, pin: stack.demo.phonePin });
  assertRefused(late, 'engagement-unknown', canaries);
});

test('a wrong phone PIN is no yes: it costs a try, and the question stays open', async () => {
  const { id, qr } = await show('ask');
  const light = stack.hands.askAge(qr);
  await untilAsked(id);
  for (const tries of [4, 3]) {
    const answer = await post(`/engagements/${id}/consent`, { allow: true, pin: '000000' });
    assertRefused(answer, 'wrong-phone-pin', canaries);
    assert.equal((answer.json() as { triesLeft: number }).triesLeft, tries);
  }
  assertRefused(await post(`/engagements/${id}/consent`, { allow: true }), 'phone-locked', canaries);
  await post(`/engagements/${id}/consent`, { allow: true, pin: stack.demo.phonePin });
  assert.equal((await light).verdict, 'green');
});

test('a code is good once: of two shops that read it at the same time one gets an answer', async () => {
  const { qr } = await show();
  const lights = await Promise.all([stack.hands.askAge(qr), stack.hands.askAge(qr)]);
  assert.deepEqual(lights.map(({ verdict }) => verdict).sort(), ['green', 'red']);
  assertRed(lights.find(({ verdict }) => verdict === 'red') as CheckAnswer, 'engagement-unknown');
  assertRed(await stack.hands.askAge(qr), 'engagement-unknown');
});

test('a code is good for five minutes, and one that is no code at all is said to be none', async () => {
  const { id, qr } = await show();
  clock.advance(5 * MINUTE);
  assertRed(await stack.hands.askAge(qr), 'engagement-unknown');
  assert.equal((await stateOf(id)).state, 'expired');
  for (const text of ['', 'https://example.test/', `${qr.slice(0, 40)}`, qr.replace('mdoc:', 'mdoc:A')]) {
    const answer = await stack.hands.askAge(text);
    assert.equal(answer.verdict, 'red');
    assert.ok(words(answer.code as string), `${answer.code} has words`);
  }
});

test('a shop without a legal basis does not even ask for the My Number', async () => {
  const { id, qr } = await show();
  const from = stack.messages.length;
  const answer = await stack.hands.peers.verifier.request('POST', '/checks', {
    json: { engagement: qr, ask: 'individual_number_unicode' },
  });
  assertRefused(answer, 'legal-basis-required', canaries);
  assert.deepEqual(
    stack.messages.slice(from).filter((message) => message.to === 'wallet'),
    [],
  );
  assert.equal((await stateOf(id)).state, 'waiting');
  assert.equal((await stack.hands.askAge(qr)).verdict, 'green');
});

test('an office with a legal basis gets the My Number only after a yes to it by name', async () => {
  const secret = 'of-this-office';
  const office = await verifier.start({
    clock,
    random: systemRandom,
    log: silentLog,
    tap: noTap,
    trust: { iaca: [iacaRoot] },
    secret,
    legalBasis: 'TEST ONLY',
  });
  const asks = peer({ url: office.url, name: 'verifier', party: 'verifier', secret });
  const ask = async (engagement: string) => {
    const answer = await asks.request('POST', '/checks', { json: { engagement, ask: 'individual_number_unicode' } });
    return checkAnswer.parse(answer.json());
  };
  try {
    assertRed(await ask((await show()).qr), 'consent-denied');
    for (const [individualNumber, verdict] of [
      [false, 'red'],
      [true, 'green'],
    ] as const) {
      const { id, qr } = await show('ask');
      const light = ask(qr);
      await untilAsked(id);
      await post(`/engagements/${id}/consent`, { allow: true, pin: stack.demo.phonePin, individualNumber });
      assert.equal((await light).verdict, verdict);
    }
  } finally {
    await office.close();
  }
});

test('an answer that was stolen at one shop is worth nothing at the next, nor is the card under another key', async () => {
  const request: ItemsRequest = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } };
  const stolen = await stealAnswer((await show()).qr, request);
  const replaying = await falsePhone(async () => stolen);
  assertRed(await stack.hands.askAge(replaying.qr), 'device-auth');
  await replaying.close();

  const [document] = (decode(stolen) as CborMap).get('documents') as CborMap[];
  const issuerSigned = encode((document as CborMap).get('issuerSigned'));
  const deviceSigner = softwareSigner(await generateSoftwareKey('P-256'));
  const disclose = { [NS_ISO]: ['age_over_20'] };
  const borrowing = await falsePhone((sessionTranscript) =>
    buildDeviceResponse({ issuerSigned, docType: MNC_DOCTYPE, disclose, sessionTranscript, deviceSigner }),
  );
  assertRed(await stack.hands.askAge(borrowing.qr), 'device-auth');
  await borrowing.close();
});

test('after five wrong phone PINs the card answers nobody; the way out is a new card', async () => {
  for (const tries of [4, 3, 2, 1, 0]) {
    const answer = await post('/unlock', { pin: '000000' });
    assertRefused(answer, tries > 0 ? 'wrong-phone-pin' : 'phone-pin-locked', canaries);
    assert.equal((answer.json() as { triesLeft: number }).triesLeft, tries);
  }
  for (const pin of [stack.demo.phonePin, '000000']) {
    assertRefused(await post('/engagements', { consent: 'allow', pin }), 'phone-pin-locked', canaries);
  }
  assert.ok(!('card' in (await card())), 'what was on the screen is gone too');
  assert.equal((await post('/reset', { pin: stack.demo.phonePin })).status, 204);
  assert.equal((await card())['state'], 'none');
  await assertGetsCard(stack, 'adult');
  assert.equal((await stack.hands.askAge((await show()).qr)).verdict, 'green');
});
