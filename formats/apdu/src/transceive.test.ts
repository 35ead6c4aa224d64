import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transceive } from './transceive.ts';
import { type Transport, transportTo } from './transport.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function scripted(...pairs: [string, string][]): Transport {
  return {
    async transmit(command) {
      const [expected, answer] = pairs.shift() ?? ['', ''];
      assert.deepEqual(Buffer.from(command).toString('hex'), expected.replaceAll(' ', '').toLowerCase());
      return hex(answer);
    },
    async close() {},
  };
}

test('61xx is followed by GET RESPONSE and the parts are joined', async () => {
  const card = scripted(['00 CA 00 42 00', 'AA 6102'], ['00 C0 00 00 02', 'BB CC 6101'], ['00 C0 00 00 01', 'DD 9000']);
  const { data, sw } = await transceive(card, hex('00 CA 00 42 00'));
  assert.deepEqual([...data], [0xaa, 0xbb, 0xcc, 0xdd]);
  assert.equal(sw, 0x9000);
});

test('6Cxx makes the same command go again with that Le, 6C00 with 256', async () => {
  const card = scripted(['00 B0 00 00 10', '6C00'], ['00 B0 00 00 00', '01 9000']);
  assert.equal((await transceive(card, { cla: 0, ins: 0xb0, p1: 0, p2: 0, le: 16 })).sw, 0x9000);
});

test('a card that answers without end is card-hostile', async () => {
  let asked = 0;
  const endless = (answer: string): Transport => ({
    transmit: async () => {
      asked++;
      return hex(answer);
    },
    close: async () => {},
  });
  await assert.rejects(transceive(endless('00 61FF'), hex('00B00000 00'), { maxRounds: 10 }), { code: 'card-hostile' });
  assert.equal(asked, 10);
  const big: Transport = {
    transmit: async () => Buffer.concat([new Uint8Array(5000), hex('6100')]),
    close: async () => {},
  };
  await assert.rejects(transceive(big, hex('00B00000 00')), { code: 'card-hostile' });
  // A second 6Cxx in a row is an answer, not another try.
  assert.equal((await transceive(endless('6C10'), hex('00B00000 00'))).sw, 0x6c10);
  await assert.rejects(transceive(endless('90'), hex('00B00000 00')), { code: 'response-malformed' });
});

test('a chip in the same process is a transport; it is reset when the session begins and ends', async () => {
  let resets = 0;
  const card = transportTo({
    transmit: (command) => Uint8Array.of(command[3]!, 0x90, 0x00),
    reset() {
      resets++;
    },
  });
  const { data, sw } = await transceive(card, { cla: 0, ins: 0xb0, p1: 0, p2: 7, le: 1 });
  assert.deepEqual([[...data], sw, resets], [[7], 0x9000, 1]);
  await card.close();
  assert.equal(resets, 2);
});
