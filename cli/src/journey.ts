import type { Persona } from '@tegata/card';
import { systemClock } from '@tegata/clock';
import { systemRandom } from '@tegata/random';
import { temporaryDatabase } from '@tegata/store';
import type { StepNumber, Tap, TapStep } from '@tegata/tap';
import { openDataFolder } from './data-folder.ts';
import { CliError } from './error.ts';
import { Refused } from './hands.ts';
import { stderrLogs } from './logs.ts';
import { ownPersonas, personaOf, secretsOf } from './persona-argument.ts';
import { demoCertificates, startStack } from './stack.ts';
import { explain, languageOf, stepJson, stepLine } from './terminal.ts';

/** A step with the time it took. */
export type TimedStep = TapStep & { ms?: number };

/** Times the steps that a tap sees and passes each on. */
export function stepTimer(onStep: (step: TimedStep) => void): Pick<Tap, 'step'> {
  const started = new Map<StepNumber, number>();
  return {
    step(step) {
      if (step.state === 'started') {
        if (!started.has(step.step)) started.set(step.step, performance.now());
        return;
      }
      const since = started.get(step.step);
      if (step.state !== 'waiting') started.delete(step.step);
      onStep({ ...step, ...(since === undefined ? {} : { ms: performance.now() - since }) });
    },
  };
}

/** Passes steps on in the order of their numbers: 5 encloses 6 and ends after it. What waits or is refused is passed on at once. */
export function inOrder(onStep: (step: TimedStep) => void): { step(step: TimedStep): void; flush(): void } {
  let next = 1;
  const early = new Map<number, TimedStep>();
  const flush = () => {
    for (const step of [...early.values()].sort((a, b) => a.step - b.step)) onStep(step);
    early.clear();
  };
  return {
    step(step) {
      if (step.state === 'waiting') return onStep(step);
      if (step.state === 'failed') flush();
      if (step.state === 'passed' && step.step > next) {
        early.set(step.step, step);
        return;
      }
      onStep(step);
      next = Math.max(next, step.step + 1);
      for (let held = early.get(next); held; held = early.get(next)) {
        early.delete(next++);
        onStep(held);
      }
    },
    flush,
  };
}

const LIMIT_MS = 60_000;

/**
 * Runs card → phone → age check once, on a stack of its own that leaves nothing behind.
 * @returns 0 when the age check is green, 1 when a step was refused
 */
export async function journey(options: { persona: string; db?: string; json: boolean }): Promise<number> {
  const persona = personaOf(options.persona);
  const language = languageOf(process.env);
  const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  let failed: TimedStep | undefined;
  let last: StepNumber | undefined;
  const seen = new Set<string>();
  const ordered = inOrder((step) => {
    if (step.state === 'failed') failed ??= step;
    if (options.json) {
      if (step.state !== 'waiting') say(stepJson(step));
    } else if (step.state !== 'waiting' || !seen.has(`${step.step}${step.code}`)) {
      say(stepLine(step, language, colour));
    }
    seen.add(`${step.step}${step.code}`);
    last = step.step;
  });
  const timer = stepTimer((step) => ordered.step(step));

  const database = options.db === undefined ? undefined : await temporaryDatabase(options.db);
  try {
    const stack = await startStack({
      db: database?.url,
      data: openDataFolder(undefined, systemRandom, process.env),
      clock: systemClock,
      random: systemRandom,
      logs: stderrLogs(process.env),
      tap: { message() {}, step: (step) => timer.step(step) },
      ownPersonas: ownPersonas([persona]),
    });
    try {
      await run(stack, persona);
      ordered.flush();
    } catch (error) {
      // The step that refused has said so; anything else is said here.
      if (!(error instanceof Refused)) throw error;
      ordered.flush();
      if (!failed) {
        failed = {
          step: last === undefined ? 1 : (Math.min(last + 1, 9) as StepNumber),
          state: 'failed',
          code: error.code,
        };
        say(options.json ? stepJson(failed) : stepLine(failed, language, colour));
      }
    } finally {
      await stack.close();
    }
  } finally {
    await database?.drop();
  }
  if (!options.json && failed?.code) process.stderr.write(`${explain(failed.code, language)}\n`);
  return failed === undefined && last === 9 ? 0 : 1;
}

async function run(stack: Awaited<ReturnType<typeof startStack>>, persona: Persona): Promise<void> {
  const { hands } = stack;
  const signal = AbortSignal.timeout(LIMIT_MS);
  const { reference } = await hands.apply({
    persona: persona.id,
    ...secretsOf(persona),
    certificates: demoCertificates,
  });
  let settled: { status: string };
  try {
    settled = await hands.untilSettled(reference, { everyMs: 25, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CliError(
      'journey-timeout',
      `The application ${reference} did not come to an end within ${LIMIT_MS / 1000} s.`,
    );
  }
  if (settled.status !== 'active') return;
  const { qr } = await hands.engage({ consent: 'allow', phonePin: stack.demo.phonePin });
  await hands.askAge(qr);
}
