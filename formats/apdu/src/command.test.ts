import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeCommand, parseCommand } from './command.ts';
import { ApduError } from './error.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('the seven forms of ISO/IEC 7816-4 §5.1 are read and written', () => {
  const data3 = hex('AABBCC');
  const cases: [string, { data?: Uint8Array; le?: number; extended: boolean }][] = [
    ['00 A4 00 00', { extended: false }],
    ['00 A4 00 00 00', { le: 256, extended: false }],
    ['00 A4 00 00 08', { le: 8, extended: false }],
    ['00 A4 00 00 03 AA BB CC', { data: data3, extended: false }],
    ['00 A4 00 00 03 AA BB CC 00', { data: data3, le: 256, extended: false }],
    ['00 A4 00 00 00 01 00', { le: 256, extended: true }],
    ['00 A4 00 00 00 00 00', { le: 65536, extended: true }],
    ['00 A4 00 00 00 00 03 AA BB CC', { data: data3, extended: true }],
    ['00 A4 00 00 00 00 03 AA BB CC 00 00', { data: data3, le: 65536, extended: true }],
  ];
  for (const [text, expected] of cases) {
    const parsed = parseCommand(hex(text));
    const { data = new Uint8Array(0), le, extended } = expected;
    assert.deepEqual([[...parsed.data], parsed.le, parsed.extended], [[...data], le, extended], text);
    assert.deepEqual(encodeCommand(parsed), hex(text), text);
  }
});

test('the extended form is chosen where 255 bytes of data or 256 of answer are exceeded', () => {
  const body = new Uint8Array(256).fill(7);
  const command = encodeCommand({ cla: 0x80, ins: 0xae, p1: 0, p2: 0, data: body });
  assert.deepEqual(command.subarray(0, 7), hex('80 AE 00 00 00 01 00'));
  assert.equal(command.length, 7 + 256);
  assert.deepEqual(encodeCommand({ cla: 0, ins: 0xca, p1: 0, p2: 0x42, le: 300 }), hex('00 CA 00 42 00 01 2C'));
});

test('a command whose lengths do not fit is refused as command-malformed and its bytes stay out of the error', () => {
  for (const text of [
    '',
    '00',
    '00A400',
    '0020009104 31323334 00 00',
    '00A4000003AA',
    '00A400000000',
    '00A4000000000A01',
  ]) {
    assert.throws(
      () => parseCommand(hex(text)),
      (error: unknown) => {
        assert.ok(error instanceof ApduError);
        assert.equal(error.code, 'command-malformed');
        assert.deepEqual(error.context, { length: hex(text).length });
        return true;
      },
    );
  }
  assert.throws(() => encodeCommand({ cla: 256, ins: 0, p1: 0, p2: 0 }), { code: 'command-malformed' });
  assert.throws(() => encodeCommand({ cla: 0, ins: 0, p1: 0, p2: 0, le: 0 }), { code: 'command-malformed' });
});

test('any bytes are either a command that encodes to themselves or command-malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        const parsed = parseCommand(bytes);
        assert.deepEqual(encodeCommand(parsed), bytes);
      } catch (error) {
        assert.ok(error instanceof ApduError && error.code === 'command-malformed');
      }
    }),
    { numRuns: 500 },
  );
});
