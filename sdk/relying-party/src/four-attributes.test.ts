import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { parseCertificate } from '@tegata/x509';
import { buildJpkiSign, type JpkiSignHolder } from '@tegata/x509-build';
import { fourAttributes, hasReachedAge, marked, readBirthDate } from './index.ts';
import { jpkiForTests, person } from './jpki-for-tests.ts';

describe('the four basic attributes', () => {
  let jpki: Awaited<ReturnType<typeof jpkiForTests>>;
  before(async () => {
    jpki = await jpkiForTests();
  });
  const of = async (change: Partial<JpkiSignHolder> = {}) => {
    const { publicKey } = parseCertificate(jpki.signature.certificate);
    const { random, clock } = jpki;
    const holder = { ...person, ...change };
    const certificate = await buildJpkiSign({ issuer: jpki.issuer.sign, publicKey, holder, random, at: clock.now() });
    return fourAttributes(parseCertificate(certificate));
  };

  it('come with the flag of each character that stands for another one, and can be shown so', async () => {
    const { name, address, sex } = await of();
    assert.deepEqual([name.text, name.exact, marked(name)], ['試験　太郎', false, '試※験　太郎']);
    assert.deepEqual(name.characters[1], { character: '験', substituted: true });
    assert.deepEqual([address.exact, marked(address)], [true, person.address]);
    assert.equal(sex, 'male');
  });

  it('count characters and not code units', async () => {
    const { name } = await of({ name: '𠮷田　太郎', nameSubstitutes: '10000' });
    assert.deepEqual(
      [name.characters.length, name.characters[0]?.character, marked(name, '*')],
      [5, '𠮷', '*𠮷田　太郎'],
    );
  });

  it('have a sex that is neither where the certificate says so', async () => {
    assert.equal((await of({ sex: '9' })).sex, 'unspecified');
    assert.equal((await of({ sex: '2' })).sex, 'female');
  });

  it('have a birth date whose year is Gregorian although an era stands before it', async () => {
    const { birthDate } = await of();
    assert.deepEqual(birthDate, {
      era: 'showa',
      year: 1980,
      month: 2,
      day: 17,
      complete: { year: 1980, month: 2, day: 17 },
    });
  });
});

describe('an age from a birth date', () => {
  const at = new Date('2026-02-16T15:00:00Z');
  it('is reached at the beginning of the birthday in Japan', () => {
    const birth = readBirthDate('420060217');
    assert.equal(hasReachedAge(birth, 20, at), 'yes');
    assert.equal(hasReachedAge(birth, 20, new Date(at.getTime() - 1)), 'no');
    assert.equal(hasReachedAge(readBirthDate('420080229'), 19, new Date('2027-02-28T14:59:59Z')), 'no');
    assert.equal(hasReachedAge(readBirthDate('420080229'), 19, new Date('2027-02-28T15:00:00Z')), 'yes');
  });

  it('is undetermined, and never yes, when a part of the date is unknown or no such day exists', () => {
    for (const stored of ['319300000', '319300200', '000000000', '319300231', '319301301', '300990101', '319300017']) {
      assert.equal(hasReachedAge(readBirthDate(stored), 20, at), 'undetermined', stored);
    }
    assert.deepEqual(readBirthDate('319300200'), { era: 'showa', year: 1930, month: 2 });
  });
});
