/**
 * Measures cases against each other on a machine that others use too: operations per CPU-second, cases interleaved, ratios taken round by
 * round to a calibration case of the same bench. A bare wall-clock rate says nothing here.
 * @module
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One thing to be timed. */
export interface Case {
  /** What is done, e.g. `issue-4k`. */
  readonly bench: string;
  /** Who does it; `ceiling` is the calibration case of its bench. */
  readonly variant: string;
  /** Does it so many times. */
  readonly run: (times: number) => Promise<void> | void;
}

/** What came out for a case; rates are operations per CPU-second. */
export interface Measured {
  readonly bench: string;
  readonly variant: string;
  readonly opsPerSec: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
  /** Median over the rounds of this rate to that of the bench's `ceiling`, where it has one. */
  readonly ofCeiling?: number;
}

/** How long is measured. */
export interface Effort {
  readonly rounds: number;
  /** CPU milliseconds of a case in one round. */
  readonly roundMs: number;
  /** CPU milliseconds in which a case warms up at most; it ends before when it has stopped to become faster. */
  readonly warmUpMs: number;
  /** When to stop, in milliseconds after the process began: on a crowded machine rounds become shorter, then fewer. */
  readonly wallMs: number;
}

const LEAST_ROUNDS = 3;
/** So many rounds shall fit, be they short. */
const WANTED_ROUNDS = 5;

/** Wraps an operation that answers at once. The result is looked at, so that no compiler may leave the work out. */
export function sync(bench: string, variant: string, once: (index: number) => unknown): Case {
  let index = 0;
  const run = (times: number) => {
    for (let left = times; left > 0; left--) if (once(index++) === undefined) throw new Error('nothing came out');
  };
  return { bench, variant, run };
}

/** Wraps an operation that answers later; one at a time. Who answers at once after all is not made to wait. */
export function async(bench: string, variant: string, once: (index: number) => Promise<unknown> | unknown): Case {
  let index = 0;
  const run = async (times: number) => {
    for (let left = times; left > 0; left--) {
      const answer = once(index++);
      if ((answer instanceof Promise ? await answer : answer) === undefined) throw new Error('nothing came out');
    }
  };
  return { bench, variant, run };
}

/** User and system time of all threads of this process, in microseconds: collector and compiler are in it. */
async function cpuTime(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const used = process.cpuUsage(before);
  return Math.max(1, used.user + used.system);
}

/** In so many pieces of a warm-up a case has to gain `GAIN`, or it is warm. */
const PATIENCE = 5;
const GAIN = 1.02;
/** A warm-up has so many pieces at most. */
const PIECES = 20;

/**
 * Warms a case up until it does not become faster any more: what is measured is the work, not the compiler at work. The more code a case has,
 * the longer that takes; the rule is the same for all.
 * @returns how many operations take about `wanted` microseconds
 */
async function warmUp(one: Case, most: number, wanted: number): Promise<number> {
  const piece = most / PIECES;
  let times = 1;
  let best = 0;
  for (let spent = 0, idle = 0; ; ) {
    const took = await cpuTime(() => one.run(times));
    spent += took;
    const rate = times / took;
    // Too short a piece says nothing about the rate.
    if (took >= piece / 2) idle = rate > best * GAIN ? 0 : idle + 1;
    best = Math.max(best, rate);
    if (spent >= most || idle >= PATIENCE) return Math.max(1, Math.round(rate * wanted));
    times = Math.max(1, Math.min(times * 4, Math.round(rate * piece)));
  }
}

/** Runs every case once per round, so that what disturbs the machine disturbs all alike. */
export async function measure(cases: readonly Case[], effort: Effort): Promise<Measured[]> {
  // What runs once per operation would be compiled for good after 3,000 of them: some contenders take a quarter of a minute for so many.
  setFlagsFromString('--invocation-count-for-turbofan=800');
  const collect = collector();
  const begun = performance.now();
  const sizes: number[] = [];
  const warmedUp = await cpuTime(async () => {
    for (const one of cases) sizes.push(await warmUp(one, effort.warmUpMs * 1000, effort.roundMs * 1000));
  });
  const now = performance.now();
  // Of the wall-clock time that is left, others will take as much as they took while we warmed up.
  const left = (effort.wallMs - now) * Math.min(1, warmedUp / 1000 / (now - begun));
  const scale = Math.max(0.1, Math.min(1, left / (WANTED_ROUNDS * cases.length * effort.roundMs * 1.25)));
  const rates: number[][] = cases.map(() => []);
  for (let round = 0; round < effort.rounds; round++) {
    if (round >= LEAST_ROUNDS && performance.now() > effort.wallMs) break;
    for (const [index, one] of cases.entries()) {
      const times = Math.max(1, Math.round((sizes[index] as number) * scale));
      collect();
      // After another contender the caches hold its code and data. Nobody is measured while it finds its own again.
      await one.run(Math.ceil(times / 4));
      rates[index]?.push((times / (await cpuTime(() => one.run(times)))) * 1e6);
    }
  }
  return cases.map(({ bench, variant }, index) => {
    const own = rates[index] as number[];
    const ceiling = rates[cases.findIndex((other) => other.bench === bench && other.variant === 'ceiling')];
    const ofCeiling = ceiling && median(own.map((rate, round) => rate / (ceiling[round] as number)));
    return {
      bench,
      variant,
      opsPerSec: round(median(own)),
      min: round(Math.min(...own)),
      max: round(Math.max(...own)),
      rounds: own.length,
      ...(ofCeiling === undefined ? {} : { ofCeiling: Math.round(ofCeiling * 1000) / 1000 }),
    };
  });
}

/** The middle value; the mean of the two middle ones of an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

const round = (rate: number) => (rate < 1000 ? Math.round(rate * 10) / 10 : Math.round(rate));

/**
 * One case must not pay for the rubbish of the one before. Only what is young is collected: a whole collection also throws away compiled code
 * whose object shapes happen to have no object alive between two calls, which no server that is at work suffers several times a second.
 */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;
  return () => collect({ type: 'minor' });
}
