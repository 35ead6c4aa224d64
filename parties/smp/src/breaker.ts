import type { Clock } from '@tegata/clock';
import { type Random, randomInt } from '@tegata/random';

/** Stops calls to a party that does not answer, so that its slowness does not become ours. */
export interface Breaker {
  /** Whether a call may be made now. While open, one call in a while is let through to look. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

const FAILURES_TO_OPEN = 3;
const LOOK_AGAIN_MS = 5_000;

/**
 * A circuit breaker: after three failures in a row it opens; every 5 to 10 seconds one call is let through, and the first that
 * succeeds closes it. (J-LIS 2016: an unstable server that kept being fed took the connections of everybody.)
 */
export function breaker(options: { clock: Clock; random: Random }): Breaker {
  let failures = 0;
  let lookAt = 0;
  const later = () => options.clock.now().getTime() + LOOK_AGAIN_MS + randomInt(options.random, LOOK_AGAIN_MS);
  return {
    allows() {
      if (failures < FAILURES_TO_OPEN) return true;
      if (options.clock.now().getTime() < lookAt) return false;
      lookAt = later();
      return true;
    },
    succeeded() {
      failures = 0;
    },
    failed() {
      failures += 1;
      if (failures >= FAILURES_TO_OPEN) lookAt = later();
    },
  };
}
