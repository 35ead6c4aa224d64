import type {
  ApplicationEvent,
  CheckEvent,
  Consent,
  Happening,
  MessageEvent,
  StepEvent,
  StepNumber,
  WalletEvent,
} from '../api/answers.ts';
import { stepNumbers } from '../api/answers.ts';

export interface StepView {
  readonly state: 'idle' | StepEvent['state'];
  readonly startedAt?: number;
  /** Milliseconds from started to passed or failed. */
  readonly ms?: number;
  readonly code?: string;
}

/** Everything the screens know about the current run: a pure function of the events so far. */
export interface Run {
  readonly id: string | undefined;
  readonly persona: string | undefined;
  readonly startedAt: number | undefined;
  readonly steps: Readonly<Record<StepNumber, StepView>>;
  readonly messages: readonly MessageEvent[];
  readonly application: ApplicationEvent | undefined;
  readonly wallet: WalletEvent['state'];
  /** Of the card in the wallet, which may be that of an earlier application. */
  readonly walletReference: string | undefined;
  readonly reference: string | undefined;
  readonly consent: Consent | undefined;
  readonly check: CheckEvent | undefined;
}

/** Older messages leave the list beyond this many, so that a page left open for a day stays light. */
const messageLimit = 2_000;

const idle: StepView = { state: 'idle' };

export const noRun: Run = {
  id: undefined,
  persona: undefined,
  startedAt: undefined,
  steps: Object.fromEntries(stepNumbers.map((n) => [n, idle])) as Record<StepNumber, StepView>,
  messages: [],
  application: undefined,
  wallet: 'none',
  walletReference: undefined,
  reference: undefined,
  consent: undefined,
  check: undefined,
};

/** The run after one more event. */
export function after(run: Run, event: Happening): Run {
  switch (event.type) {
    case 'run':
      return { ...noRun, id: event.run, persona: event.persona, startedAt: event.at };
    case 'step': {
      const step = nextStep(run.steps[event.step], event);
      // A new age check begins: the last answer and the messages of that step make room.
      const again = event.step === 9 && event.state === 'started';
      return {
        ...run,
        steps: { ...run.steps, [event.step]: step },
        ...(again ? { check: undefined } : {}),
        ...(event.reference ? { reference: event.reference } : {}),
      };
    }
    case 'message':
      return run.messages.some((known) => known.id === event.id)
        ? run
        : { ...run, messages: [...run.messages.slice(1 - messageLimit), event] };
    case 'application':
      return { ...run, application: event, reference: event.reference };
    case 'wallet':
      return { ...run, wallet: event.state, walletReference: event.reference };
    case 'consent':
      return { ...run, consent: { id: event.id, reader: event.reader, elements: event.elements } };
    case 'check':
      return { ...run, check: event, consent: undefined };
  }
}

function nextStep(before: StepView, event: StepEvent): StepView {
  if (event.state === 'started') return { state: 'started', startedAt: event.at };
  if (event.state === 'waiting') return { ...before, state: 'waiting', ...(event.code ? { code: event.code } : {}) };
  const ms = event.ms ?? (before.startedAt === undefined ? undefined : event.at - before.startedAt);
  return {
    state: event.state,
    ...(before.startedAt === undefined ? {} : { startedAt: before.startedAt }),
    ...(ms === undefined ? {} : { ms }),
    ...(event.code ? { code: event.code } : {}),
  };
}

/** The code of a refusal or of a failed step of the application (steps 1–8), if there is one. */
export function refusalCode(run: Run): string | undefined {
  if (run.application?.status === 'refused') return run.application.refusal ?? 'refused';
  const failed = stepNumbers.find((n) => n < 9 && run.steps[n].state === 'failed');
  return failed === undefined ? undefined : (run.steps[failed].code ?? 'refused');
}

/** The step that is being worked on now, or the one that waits. */
export function currentStep(run: Run): StepNumber | undefined {
  return [...stepNumbers].reverse().find((n) => run.steps[n].state === 'started' || run.steps[n].state === 'waiting');
}

/**
 * What the wallet holds of this run's application. A card of an earlier application stays usable until the new one arrives, but
 * it is not this run's.
 */
export function walletOf({ wallet, walletReference, application }: Run): WalletEvent['state'] {
  if (wallet !== 'active' || walletReference === undefined) return wallet;
  if (application === undefined) return 'none';
  if (application.reference === walletReference) return 'active';
  return application.status === 'refused' ? 'none' : 'provisional';
}

/** Whether an application is on its way: begun, and neither in the wallet nor refused. */
export function isApplying(run: Run): boolean {
  return run.id !== undefined && walletOf(run) !== 'active' && refusalCode(run) === undefined;
}
