import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FullDate } from '@tegata/cbor';
import { encodeGreyscaleJp2 } from '@tegata/jpeg2000';
import { NS_ISO, NS_JP } from '@tegata/mdoc';
import { profiles } from './profile.ts';
import { recordElements } from './record.ts';
import type { Attributes } from './request.ts';
import { NOW, PERSON, PORTRAIT } from './test-issuance.ts';

const record = (attributes: Partial<Attributes> = {}, profile = profiles.default, portrait = PORTRAIT, at = NOW) =>
  recordElements({ attributes: { ...PERSON, ...attributes }, portrait, profile, at });
const isRefused = (rule: string) => (error: unknown) => {
  assert.ok(error instanceof Error && 'code' in error && 'context' in error);
  assert.equal(error.code, 'refused-by-issuer');
  assert.deepEqual(error.context, { rule });
  return true;
};

test('the record holds the elements of both namespaces in order, the portrait unchanged', () => {
  const elements = record();
  assert.deepEqual(Object.entries(elements[NS_JP]!), [
    ['full_name_unicode', '番号　花子'],
    ['resident_address_unicode', '〇〇県△△市□□町１－２－３'],
    ['local_gov_code_unicode', '14364'],
    ['individual_number_unicode', PERSON.myNumber],
    ['portrait', PORTRAIT],
    ['sex_unicode', '女'],
    ['birth_date_unicode', '1971年9月1日'],
  ]);
  assert.deepEqual(Object.entries(elements[NS_ISO]!), [
    ['sex', 2],
    ['age_over_18', true],
    ['age_over_20', true],
    ['age_over_65', false],
    ['age_in_years', 55],
    ['birth_date', new FullDate('1971-09-01')],
  ]);
  assert.equal(elements[NS_JP]!['portrait'], PORTRAIT);
});

test('the profile "observed" attests age_over_20 and no other age', () => {
  assert.deepEqual(Object.keys(record({}, profiles.observed)[NS_ISO]!), ['sex', 'age_over_20', 'birth_date']);
});

test('both sexes come from one code; not known and not applicable have no word', () => {
  const sexes = ['1', '2', '0', '9'].map((sex) => {
    const elements = record({ sex });
    return [elements[NS_ISO]!['sex'], elements[NS_JP]!['sex_unicode'], 'sex_unicode' in elements[NS_JP]!];
  });
  assert.deepEqual(sexes, [
    [1, '男', true],
    [2, '女', true],
    [0, undefined, false],
    [9, undefined, false],
  ]);
});

test('on the day before the twentieth birthday age_over_20 is false, from midnight in Japan it is true', () => {
  const over20 = (at: string) => record({ birthDate: '20061125' }, profiles.default, PORTRAIT, new Date(at))[NS_ISO]!;
  assert.equal(over20('2026-11-24T14:59:59Z')['age_over_20'], false);
  assert.equal(over20('2026-11-24T14:59:59Z')['age_in_years'], 19);
  assert.equal(over20('2026-11-24T15:00:00Z')['age_over_20'], true);
  assert.equal(over20('2026-11-24T15:00:00Z')['age_over_18'], true);
});

test('names and addresses of 200 characters pass, counted by code point; one more is refused', () => {
  // 𠮷 takes two UTF-16 units.
  assert.equal(record({ name: '𠮷'.repeat(200) })[NS_JP]!['full_name_unicode'], '𠮷'.repeat(200));
  assert.throws(() => record({ name: '𠮷'.repeat(201) }), isRefused('name'));
  assert.throws(() => record({ address: 'あ'.repeat(201) }), isRefused('address'));
  assert.throws(() => record({ name: '' }), isRefused('name'));
});

test('variation selectors and combining marks of a name are kept as they are', () => {
  for (const name of ['葛\u{e0100}城　太郎', 'か\u3099　子', 'NGUYỄN THỊ MINH KHAI']) {
    assert.equal(record({ name })[NS_JP]!['full_name_unicode'], name);
  }
});

for (const [what, change, rule] of [
  ['a line break in a name', { name: '番号\n花子' }, 'name'],
  ['an override of the writing direction', { name: '番号\u202e花子' }, 'name'],
  ['half of a surrogate pair', { address: 'あ\ud842' }, 'address'],
  ['blanks around an address', { address: '東京都　' }, 'address'],
  ['a municipality code of six digits', { municipalityCode: '143642' }, 'municipality-code'],
  ['full-width digits', { municipalityCode: '１４３６４' }, 'municipality-code'],
  ['a My Number with a wrong check digit', { myNumber: '123456789012' }, 'my-number'],
  ['a My Number of 11 digits', { myNumber: '53768667718' }, 'my-number'],
  ['an unknown sex code', { sex: '3' }, 'sex'],
  ['30 February', { birthDate: '20000230' }, 'birth-date'],
  ['29 February of a common year', { birthDate: '19000229' }, 'birth-date'],
  ['a birth date with unknown parts', { birthDate: '19500000' }, 'birth-date'],
  ['a birth date in the future', { birthDate: '20261125' }, 'birth-date'],
  ['somebody of 151 years', { birthDate: '18751124' }, 'birth-date'],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => record(change), isRefused(rule));
  });
}

test('a portrait that is no JPEG 2000, is damaged, or is above 30 KiB is refused', async () => {
  const { default: profile } = profiles;
  assert.throws(() => record({}, profile, new Uint8Array(100)), isRefused('portrait'));
  assert.throws(() => record({}, profile, Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), isRefused('portrait'));
  assert.throws(() => record({}, profile, PORTRAIT.subarray(0, 60)), isRefused('portrait'));
  const noise = Uint8Array.from({ length: 300 * 300 }, (_, at) => (at * 48271) % 251);
  const large = await encodeGreyscaleJp2(noise, 300, 300, { ratio: 1 });
  assert.ok(large.length > 30 * 1024);
  assert.throws(() => record({}, profile, large), isRefused('portrait-size'));
});
