import { type Clock, systemClock } from '@tegata/clock';

/** A clock that goes on by itself, and can be put forward: what waits for its time still gets it. */
export interface RunningClock extends Clock {
  advance(milliseconds: number): void;
}

/** Starts one at an instant. */
export function runningClock(start: Date): RunningClock {
  let ahead = start.getTime() - systemClock.now().getTime();
  return {
    now: () => new Date(systemClock.now().getTime() + ahead),
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}
