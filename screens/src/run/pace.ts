import type { Happening } from '../api/answers.ts';

/** How long the picture rests after each kind of event, in ms, when it is played for eyes instead of at true speed. */
const rest = { started: 260, message: 330, ended: 420, other: 60 };

/** At most this many messages of one stretch are flown one by one; the rest arrive together with the last. */
const flownPerStretch = 5;

export interface Pace {
  /** Plays an event: at once when `now`, otherwise in order after those that still wait. */
  play(event: Happening, now: boolean): void;
  /** True speed from here on (also lets everything that waits arrive at once), or back to eye speed. */
  setTrueSpeed(on: boolean): void;
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
  stop(): void;
}

/**
 * A run takes about a second; nobody can follow that. The pace keeps the order of events and stretches the time
 * between them. It never changes what an event says: times shown are the server's.
 */
export function pace(show: (event: Happening, flown: boolean) => void): Pace {
  const waiting: Happening[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let trueSpeed = false;
  let stretch = 0;
  let settling: (() => void)[] = [];

  const settle = (): void => {
    const done = settling;
    settling = [];
    for (const resolve of done) resolve();
  };
  const flush = (): void => {
    for (const event of waiting.splice(0)) show(event, false);
    settle();
  };
  const step = (): void => {
    timer = undefined;
    const event = waiting.shift();
    if (!event) {
      settle();
      return;
    }
    const flown = event.type !== 'message' || fly();
    show(event, flown);
    timer = setTimeout(step, flown ? restAfter(event) : 0);
  };
  /** Spreads the flights over a long stretch of messages: each next one skips as many as are still too many. */
  const fly = (): boolean => {
    const ahead = waiting.findIndex((next) => next.type !== 'message');
    const left = ahead === -1 ? waiting.length : ahead;
    if (stretch === 0) stretch = left + 1;
    const every = Math.max(1, Math.ceil(stretch / flownPerStretch));
    const index = stretch - left - 1;
    if (left === 0) stretch = 0;
    return index % every === 0;
  };
  return {
    play(event, now) {
      if (event.type === 'run') {
        waiting.length = 0;
        stretch = 0;
      }
      if ((now || trueSpeed) && waiting.length === 0) {
        show(event, !now);
        return;
      }
      waiting.push(event);
      if (timer === undefined) timer = setTimeout(step, 0);
    },
    setTrueSpeed(on) {
      trueSpeed = on;
      if (on) flush();
    },
    settled: () =>
      waiting.length === 0 && timer === undefined
        ? Promise.resolve()
        : new Promise((resolve) => {
            settling.push(resolve);
          }),
    stop() {
      clearTimeout(timer);
      waiting.length = 0;
      settle();
    },
  };
}

function restAfter(event: Happening): number {
  if (event.type === 'step') return event.state === 'started' ? rest.started : rest.ended;
  return event.type === 'message' ? rest.message : rest.other;
}
