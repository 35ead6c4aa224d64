import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CardReader, listenForCard } from '@tegata/apdu';
import { silentLog } from '@tegata/log';
import { ascii, hex, openTestDrawer, SELECT, type TestDrawer } from './cards-for-tests.ts';
import { CardError } from './error.ts';
import { personasWith } from './persona.ts';
import { routes } from './routes.ts';

let drawer: TestDrawer;
let reader: CardReader;
let hand: ReturnType<typeof routes>;
const secret = 'the secret of the hand';

before(async () => {
  drawer = await openTestDrawer();
  reader = await listenForCard();
  hand = routes({ cards: drawer.cards, personas: personasWith(), secret, log: silentLog });
  hand.app.onError((error, c) => c.text(error instanceof CardError ? error.code : 'other', 400));
});
after(async () => {
  await hand.remove();
  await reader.close();
  await drawer.close();
});

const call = async (method: string, path: string, json?: unknown) => {
  const body = json === undefined ? undefined : JSON.stringify(json);
  return hand.app.request(path, { method, body, headers: { authorization: `Bearer ${secret}` } });
};
const hold = async (faults?: unknown) => {
  await call('POST', '/remove', {});
  // The reader sees the last card leave a little later than the hand that took it.
  while (reader.present) await sleep(2);
  return call('POST', '/hold', { persona: 'adult', reader: `127.0.0.1:${reader.address.port}`, faults });
};
const sent = async (...commands: string[]) => {
  const card = await reader.waitForCard({ timeoutMs: 5000 });
  let answer = '';
  for (const command of commands)
    answer = Buffer.from(await card.transmit(hex(command)))
      .toString('hex')
      .slice(-4);
  return answer;
};

test('a holding may have faults of its own: locked, a phone, pulled on the way; the next one is good again', async () => {
  assert.equal((await hold({ lockedPins: ['text'] })).status, 200);
  assert.equal(await sent(SELECT.text, '00200091'), '63c0');
  assert.equal((await hold({ profile: 'android' })).status, 200);
  assert.equal(await sent(SELECT.text), '6a82');
  assert.equal((await hold({ pulledAfter: 1 })).status, 200);
  await assert.rejects(sent(SELECT.text, '00200091'), { code: 'card-removed' });
  assert.equal((await hold()).status, 200);
  assert.equal(await sent(SELECT.text, '00200091'), '63c3');
});

test('faults that do not exist are a bad request', async () => {
  for (const faults of [{ broken: true }, { slowMs: -1 }, { brokenSignatures: ['text-0001'] }, 'locked']) {
    const response = await hold(faults);
    assert.deepEqual([response.status, await response.text()], [400, 'bad-request']);
  }
});

test('after a change the hand is told the PIN that opens the card now', async () => {
  await hold();
  const change = ['00A4020C020018', `00200080 04 ${ascii('1234')}`, `00240180 04 ${ascii('4711')}`];
  assert.equal(await sent(SELECT.jpki, ...change), '9000');
  const { pins } = (await (await call('GET', '/personas/adult')).json()) as { pins: Record<string, string> };
  assert.deepEqual([pins['auth'], pins['text']], ['4711', '1234']);
});
