import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTlv } from './ber-tlv.ts';
import { ApduError } from './error.ts';
import { encodeSimpleTlv, readSimpleTlv, readSimpleTlvs } from './simple-tlv.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('the tag is one byte, the length one byte or FF and two', () => {
  assert.deepEqual([...readSimpleTlv(hex('01 02 AA BB')).value], [0xaa, 0xbb]);
  assert.deepEqual([...readSimpleTlv(hex('FE FF 0001 07')).value], [7]);
  assert.equal(readSimpleTlv(Uint8Array.of(0x45, 0xfe, ...new Uint8Array(254))).end, 256);
  assert.deepEqual(encodeSimpleTlv(1, new Uint8Array(255)).subarray(0, 4), hex('01 FF 00FF'));
  assert.deepEqual(encodeSimpleTlv(1, new Uint8Array(254)).subarray(0, 2), hex('01 FE'));
});

test('objects stand one after the other, with filler FF behind', () => {
  const tags = readSimpleTlvs(hex('01 01 AA 02 00 FF FF')).map(({ tag, value }) => [tag, value.length]);
  assert.deepEqual(tags, [
    [1, 1],
    [2, 0],
  ]);
  assert.deepEqual(readSimpleTlvs(new Uint8Array(0)), []);
});

test('what is cut short, has tag 00 or FF, or has other bytes behind the filler is refused with its offset', () => {
  const cases: [string, number][] = [
    ['01', 0],
    ['01 02 AA', 0],
    ['01 FF 00', 0],
    ['01 00 00 00', 2],
    ['01 00 FF 01 00', 3],
  ];
  for (const [bytes, offset] of cases) {
    assert.throws(
      () => readSimpleTlvs(hex(bytes)),
      (error) => {
        assert.ok(error instanceof ApduError);
        assert.deepEqual([error.code, error.context['offset']], ['tlv-malformed', offset]);
        return true;
      },
    );
  }
  assert.throws(() => readSimpleTlv(hex('FF 00')), { code: 'tlv-malformed' });
  assert.throws(() => readSimpleTlvs(hex('01 00 01 00'), { maxObjects: 1 }), { code: 'tlv-limit' });
  assert.throws(() => encodeSimpleTlv(0xff, new Uint8Array(0)), { code: 'tlv-limit' });
  assert.throws(() => encodeSimpleTlv(1, new Uint8Array(65_536)), { code: 'tlv-limit' });
});

test('the two TLV codings do not read each other: FF20 is a tag of BER and filler here', () => {
  const ber = hex('FF20 01 AA');
  assert.equal(readTlv(ber).tag, 0xff20);
  assert.throws(() => readSimpleTlv(ber), { code: 'tlv-malformed' });
  // A length FE is 254 bytes here and no length of BER.
  assert.throws(() => readTlv(encodeSimpleTlv(1, new Uint8Array(254))), { code: 'tlv-malformed' });
});

test('what is written is read back, and any bytes are read or refused by the own error', () => {
  const object = fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(fc.array(object, { maxLength: 5 }), fc.uint8Array({ maxLength: 40 }), (objects, noise) => {
      const bytes = Buffer.concat(objects.map(([tag, value]) => encodeSimpleTlv(tag, value)));
      const read = readSimpleTlvs(bytes).map(({ tag, value }) => [tag, Buffer.from(value)]);
      assert.deepEqual(
        read,
        objects.map(([tag, value]) => [tag, Buffer.from(value)]),
      );
      try {
        readSimpleTlvs(noise);
      } catch (error) {
        assert.ok(error instanceof ApduError);
      }
    }),
    { numRuns: 200 },
  );
});
