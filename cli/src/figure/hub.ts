import type { Clock } from '@tegata/clock';
import type { Party, StepNumber, Tap, TapMessage, TapStep } from '@tegata/tap';

/** An event as the screens get it. */
export type FigureEvent =
  | { type: 'run'; run: number; persona: string; at: number }
  | ({ type: 'step'; run: number; at: number; ms?: number } & TapStep)
  | {
      type: 'message';
      run: number;
      id: number;
      step?: StepNumber;
      from: Party;
      to: Party;
      kind: TapMessage['kind'];
      label: string;
      contentType?: string;
      size: number;
      at: number;
    }
  | { type: 'application'; reference: string; status: string; waiting?: string; refusal?: string; since?: string }
  | { type: 'wallet'; state: 'none' | 'provisional' | 'active'; reference?: string }
  | { type: 'consent'; id: string; reader: string; elements: { namespace: string; element: string; retain: boolean }[] }
  | { type: 'check'; verdict: 'green' | 'red'; [key: string]: unknown };

/** What a subscriber gets; an error in one of them is that one's own. */
export type Subscriber = (event: FigureEvent) => void;

const MAX_MESSAGES = 2_000;
const MAX_MESSAGE_BYTES = 256 * 1024;

/**
 * The hub of the figure: takes what the tap sees, keeps the current run in memory and tells the screens.
 * A new run forgets the one before it. Nothing here is ever written anywhere.
 */
export class Hub implements Tap {
  readonly #clock: Clock;
  readonly #subscribers = new Set<Subscriber>();
  #run = 0;
  #events: FigureEvent[] = [];
  #messages = new Map<number, TapMessage>();
  #nextMessage = 1;
  #stepStarted = new Map<StepNumber, number>();
  #openStep: StepNumber | undefined;
  readonly #polls = new Map<string, Uint8Array>();
  readonly #heldBack = new Map<string, TapMessage>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The number of the current run; 0 before the first. */
  get run(): number {
    return this.#run;
  }

  /** Begins a run. */
  begin(persona: string): number {
    this.#run++;
    this.#events = [];
    this.#messages.clear();
    this.#stepStarted.clear();
    this.#openStep = undefined;
    this.#polls.clear();
    this.#heldBack.clear();
    this.tell({ type: 'run', run: this.#run, persona, at: this.#now() });
    return this.#run;
  }

  /** Everything of the current run first, then what comes. @returns the unsubscribe */
  subscribe(subscriber: Subscriber): () => void {
    for (const event of this.#events) subscriber(event);
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Keeps an event in the current run and tells the subscribers. */
  tell(event: FigureEvent): void {
    if (this.#events.length >= MAX_MESSAGES * 2) return;
    this.#events.push(event);
    for (const subscriber of this.#subscribers) subscriber(event);
  }

  /** A message of the current run. */
  messageById(id: number): TapMessage | undefined {
    return this.#messages.get(id);
  }

  /** The messages of the current run that passed before one, oldest first. */
  messagesBefore(id: number): TapMessage[] {
    return [...this.#messages].filter(([other]) => other < id).map(([, message]) => message);
  }

  step(step: TapStep): void {
    const at = this.#now();
    if (step.state === 'started') {
      if (!this.#stepStarted.has(step.step)) this.#stepStarted.set(step.step, at);
      this.#openStep = step.step;
    }
    const started = this.#stepStarted.get(step.step);
    const ms = step.state === 'started' || started === undefined ? undefined : at - started;
    // A step that has ended and begins again (a second check in the shop) is timed anew.
    if (step.state === 'passed' || step.state === 'failed') this.#stepStarted.delete(step.step);
    this.tell({ type: 'step', run: this.#run, at, ...(ms === undefined ? {} : { ms }), ...step });
  }

  message(message: TapMessage): void {
    // Somebody who asks again and again is shown when the answer changes, not each time.
    const between = message.kind === 'http-request' ? `${message.from}>${message.to}` : `${message.to}>${message.from}`;
    if (message.kind === 'http-request' && message.label.startsWith('GET ')) {
      this.#heldBack.set(between, message);
      return;
    }
    const asked = message.kind === 'http-response' ? this.#heldBack.get(between) : undefined;
    if (asked) {
      this.#heldBack.delete(between);
      const before = this.#polls.get(between + asked.label);
      this.#polls.set(between + asked.label, message.bytes);
      if (before && Buffer.compare(before, message.bytes) === 0) return;
      this.#keep(asked);
    }
    this.#keep(message);
  }

  #keep(message: TapMessage): void {
    if (this.#messages.size >= MAX_MESSAGES) return;
    const id = this.#nextMessage++;
    const step = message.step ?? this.#openStep;
    this.#messages.set(id, { ...message, bytes: message.bytes.slice(0, MAX_MESSAGE_BYTES) });
    this.tell({
      type: 'message',
      run: this.#run,
      id,
      ...(step === undefined ? {} : { step }),
      from: message.from,
      to: message.to,
      kind: message.kind,
      label: message.label,
      ...(message.contentType === undefined ? {} : { contentType: message.contentType }),
      size: message.bytes.length,
      at: this.#now(),
    });
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
