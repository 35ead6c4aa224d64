import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jpkiBirthDate, jpkiNotAfter } from './index.ts';

describe('the nine digits of a birth date', () => {
  for (const [birthDate, digits] of [
    ['19800217', '319800217'],
    ['19900102', '419900102'],
    ['19890107', '319890107'],
    ['19890108', '419890108'],
    ['20190430', '420190430'],
    ['20190501', '520190501'],
    ['19261224', '219261224'],
    ['19261225', '319261225'],
    ['19120729', '119120729'],
    ['19120730', '219120730'],
    ['19800000', '319800000'],
    ['19890000', '019890000'],
    ['00000000', '000000000'],
  ] as const) {
    it(`of ${birthDate} are ${digits}`, () => assert.equal(jpkiBirthDate(birthDate), digits));
  }
});

describe('the end of a card certificate', () => {
  const end = (issued: string, birthDate: string) => jpkiNotAfter(new Date(issued), birthDate).toISOString();

  it('is the fifth birthday after issue, 23:59:59 in Japan', () => {
    assert.equal(end('2026-11-24T03:00:00Z', '19800217'), '2031-02-17T14:59:59.000Z');
    assert.equal(end('2026-11-24T03:00:00Z', '19801225'), '2030-12-25T14:59:59.000Z');
  });
  it('does not count a birthday on the day of issue in Japan', () => {
    assert.equal(end('2026-11-23T14:59:59Z', '19801124'), '2030-11-24T14:59:59.000Z');
    assert.equal(end('2026-11-23T15:00:00Z', '19801124'), '2031-11-24T14:59:59.000Z');
  });
  it('falls on 28 February in a common year for who was born on the 29th', () => {
    assert.equal(end('2026-11-24T03:00:00Z', '20000229'), '2031-02-28T14:59:59.000Z');
    assert.equal(end('2027-03-01T03:00:00Z', '20000229'), '2032-02-29T14:59:59.000Z');
  });
  it('takes the first day where the day or the month is unknown', () => {
    assert.equal(end('2026-11-24T03:00:00Z', '19800000'), '2031-01-01T14:59:59.000Z');
    assert.equal(end('2026-11-24T03:00:00Z', '19801200'), '2030-12-01T14:59:59.000Z');
  });
});
