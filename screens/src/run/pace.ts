import type { Happening, MessageEvent } from '../api/answers.ts';

/** How long the picture rests after each kind of event, in ms, when it is played for eyes instead of at true speed. */
const rest = { started: 240, message: 290, ended: 380, other: 0 };

/** At most this many messages of one step are flown one by one; the others arrive with them. */
const flownPerStep = 5;

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
 * between them. It never changes what an event says: times shown are the server's. `worth` says which messages are worth a
 * flight of their own.
 */
export function pace(
  show: (event: Happening, flown: boolean) => void,
  worth: (message: MessageEvent) => boolean = () => true,
): Pace {
  const waiting: Happening[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let trueSpeed = false;
  let flownOfStep = 0;
  let toSkip = 0;
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
    if (event.type === 'step' && event.state === 'started') flownOfStep = toSkip = 0;
    const flown = event.type !== 'message' || (worth(event) && fly());
    show(event, flown);
    timer = setTimeout(step, flown ? restAfter(event) : 0);
  };
  /** Spreads the flights that are left over the messages that are known to come before the next step. */
  const fly = (): boolean => {
    const left = flownPerStep - flownOfStep;
    if (left <= 0 || toSkip-- > 0) return false;
    const end = waiting.findIndex((next) => next.type === 'step');
    const ahead = waiting
      .slice(0, end === -1 ? undefined : end)
      .filter((next) => next.type === 'message' && worth(next));
    flownOfStep += 1;
    toSkip = Math.ceil((ahead.length + 1) / left) - 1;
    return true;
  };
  return {
    play(event, now) {
      if (event.type === 'run') {
        waiting.length = 0;
        flownOfStep = toSkip = 0;
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
