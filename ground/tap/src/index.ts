/**
 * The tap on the wires: what `tegata up` shows in the figure. Messages go to memory only, never to a log or a disk.
 * @module
 */

/** The parties of the figure. */
export type Party = 'card' | 'applicant-app' | 'smp' | 'iaca' | 'jpki' | 'wallet-provider' | 'wallet' | 'verifier';

/** The eight steps of the design, and 9 = the check in the shop. */
export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** One message on a wire, as sent. */
export interface TapMessage {
  readonly from: Party;
  readonly to: Party;
  readonly step?: StepNumber;
  readonly kind: 'http-request' | 'http-response' | 'apdu-command' | 'apdu-response';
  /** What it is in a few words: `POST /applications`, `202`, `SELECT`. */
  readonly label: string;
  readonly contentType?: string;
  readonly bytes: Uint8Array;
}

/** A change in one of the steps. */
export interface TapStep {
  readonly step: StepNumber;
  readonly state: 'started' | 'passed' | 'failed' | 'waiting';
  readonly reference?: string;
  /** Why it failed or waits: a code of the word table. */
  readonly code?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** Receives what passes. Must return at once and never throw. */
export interface Tap {
  message(message: TapMessage): void;
  step(step: TapStep): void;
}

/** Nobody listens. */
export const noTap: Tap = { message() {}, step() {} };
