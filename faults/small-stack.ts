import { type Clock, systemClock } from '@tegata/clock';
import { createLog, silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import type { TapMessage, TapStep } from '@tegata/tap';
import { openDataFolder } from '../cli/src/data-folder.ts';
import { type Stack, type StackOptions, startStack } from '../cli/src/stack.ts';

/** A whole stack in this process, with everything that passes on its wires and every line of its logs. */
export interface SmallStack extends Stack {
  readonly messages: TapMessage[];
  readonly steps: TapStep[];
  /** Every log line so far, all levels. */
  readonly log: () => string;
}

/** Starts one. */
export async function smallStack(
  options: Partial<Pick<StackOptions, 'db' | 'data' | 'between' | 'startSmp' | 'smpTiming'>> & {
    clock?: Clock;
    logged?: boolean;
  } = {},
): Promise<SmallStack> {
  const messages: TapMessage[] = [];
  const steps: TapStep[] = [];
  let log = '';
  const stack = await startStack({
    ...options,
    data: options.data ?? openDataFolder(undefined, systemRandom, {}),
    clock: options.clock ?? systemClock,
    random: systemRandom,
    logs: (party) =>
      options.logged
        ? createLog({ party, clock: options.clock ?? systemClock, write: (line) => (log += line) })
        : silentLog,
    tap: { message: (message) => messages.push(message), step: (step) => steps.push(step) },
  });
  return Object.assign(stack, { messages, steps, log: () => log });
}
