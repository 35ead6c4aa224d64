import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type CardReader, listenForCard } from './listen-for-card.ts';
import type { Chip } from './transport.ts';
import { type VpcdState, vpcdCard } from './vpcd.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const atr = hex('3B 80 80 01 01');

/** A chip that is no My Number Card: it knows the application of ISO/IEC 18013-5 §8.3.3.1.2 and nothing else, and counts its resets. */
function mdocChip(): Chip & { resets: number } {
  let selected = false;
  return {
    resets: 0,
    transmit(command) {
      if (command[1] === 0xa4) selected = Buffer.from(command).toString('hex').endsWith('07a000000248040000');
      return hex(selected ? '9000' : '6a82');
    },
    reset() {
      selected = false;
      this.resets++;
    },
  };
}

/** Puts a card at a port and waits for its states. */
function placed(t: TestContext, port: number, chip: Chip) {
  const seen = new EventEmitter();
  const card = vpcdCard({ host: '127.0.0.1', port, atr, chip, retryMs: 10, changed: (state) => seen.emit(state) });
  t.after(() => card.remove());
  const reaches = async (state: VpcdState) => {
    if (card.state !== state) await once(seen, state);
  };
  return { card, reaches };
}

async function selectMdoc(reader: CardReader): Promise<string> {
  const session = await reader.waitForCard({ timeoutMs: 5000 });
  const answer = await session.transmit(hex('00A4040007A000000248040000'));
  return Buffer.from(answer).toString('hex');
}

test('any chip sits at a vpcd: one with the applications of a phone for NFC answers there as a card does', async (t) => {
  const reader = await listenForCard();
  const { card, reaches } = placed(t, reader.address.port, mdocChip());
  card.insert();
  await reaches('in-reader');
  const session = await reader.waitForCard({ timeoutMs: 5000 });
  assert.deepEqual([...session.atr], [...atr]);
  assert.equal(await selectMdoc(reader), '9000');
  await card.remove();
  await reader.close();
});

test('a card is taken out and put in again while the reader runs', async (t) => {
  const reader = await listenForCard();
  const chip = mdocChip();
  const { card, reaches } = placed(t, reader.address.port, chip);
  for (let round = 0; round < 3; round++) {
    card.insert();
    card.insert();
    await reaches('in-reader');
    assert.equal(await selectMdoc(reader), '9000');
    await card.remove();
    assert.equal(card.state, 'out');
    while (reader.present) await setImmediate();
    await assert.rejects(reader.waitForCard({ timeoutMs: 10 }), { code: 'no-card' });
  }
  assert.ok(chip.resets >= 3, 'each removal resets the chip');
  await card.remove();
  await reader.close();
});

test('a card waits for a reader that comes later, and stays through a restart of the reader', async (t) => {
  const first = await listenForCard();
  const { port } = first.address;
  await first.close();
  const { card, reaches } = placed(t, port, mdocChip());
  card.insert();
  await reaches('waiting');
  for (let round = 0; round < 2; round++) {
    const reader = await listenForCard({ port });
    await reaches('in-reader');
    assert.equal(await selectMdoc(reader), '9000');
    await reader.close();
    await reaches('waiting');
  }
  await card.remove();
  assert.equal(card.state, 'out');
});

test('an answer that fits into no frame is an internal error, and a chip that breaks leaves the reader', async (t) => {
  const reader = await listenForCard();
  const answers: Record<number, () => Uint8Array> = {
    1: () => new Uint8Array(65_535),
    2: () => new Uint8Array(65_538),
    3: () => {
      throw new Error('the chip is broken');
    },
  };
  const chip: Chip = { transmit: (command) => answers[command[3] as number]?.() ?? hex('6d00'), reset() {} };
  const { card, reaches } = placed(t, reader.address.port, chip);
  card.insert();
  await reaches('in-reader');
  const session = await reader.waitForCard({ timeoutMs: 5000 });
  assert.equal((await session.transmit(hex('00B00001'))).length, 65_535);
  assert.deepEqual([...(await session.transmit(hex('00B00002')))], [0x6f, 0x00]);
  await assert.rejects(session.transmit(hex('00B00003')), { code: 'card-removed' });
  await card.remove();
  await reader.close();
});
