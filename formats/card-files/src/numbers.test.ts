import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkCodeB, eraBirthDate } from './check-code-b.ts';
import { formatKeyId, keyId, municipalityOf } from './key-id.ts';
import { isMyNumber, myNumberCheckDigit } from './my-number.ts';

test('the check digit of the published example 537686677188 is 8', () => {
  assert.equal(myNumberCheckDigit('53768667718'), '8');
  assert.ok(isMyNumber('537686677188'));
});

test('one wrong digit is found unless both check digits are 0', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10 ** 11 - 1 }),
      fc.nat(10),
      fc.integer({ min: 1, max: 9 }),
      (n, at, step) => {
        const eleven = String(n).padStart(11, '0');
        const digit = myNumberCheckDigit(eleven);
        const changed = [...eleven];
        changed[at] = String((Number(changed[at]) + step) % 10);
        // r = 0 and r = 1 share the digit 0: the rule of the ordinance is not a perfect modulo 11.
        if (digit !== '0') assert.ok(!isMyNumber(changed.join('') + digit));
      },
    ),
    { numRuns: 300 },
  );
});

test('only twelve ASCII digits are a My Number', () => {
  for (const text of [
    '',
    '53768667718',
    '5376866771888',
    '53768667718x',
    '５３７６８６６７７１８８',
    '537686677188 ',
  ]) {
    assert.equal(isMyNumber(text), false, text);
  }
  assert.throws(() => myNumberCheckDigit('1'), RangeError);
});

test('the era is decided by the day', () => {
  const cases: [string, string][] = [
    ['19800217', '550217'],
    ['19890107', '640107'],
    ['19890108', '010108'],
    ['20190430', '310430'],
    ['20190501', '010501'],
    ['19261224', '151224'],
    ['19261225', '011225'],
    ['19120729', '450729'],
    ['19120730', '010730'],
    ['18680125', '010125'],
  ];
  for (const [date, era] of cases) assert.equal(eraBirthDate(date), era, date);
  assert.throws(() => eraBirthDate('18680124'), { code: 'value-out-of-range' });
  assert.throws(() => eraBirthDate('1980-02-17'), { code: 'value-out-of-range' });
});

test('check code B of the published example is 55021720352285', () => {
  assert.equal(checkCodeB({ birthDate: '19800217', expiry: '20350217', securityCode: '2285' }), '55021720352285');
  assert.throws(() => checkCodeB({ birthDate: '19800217', expiry: '2035', securityCode: '2285' }), {
    code: 'value-out-of-range',
  });
});

test('key ids have 16 bytes, a name for people and begin with the municipality', () => {
  assert.equal(Buffer.from(keyId('5000023', '001')).toString('hex'), '35303030303233080530303100000000');
  assert.equal(formatKeyId(keyId('9000023', '001')), '9000023/001');
  assert.equal(municipalityOf(keyId('1322121', '000')), '13221');
  assert.equal(formatKeyId(new Uint8Array(16)), '00'.repeat(16));
  assert.equal(municipalityOf(new Uint8Array(16)), undefined);
});
