import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '@tegata/cbor';
import { der } from '@tegata/der';
import { notation } from './cbor.ts';
import { maskBareNumbers, maskBytes, maskText } from './mask.ts';

const NUMBER = '123456789018';
const view = { unmask: false, inside: 0 };
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('a number of the form of a My Number', () => {
  it('is masked in text, together, in groups, half and full width', () => {
    for (const form of [NUMBER, '1234 5678 9018', '1234-5678-9018', '１２３４５６７８９０１８', '1234　5678　9018']) {
      const masked = maskText(`番号は${form}です`);
      assert.equal(masked, '番号は************です', form);
    }
  });
  it('is masked next to letters, and in a path or a query', () => {
    assert.doesNotMatch(maskText(`/people/${NUMBER}?n=${NUMBER}`), /\d{12}/);
    assert.doesNotMatch(maskText(`number${NUMBER}`), /\d{12}/);
  });
  it('is masked in a long row of numbers', () => {
    assert.doesNotMatch(maskText(`${NUMBER}-${NUMBER}-${NUMBER}`), /\d{12}/);
  });
  it('is told from UUIDs, digests, dates and reference numbers', () => {
    for (const text of [
      'a1b2c3d4-1234-4567-8901-123456789012',
      'e3b0c44298fc1c14123456789012b92427ae41e4649b934ca495991b7852b855',
      '2026-04-01T00:00:00Z',
      'TG-7F3K-9Q2M',
      '12345678901234',
    ]) {
      assert.equal(maskText(text), text);
    }
  });
  it('is masked in bytes, also after a length that is a digit by chance, but not in the times of DER', () => {
    assert.deepEqual(maskBytes(ascii(`\xff\x10\x0c${NUMBER}\xff`)), ascii(`\xff\x10\x0c${'*'.repeat(12)}\xff`));
    assert.doesNotMatch(Buffer.from(maskBytes(ascii(`\x58\x30${NUMBER}`))).toString('latin1'), /\d{4}/);
    for (const at of ['2026-04-01T00:00:00Z', '2055-04-01T00:00:00Z']) {
      const time = der.time(new Date(at));
      assert.deepEqual(maskBytes(time), time);
    }
  });
  it('is masked as a bare number of printed notation', () => {
    assert.equal(maskBareNumbers(`{"a": ${NUMBER}, "b": h'${NUMBER}'}`), `{"a": ************, "b": h'${NUMBER}'}`);
  });
});

describe('CBOR diagnostic notation', () => {
  const hex = Buffer.from(NUMBER).toString('hex');
  const leaks = (bytes: Uint8Array) => {
    const text = notation(bytes, view);
    assert.ok(!text.includes(NUMBER) && !text.includes(hex), text);
    assert.ok(notation(bytes, { ...view, unmask: true }).match(new RegExp(`${NUMBER}|${hex}`)), 'unmasked it is there');
  };
  it('hides a number as text, as bytes, as integer, and inside embedded CBOR', () => {
    leaks(encode({ a: NUMBER }));
    leaks(encode({ a: ascii(NUMBER) }));
    leaks(encode([Number(NUMBER)]));
  });
  it('hides a number in a byte string of indefinite length', () => {
    // (_ h'313233343536', h'373839303138') holds the number in two chunks.
    const chunks = Uint8Array.from([
      0x81,
      0x5f,
      0x46,
      ...ascii(NUMBER.slice(0, 6)),
      0x46,
      ...ascii(NUMBER.slice(6)),
      0xff,
    ]);
    const text = notation(chunks, view);
    assert.ok(!text.includes('313233343536'), text);
    const words = Uint8Array.from([
      0x81,
      0x7f,
      0x66,
      ...ascii(NUMBER.slice(0, 6)),
      0x66,
      ...ascii(NUMBER.slice(6)),
      0xff,
    ]);
    assert.ok(!notation(words, view).includes(NUMBER.slice(0, 6)));
  });
  it('hides the My Number element whatever its value looks like', () => {
    const item = encode({
      digestID: 1,
      random: new Uint8Array(16),
      elementIdentifier: 'individual_number_unicode',
      elementValue: 'ABC',
    });
    assert.match(notation(item, view), /"elementValue": "\*\*\*\*"/);
  });
  it('cuts long byte strings and says how long they are', () => {
    assert.match(notation(encode([new Uint8Array(1000)]), view), /\/1000 bytes\//);
  });
});
