import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { TapMessage } from '@tegata/tap';
import fc from 'fast-check';
import { connectCard } from './connect-card.ts';
import { type CardReader, listenForCard } from './listen-for-card.ts';
import type { Chip } from './transport.ts';
import { encodeFrame, FrameDecoder } from './vpcd-frame.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const atr = hex('3B E0 00 FF 81 31 FE 45 14');

function echo(): Chip & { resets: number } {
  return {
    resets: 0,
    transmit: (command) => Buffer.concat([command, hex('9000')]),
    reset() {
      this.resets++;
    },
  };
}

async function withReader(use: (reader: CardReader) => Promise<void>, options = {}): Promise<void> {
  const reader = await listenForCard(options);
  try {
    await use(reader);
  } finally {
    await reader.close();
  }
}

test('payloads come out of the decoder however the stream is chopped', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 50 }),
      (payloads, step) => {
        const stream = Buffer.concat(payloads.map(encodeFrame));
        const decoder = new FrameDecoder();
        const out: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += step) out.push(...decoder.push(stream.subarray(at, at + step)));
        assert.deepEqual(
          out.map((o) => [...o]),
          payloads.map((p) => [...p]),
        );
      },
    ),
    { numRuns: 100 },
  );
  assert.throws(() => encodeFrame(new Uint8Array(65536)), { code: 'frame-malformed' });
});

test('a card connects, tells its ATR, answers commands in order and is seen by the tap', async () => {
  const seen: TapMessage[] = [];
  const tap = { message: (m: TapMessage) => void seen.push(m), step() {} };
  await withReader(
    async (reader) => {
      const chip = echo();
      const held = await connectCard({ ...reader.address, atr, chip });
      const card = await reader.waitForCard({ timeoutMs: 5000, step: 1 });
      assert.deepEqual([...card.atr], [...atr]);
      const answers = await Promise.all([hex('00B00000'), hex('00B00001')].map((c) => card.transmit(c)));
      assert.deepEqual(
        answers.map((a) => a[3]),
        [0, 1],
      );
      assert.deepEqual(seen.map((m) => `${m.from} ${m.kind} ${m.label} ${m.step}`).slice(0, 1), [
        'applicant-app apdu-command READ BINARY 1',
      ]);
      assert.equal(seen.length, 4);
      await card.close();
      await assert.rejects(card.transmit(hex('00B00000')), { code: 'card-removed' });
      held.remove();
      await held.gone;
    },
    { tap },
  );
});

test('after close() the same card may be powered on again, and it was reset', async () => {
  await withReader(async (reader) => {
    const chip = echo();
    const held = await connectCard({ ...reader.address, atr, chip });
    await (await reader.waitForCard()).close();
    const again = await reader.waitForCard();
    assert.equal((await again.transmit(hex('00B00000'))).length, 6);
    assert.equal(chip.resets, 5);
    held.remove();
    await held.gone;
  });
});

test('no card in time is no-card; no reader is no-card on the card side', async () => {
  let port = 0;
  await withReader(async (reader) => {
    port = reader.address.port;
    await assert.rejects(reader.waitForCard({ timeoutMs: 20 }), { code: 'no-card' });
  });
  await assert.rejects(connectCard({ host: '127.0.0.1', port, atr, chip: echo() }), { code: 'no-card' });
});

test('closing the reader ends a waiting call with no-card', async () => {
  const reader = await listenForCard();
  const waiting = assert.rejects(reader.waitForCard(), { code: 'no-card' });
  await reader.close();
  await waiting;
});

test('a card pulled in the middle of a command is card-removed, then and afterwards', async () => {
  await withReader(async (reader) => {
    let pull = () => {};
    const chip: Chip = {
      transmit() {
        pull();
        return new Promise(() => {});
      },
      reset() {},
    };
    const held = await connectCard({ ...reader.address, atr, chip });
    pull = held.remove;
    const card = await reader.waitForCard();
    await assert.rejects(card.transmit(hex('00B00000')), { code: 'card-removed' });
    await assert.rejects(card.transmit(hex('00B00000')), { code: 'card-removed' });
  });
});

test('a card that does not answer in time is card-timeout and leaves the field', async () => {
  await withReader(
    async (reader) => {
      const held = await connectCard({
        ...reader.address,
        atr,
        chip: { transmit: () => new Promise(() => {}), reset() {} },
      });
      const card = await reader.waitForCard();
      await assert.rejects(card.transmit(hex('00B00000')), { code: 'card-timeout' });
      await held.gone;
    },
    { commandTimeoutMs: 50 },
  );
});

test('a second card is refused while the first is in the field', async () => {
  await withReader(async (reader) => {
    const first = await connectCard({ ...reader.address, atr, chip: echo() });
    await reader.waitForCard();
    const second = await connectCard({ ...reader.address, atr, chip: echo() });
    await second.gone;
    assert.ok(reader.present);
    first.remove();
    await first.gone;
  });
});

test('a card that is held right after another was taken away is not refused', async () => {
  await withReader(async (reader) => {
    for (let i = 0; i < 40; i++) {
      const held = await connectCard({ ...reader.address, atr, chip: echo() });
      await reader.waitForCard();
      held.remove();
      await held.gone;
      const next = await connectCard({ ...reader.address, atr, chip: echo() });
      const card = await reader.waitForCard({ timeoutMs: 5000 });
      assert.equal((await card.transmit(hex('00B00000'))).length, 6, `time ${i}`);
      next.remove();
      await next.gone;
    }
  });
});

test('a card that speaks without being asked is card-hostile', async () => {
  await withReader(async (reader) => {
    const socket = await new Promise<Socket>((resolve) => {
      const s = connect(reader.address.port, reader.address.host, () => resolve(s));
    });
    socket.once('data', () =>
      socket.write(Buffer.concat([encodeFrame(atr), encodeFrame(hex('9000')), encodeFrame(hex('9000'))])),
    );
    const card = await reader.waitForCard();
    await assert.rejects(card.transmit(hex('00B00000')), { code: 'card-hostile' });
    await new Promise((resolve) => socket.once('close', resolve));
  });
});
