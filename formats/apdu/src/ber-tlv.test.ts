import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeTlv, objectLength, readFileObject, readTlv, readTlvs } from './ber-tlv.ts';
import { ApduError } from './error.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('one-byte and two-byte tags are read with the short, the 81 and the 82 length form', () => {
  assert.equal(readTlv(hex('90 03 010001')).tag, 0x90);
  assert.equal(readTlv(hex('FF10 01 31')).tag, 0xff10);
  const long = new Uint8Array(0x90).fill(5);
  for (const header of ['DF43 81 90', 'DF43 82 0090']) {
    const tlv = readTlv(Buffer.concat([hex(header), long]));
    assert.equal(tlv.tag, 0xdf43);
    assert.deepEqual([...tlv.value], [...long]);
  }
});

test('the writer takes 82 from 128 bytes up, as the card does', () => {
  assert.deepEqual(encodeTlv(0xdf43, new Uint8Array(128)).subarray(0, 5), hex('DF43 82 0080'));
  assert.deepEqual(encodeTlv(0xdf43, new Uint8Array(127)).subarray(0, 3), hex('DF43 7F'));
});

test('malformed objects are refused with rule and offset', () => {
  const cases: [string, string][] = [
    ['00 01 00', 'tag 00'],
    ['FF FF 01', 'tag of three bytes or more'],
    ['90 80 00 00', 'indefinite length'],
    ['90 83 000001 00', 'length form above 82'],
    ['90 81 05 0000000000', 'long form for a short length'],
    ['90 82 0005 0000000000', 'long form for a short length'],
    ['90 05 00', 'value cut short'],
    ['90', 'header cut short'],
    ['DF', 'header cut short'],
    ['90 82 01', 'header cut short'],
  ];
  for (const [text, rule] of cases) {
    assert.throws(
      () => readTlv(hex(text)),
      (error: unknown) =>
        error instanceof ApduError && error.code === 'tlv-malformed' && error.context['rule'] === rule,
      text,
    );
  }
});

test('a row of objects must fill its bytes and stay below the limit', () => {
  assert.equal(readTlvs(hex('90 01 00 91 01 00')).length, 2);
  assert.throws(() => readTlvs(hex('90 01 00 91 01')), { code: 'tlv-malformed' });
  assert.throws(() => readTlvs(new Uint8Array(100).fill(0x90).map((_, i) => (i % 2 ? 0 : 0x90))), {
    code: 'tlv-limit',
  });
});

test('a file is one object and filler; other bytes behind it are refused', () => {
  assert.equal(readFileObject(hex('FF10 01 31 FFFF')).end, 4);
  assert.equal(readFileObject(hex('FF10 01 31 0000')).end, 4);
  assert.throws(() => readFileObject(hex('FF10 01 31 FF01')), { code: 'tlv-malformed' });
});

test('the length of an object is told by its header alone', () => {
  assert.equal(objectLength(hex('3082')), undefined);
  assert.equal(objectLength(hex('30820500')), 0x504);
  assert.equal(objectLength(hex('FF100C')), 15);
  assert.equal(objectLength(hex('7F21820233')), 0x238);
});

test('what the writer writes the reader reads, and any other bytes raise only ApduError', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0x80, max: 0x9e }), fc.uint8Array({ maxLength: 600 }), (tag, value) => {
      const tlv = readTlv(encodeTlv(tag, value));
      assert.equal(tlv.tag, tag);
      assert.deepEqual([...tlv.value], [...value]);
    }),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        for (const tlv of readTlvs(bytes)) assert.ok(tlv.end <= bytes.length);
      } catch (error) {
        assert.ok(error instanceof ApduError);
      }
    }),
    { numRuns: 500 },
  );
});
