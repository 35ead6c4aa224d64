import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as applicantApp from '@tegata/applicant-app';
import { systemClock } from '@tegata/clock';
import { type PeerAnswer, peer } from '@tegata/http';
import { silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { noTap } from '@tegata/tap';
import { sql } from 'kysely';
import { readerOf, slipperyPlace, tapCard, triesLeft } from './at-the-card.ts';
import type { Canary } from './canary.ts';
import { type FaultyLink, faultyLink } from './faulty-link.ts';
import { hostileApp } from './hostile-app.ts';
import {
  applicationRow,
  applicationRows,
  assertGetsCard,
  assertRefused,
  assertSound,
  canariesFrom,
  untilEnded,
} from './refusals.ts';
import { type SmallStack, smallStack } from './small-stack.ts';

/** A person at the card: what goes wrong there costs as few tries as can be, sends nothing, and takes nothing away. */
let stack: SmallStack;
let toProvider: FaultyLink;
let canaries: Canary[];

before(async () => {
  stack = await smallStack({
    smpTiming: { firstRetry: 0.1, longestRetry: 0.3, sweep: 0.2 },
    async between(party, url) {
      if (party !== 'wallet-provider') return url;
      toProvider = await faultyLink(url);
      return toProvider.url;
    },
  });
  canaries = await canariesFrom(stack, ['adult', 'foreign-resident', 'turns-20-today']);
});
after(async () => {
  await stack?.close();
  await toProvider?.close();
});

const left = (answer: PeerAnswer) => (answer.json() as { triesLeft?: number }).triesLeft;

/** Nothing came to the SMP while the work was done. */
async function nothingSent(work: () => Promise<void>): Promise<void> {
  const [rows, from] = [await applicationRows(stack), stack.messages.length];
  await work();
  assert.deepEqual(await applicationRows(stack), rows);
  assert.ok(!stack.messages.slice(from).some(({ label }) => label === 'POST /applications'));
}

test('a wrong PIN shows the tries left; the last is not spent without being asked for, and the right PIN gives all back', async () => {
  const persona = 'adult';
  await nothingSent(async () => {
    for (const tries of [2, 1]) {
      const answer = await tapCard(stack, { persona, pin: '0000' });
      assertRefused(answer, 'wrong-pin', canaries);
      assert.equal(left(answer), tries);
      assert.equal((await triesLeft(stack, persona)).text, tries);
    }
    // Right or wrong, nobody has said yes to the last one.
    for (const pin of ['0000', stack.demo.pin]) {
      const answer = await tapCard(stack, { persona, pin });
      assertRefused(answer, 'last-try', canaries);
      assert.equal(left(answer), 1);
    }
    assert.equal((await triesLeft(stack, persona)).text, 1);
  });
  const answer = await tapCard(stack, { persona, confirmLastTry: true });
  assert.equal(answer.status, 202);
  assert.equal((await triesLeft(stack, persona)).text, 3);
  const { reference } = answer.json() as { reference: string };
  assert.equal((await untilEnded(stack, reference)).state, 'active');
});

test('after the third wrong PIN the card is locked, also for the right one, and stays locked when it is held again', async () => {
  const persona = 'foreign-resident';
  await nothingSent(async () => {
    for (const [pin, confirmLastTry, code, tries] of [
      ['0000', false, 'wrong-pin', 2],
      ['0000', true, 'wrong-pin', 1],
      ['0000', true, 'pin-locked', 0],
      [stack.demo.pin, false, 'pin-locked', 0],
      [stack.demo.pin, true, 'pin-locked', 0],
    ] as const) {
      const answer = await tapCard(stack, { persona, pin, confirmLastTry });
      assertRefused(answer, code, canaries);
      assert.equal(left(answer), tries);
      assert.equal((await triesLeft(stack, persona)).text, tries);
    }
  });
});

test('a wrong signature password shows the tries left, five in all, and then locks', async () => {
  const persona = 'turns-20-today';
  await nothingSent(async () => {
    for (const [confirmLastTry, code, tries] of [
      [false, 'wrong-signature-password', 4],
      [false, 'wrong-signature-password', 3],
      [false, 'wrong-signature-password', 2],
      [false, 'wrong-signature-password', 1],
      [false, 'last-try', 1],
      [true, 'signature-password-locked', 0],
      [true, 'signature-password-locked', 0],
    ] as const) {
      const answer = await tapCard(stack, { persona, signaturePassword: 'WRONG99', confirmLastTry });
      assertRefused(answer, code, canaries);
      assert.equal(left(answer), tries);
      assert.equal((await triesLeft(stack, persona)).signature, tries);
    }
  });
});

test('what cannot be a PIN or a password is not shown to the card', async () => {
  await nothingSent(async () => {
    for (const pin of ['', '123', '12345', '１２３４', 'abcd']) {
      assertRefused(await tapCard(stack, { persona: 'adult', pin }), 'pin-format', canaries);
    }
    for (const signaturePassword of ['', 'SHORT', 'TEGATA 1', 'A'.repeat(17), 'ＴＥＧＡＴＡ']) {
      assertRefused(
        await tapCard(stack, { persona: 'adult', signaturePassword }),
        'signature-password-format',
        canaries,
      );
    }
    assert.deepEqual(await triesLeft(stack, 'adult'), { text: 3, signature: 5 });
  });
});

test('a card pulled away at any moment of the reading or signing costs no try and sends nothing', async () => {
  const reader = await readerOf(stack.hands.peers.app);
  const whole = await slipperyPlace(reader, Number.POSITIVE_INFINITY);
  const done = await tapCard(stack, { persona: 'adult', reader: whole.address });
  assert.equal(done.status, 202);
  await untilEnded(stack, (done.json() as { reference: string }).reference);
  await whole.close();
  assert.ok(whole.commands > 20);

  await nothingSent(async () => {
    const last = whole.commands - 1;
    for (const lasts of [0, 4, Math.floor(last / 3), Math.floor((2 * last) / 3), last]) {
      const place = await slipperyPlace(reader, lasts);
      const answer = await tapCard(stack, { persona: 'adult', reader: place.address });
      assert.equal(place.commands, lasts + 1);
      assertRefused(answer, 'card-removed', canaries);
      await place.close();
      assert.deepEqual(await triesLeft(stack, 'adult'), { text: 3, signature: 5 });
    }
  });
  await assertGetsCard(stack, 'adult');
});

test('where no card comes, the app says so, and the next tap is served', async () => {
  const secret = 'of-this-screen';
  const { url, close } = await applicantApp.start({
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    tap: noTap,
    smp: { url: stack.urls['smp'] as string },
    wallet: { url: stack.urls['wallet'] as string, secret: stack.secrets.appToWallet },
    secret,
    cardWaitMs: 100,
  });
  try {
    const app = peer({ url, name: 'applicant-app', party: 'applicant-app', secret });
    await nothingSent(async () => {
      const { pin, signaturePassword } = stack.demo;
      assertRefused(
        await app.request('POST', '/applications', { json: { pin, signaturePassword } }),
        'no-card',
        canaries,
      );
    });
    const answer = await tapCard(stack, { persona: 'adult', app });
    assert.equal(answer.status, 202);
    await untilEnded(stack, (answer.json() as { reference: string }).reference);
  } finally {
    await close();
  }
});

test('while an application lives, the same person gets its reference again, from this phone and from another', async () => {
  toProvider.state = 'cut';
  const first = await stack.hands.apply({ persona: 'adult', ...stack.demo });
  const rows = await applicationRows(stack);
  assert.equal((await stack.hands.apply({ persona: 'adult', ...stack.demo })).reference, first.reference);
  const other = await hostileApp(stack, systemClock);
  const { opened, signed } = await other.honest('adult');
  const answer = await other.send(opened.session, signed);
  assert.deepEqual([answer.status, answer.reference], [200, first.reference]);
  assert.equal((await other.call('GET', `/applications/${first.reference}`)).status, 200);
  await other.close();
  assert.equal((await applicationRows(stack))['smp.application'], rows['smp.application']);
  toProvider.state = 'carries';
  assert.equal((await untilEnded(stack, first.reference)).state, 'active');
});

test('a new application beside a card in use takes its place in one go', async () => {
  const before = await stack.hands.apply({ persona: 'adult', ...stack.demo });
  assert.equal((await untilEnded(stack, before.reference)).state, 'active');
  const next = await stack.hands.apply({ persona: 'adult', ...stack.demo });
  assert.notEqual(next.reference, before.reference);
  assert.equal((await untilEnded(stack, next.reference)).state, 'active');
  assert.equal((await applicationRow(stack, before.reference)).state, 'replaced');
  const { rows } = await sql<{ transactions: number; events: number }>`
    select count(distinct event.xmin::text)::int as transactions, count(*)::int as events
    from smp.event as event join smp.application as application on application.id = event.application
    where (application.reference = ${before.reference} and event.name = 'replaced')
       or (application.reference = ${next.reference} and event.name = 'active')
  `.execute(stack.store.database<unknown>());
  assert.deepEqual(rows, [{ transactions: 1, events: 2 }]);
  const card = (await stack.hands.peers.wallet.request('GET', '/card')).json() as Record<string, unknown>;
  assert.deepEqual([card['state'], card['reference']], ['active', next.reference]);
  await assertSound(stack, systemClock);
});
