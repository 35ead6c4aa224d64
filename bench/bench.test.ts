import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { async, type Measured, measure, median, sync } from './measure.ts';
import { table } from './report.ts';

const EFFORT = { rounds: 4, roundMs: 1, warmUpMs: 1, wallMs: 60_000 };

describe('measure', () => {
  it('runs every case in every round, as often as its size says', async () => {
    const counts = new Map<string, number>();
    const count = (name: string) => () => counts.set(name, (counts.get(name) ?? 0) + 1).size;
    const results = await measure(
      [sync('a', 'ceiling', count('ceiling')), async('a', 'tegata', async () => count('tegata')())],
      EFFORT,
    );
    assert.deepEqual(
      results.map(({ bench, variant, rounds }) => [bench, variant, rounds]),
      [
        ['a', 'ceiling', 4],
        ['a', 'tegata', 4],
      ],
    );
    for (const name of ['ceiling', 'tegata']) assert.ok((counts.get(name) ?? 0) > 4);
  });

  it('gives a rate with its spread, and the ratio to the ceiling of the same bench', async () => {
    const spin = (turns: number) => () => {
      let sum = 0;
      for (let i = 0; i < turns; i++) sum += Math.sqrt(i);
      return sum;
    };
    const [ceiling, tegata, other] = await measure(
      [sync('a', 'ceiling', spin(100)), sync('a', 'tegata', spin(10_000)), sync('b', 'tegata', spin(100))],
      EFFORT,
    );
    for (const result of [ceiling, tegata, other]) {
      assert.ok(result && result.min <= result.opsPerSec && result.opsPerSec <= result.max);
    }
    assert.equal(ceiling?.ofCeiling, 1);
    assert.ok(tegata?.ofCeiling && tegata.ofCeiling < 1);
    assert.equal(other?.ofCeiling, undefined);
  });

  it('refuses an operation from which nothing comes out', async () => {
    await assert.rejects(measure([sync('a', 'tegata', () => undefined)], EFFORT), /nothing came out/);
  });

  it('stops early when time is up, but not before three rounds', async () => {
    const [result] = await measure([sync('a', 'tegata', () => 1)], { ...EFFORT, rounds: 100, wallMs: 0 });
    assert.equal(result?.rounds, 3);
  });
});

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(median([10]), 10);
  });
});

describe('table', () => {
  it('sets one block per bench and says how many times faster we are than a peer', () => {
    const result = (bench: string, variant: string, opsPerSec: number): Measured => ({
      bench,
      variant,
      opsPerSec,
      min: opsPerSec,
      max: opsPerSec,
      rounds: 3,
    });
    const text = table([result('a', 'tegata', 1000), result('a', 'peer', 100), result('b', 'tegata', 5)]);
    const lines = text.split('\n').filter((line) => line !== '');
    assert.equal(lines.length, 5);
    assert.match(lines[2] as string, /peer .*10\.0 ×/);
    assert.match(lines[4] as string, /tegata .*5$|tegata .*5 /);
  });
});
