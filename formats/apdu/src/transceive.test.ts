import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApduError } from './error.ts';
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

test('a command that carries a PIN goes out once: 6Cxx is its answer, for it asks for no data', async () => {
  for (const command of ['00200091 04 31323334', '00240180 04 31323334', '80320080 04 31323334']) {
    assert.equal((await transceive(scripted([command, '6C08']), hex(command))).sw, 0x6c08);
  }
  // A retry query carries none.
  const query = scripted(['00200091', '6C01'], ['00200091 01', '63C3']);
  assert.equal((await transceive(query, hex('00200091'))).sw, 0x63c3);
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
  await assert.rejects(transceive(endless(`${'00'.repeat(256)}6100`), hex('00B00000 00'), { maxBytes: 1000 }), {
    code: 'card-hostile',
  });
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

test('more bytes than Le are card-hostile, in the answer, behind 6Cxx and in GET RESPONSE', async () => {
  const hostile = { code: 'card-hostile', context: { rule: 'answer longer than Le', le: 4, length: 5 } };
  const read = { cla: 0, ins: 0xb0, p1: 0, p2: 0, le: 4 };
  await assert.rejects(transceive(scripted(['00 B0 00 00 04', '0102030405 9000']), read), hostile);
  const corrected = scripted(['00 B0 00 00 05', '6C04'], ['00 B0 00 00 04', '0102030405 9000']);
  await assert.rejects(transceive(corrected, { ...read, le: 5 }), hostile);
  const more = scripted(['00 B0 00 00 04', '01 6104'], ['00 C0 00 00 04', '0102030405 9000']);
  await assert.rejects(transceive(more, read), hostile);
  const extended = hex('00 CA 00 F8 00 00 00');
  const long = scripted(['00 CA 00 F8 00 00 00', `${'07'.repeat(563)} 9000`]);
  assert.equal((await transceive(long, extended)).data.length, 563);
  const unasked = scripted(['00 A4 04 0C 01 D3', `${'07'.repeat(257)} 9000`]);
  await assert.rejects(transceive(unasked, hex('00 A4 04 0C 01 D3')), { code: 'card-hostile' });
});

test('whatever a card answers, the client ends within its rounds and bytes, with an answer or its own error', async () => {
  const word = fc.oneof(
    fc.constantFrom('9000', '6100', '61FF', '6110', '6C00', '6C10', '6CFF', '6A82', '6B00'),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  );
  const answer = fc.tuple(fc.nat({ max: 300 }), word).map(([n, sw]) => hex('07'.repeat(n) + sw));
  const answers = fc.array(answer, { minLength: 1, maxLength: 12 });
  const commands = fc.constantFrom('00B00000 00', '00B00000 10', '00A4040C 01 D3', '00CA00F8 000000', '00840000');
  await fc.assert(
    fc.asyncProperty(answers, commands, async (script, command) => {
      let asked = 0;
      const card: Transport = {
        transmit: async () => script[asked++ % script.length]!,
        close: async () => {},
      };
      try {
        const { data } = await transceive(card, hex(command), { maxRounds: 20, maxBytes: 2000 });
        assert.ok(data.length <= 2000);
      } catch (error) {
        assert.ok(error instanceof ApduError, String(error));
        assert.ok(['card-hostile', 'response-malformed'].includes(error.code), error.code);
      }
      assert.ok(asked <= 20);
    }),
    { numRuns: 500 },
  );
});
