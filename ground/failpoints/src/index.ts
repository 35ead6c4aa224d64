/**
 * Places where a drill breaks a party on purpose. Without `TEGATA_FAILPOINTS` in the environment they do nothing.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Failpoint, failpoints } from './points.ts';

export { type Failpoint, failpoints } from './points.ts';

/** What happens at a point: the process dies at once, the step fails, or it is held for milliseconds. */
type Action = 'kill' | 'throw' | `delay:${number}`;

/** Thrown by the action `throw`. */
export class FailpointError extends Error {
  override readonly name = 'FailpointError';
  readonly code = 'failpoint';
}

/**
 * Reads `name=action,…`; actions are `kill`, `throw`, `delay:MS`.
 * @throws {RangeError} on a name or action that does not exist, so that a drill never passes for a typing mistake
 */
export function parseFailpoints(text: string): Map<Failpoint, Action> {
  const parsed = new Map<Failpoint, Action>();
  for (const part of text.split(',').filter((p) => p.trim() !== '')) {
    const [name, action] = part.trim().split('=') as [string, string | undefined];
    if (!(failpoints as readonly string[]).includes(name)) throw new RangeError(`There is no failpoint ${name}.`);
    if (action === undefined || !/^(kill|throw|delay:\d{1,6})$/.test(action)) {
      throw new RangeError(`A failpoint's action is kill, throw or delay:MS, not ${action}.`);
    }
    parsed.set(name as Failpoint, action as Action);
  }
  return parsed;
}

const active = parseFailpoints(process.env['TEGATA_FAILPOINTS'] ?? '');

/** Passes a point; breaks there if a drill asked for it. */
export async function failpoint(name: Failpoint): Promise<void> {
  const action = active.get(name);
  if (action === undefined) return;
  if (action === 'kill') {
    process.kill(process.pid, 'SIGKILL');
    await sleep(60_000);
  } else if (action === 'throw') {
    throw new FailpointError(`failpoint ${name}`);
  } else {
    await sleep(Number(action.slice('delay:'.length)));
  }
}

/** As {@link failpoint}, for code that answers at once: a delay holds the whole thread. */
export function failpointSync(name: Failpoint): void {
  const action = active.get(name);
  if (action === undefined) return;
  if (action === 'throw') throw new FailpointError(`failpoint ${name}`);
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  const ms = action === 'kill' ? 60_000 : Number(action.slice('delay:'.length));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
