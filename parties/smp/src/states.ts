/**
 * The states of an application and the moves between them (design.md, "Intake and state"). Pure: rows and wires stand elsewhere.
 * @module
 */

/** received: 202 was sent · verified: step 4 · prepared: the IACA has stored its plan · signed: the IACA has answered, or JPKI where
 * only certificates are wanted · offered: ciphertext at the wallet provider · delivered: the phone has fetched it · active: the phone's receipt. */
export const STATES = [
  'received',
  'verified',
  'prepared',
  'signed',
  'offered',
  'delivered',
  'active',
  'suspended',
  'refused',
  'withdrawn',
  'replaced',
  'revoked',
  'expired',
] as const;

/** One of them. */
export type State = (typeof STATES)[number];

/** Where each state may go. Until something is signed an application is refused or withdrawn; from then on it is revoked. */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  received: ['verified', 'refused', 'withdrawn'],
  verified: ['prepared', 'signed', 'refused', 'withdrawn'],
  prepared: ['signed', 'refused', 'withdrawn'],
  signed: ['offered', 'revoked'],
  offered: ['delivered', 'revoked'],
  delivered: ['active', 'revoked'],
  active: ['suspended', 'revoked', 'expired', 'replaced'],
  suspended: ['active', 'revoked', 'expired', 'replaced'],
  refused: [],
  withdrawn: [],
  replaced: [],
  revoked: [],
  expired: [],
};

/** States that take the one place of a person on a platform. */
export const LIVE = [
  'received',
  'verified',
  'prepared',
  'signed',
  'offered',
  'delivered',
] as const satisfies readonly State[];

/** What an application is for. A phone holds at most one card, and the certificates that came with it or alone. */
export const WANTS = ['card', 'card-and-certificates', 'certificates'] as const;

/** One of them. */
export type Wants = (typeof WANTS)[number];

/** States of what is in somebody's phone. */
export const HELD = ['active', 'suspended'] as const satisfies readonly State[];

/** Whether an application in this state still has something to become. Exactly then its data is kept, sealed. */
export function isLive(state: State): boolean {
  return (LIVE as readonly State[]).includes(state);
}

/** Whether one state may follow another. */
export function mayFollow(from: State, to: State): boolean {
  return TRANSITIONS[from].includes(to);
}
