import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ageInYears, ageReachedAt } from './age.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const leap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lastDay = (year: number, month: number) =>
  [31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
/** 24:00 in Japan of a day, from the Julian day number and nothing of ours. */
const endOfDay = (year: number, month: number, day: number) => {
  const a = Math.floor((14 - month) / 12);
  const y = year + 4800 - a;
  const m = month + 12 * a - 3;
  const julian =
    day +
    Math.floor((153 * m + 2) / 5) +
    365 * y +
    Math.floor(y / 4) -
    Math.floor(y / 100) +
    Math.floor(y / 400) -
    32045;
  return (julian - 2440588) * DAY + DAY - 9 * HOUR;
};

/**
 * The statute, word by word: the day of birth counts as the first day; the period ends with the day before the one that corresponds
 * to it in the last year, and where no day corresponds, with the last day of that month (民法 143 条 2 項).
 */
function endOfYearsOfAge(birth: { year: number; month: number; day: number }, years: number): number {
  const year = birth.year + years;
  if (birth.day > lastDay(year, birth.month)) return endOfDay(year, birth.month, lastDay(year, birth.month));
  if (birth.day > 1) return endOfDay(year, birth.month, birth.day - 1);
  if (birth.month > 1) return endOfDay(year, birth.month - 1, lastDay(year, birth.month - 1));
  return endOfDay(year - 1, 12, 31);
}

const births = fc
  .record({ year: fc.integer({ min: 1868, max: 2040 }), month: fc.integer({ min: 1, max: 12 }), day: fc.nat(30) })
  .map(({ year, month, day }) => ({ year, month, day: (day % lastDay(year, month)) + 1 }));

test('an age is reached at the end of the day before the birthday, as the statute says, and not a millisecond sooner', () => {
  fc.assert(
    fc.property(births, fc.integer({ min: 1, max: 130 }), (birth, years) => {
      const reached = endOfYearsOfAge(birth, years);
      assert.equal(ageInYears(birth, new Date(reached - 1)), years - 1);
      assert.equal(ageInYears(birth, new Date(reached)), years);
      assert.equal(ageReachedAt(birth, years).getTime(), reached);
    }),
    { numRuns: 2000 },
  );
});

test('every day of a leap year and of a common year is a birthday on which twenty is reached at midnight in Japan', () => {
  for (const year of [2000, 2004, 2005, 2006, 2007]) {
    for (let month = 1; month <= 12; month++) {
      for (let day = 1; day <= lastDay(year, month); day++) {
        const reached = endOfYearsOfAge({ year, month, day }, 20);
        assert.equal(ageInYears({ year, month, day }, new Date(reached - 1)), 19, `${year}-${month}-${day}`);
        assert.equal(ageInYears({ year, month, day }, new Date(reached)), 20, `${year}-${month}-${day}`);
      }
    }
  }
});

for (const [birth, at, age] of [
  // 29 February: on 1 March in a common year, on 29 February in a leap year.
  ['2004-02-29', '2025-02-28T14:59:59.999Z', 20],
  ['2004-02-29', '2025-02-28T15:00:00Z', 21],
  ['2004-02-29', '2024-02-28T14:59:59.999Z', 19],
  ['2004-02-29', '2024-02-28T15:00:00Z', 20],
  ['1980-02-29', '2080-02-28T15:00:00Z', 100],
  // 2100 is no leap year.
  ['2080-02-29', '2100-02-28T14:59:59.999Z', 19],
  ['2080-02-29', '2100-02-28T15:00:00Z', 20],
  // 1 January and 1 March: the day before lies in another year, or month.
  ['2006-01-01', '2025-12-31T14:59:59.999Z', 19],
  ['2006-01-01', '2025-12-31T15:00:00Z', 20],
  ['2006-03-01', '2026-02-28T14:59:59.999Z', 19],
  ['2006-03-01', '2026-02-28T15:00:00Z', 20],
  // The date in UTC is still the day before when the birthday begins in Japan.
  ['2006-11-25', '2026-11-24T14:59:59.999Z', 19],
  ['2006-11-25', '2026-11-24T15:00:00Z', 20],
  ['2006-11-25', '2026-11-25T14:59:59.999Z', 20],
  // The day of birth.
  ['2026-11-24', '2026-11-23T14:59:59.999Z', -1],
  ['2026-11-24', '2026-11-23T15:00:00Z', 0],
] as const) {
  test(`born ${birth}, at ${at} the age is ${age}`, () => {
    const [year, month, day] = birth.split('-').map(Number) as [number, number, number];
    assert.equal(ageInYears({ year, month, day }, new Date(at)), age);
  });
}

test('the time zone of the machine does not change an age', () => {
  const before = process.env['TZ'];
  try {
    for (const zone of ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Asia/Tokyo']) {
      process.env['TZ'] = zone;
      assert.equal(ageInYears({ year: 2006, month: 11, day: 25 }, new Date('2026-11-24T15:00:00Z')), 20, zone);
      assert.equal(ageInYears({ year: 2006, month: 11, day: 25 }, new Date('2026-11-24T14:59:59Z')), 19, zone);
    }
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
});
