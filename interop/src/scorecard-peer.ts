import type { LoadedCase } from './corpus-cases.ts';

/** What a library made of a case. */
export type Outcome = 'accepts' | 'refuses' | 'crashes';

/** A library under the corpus: one function from a case to its verdict. */
export interface Peer {
  readonly name: string;
  /** Kinds of cases that it has a function for. */
  readonly kinds: readonly LoadedCase['entry']['kind'][];
  /** Checks whose question cannot be put to it: it takes no such input. */
  readonly notAsked: readonly string[];
  /** What a reader of its score has to know. */
  readonly remark?: string;
  /** True when it accepts. Throwing its own error is refusing; any other error is a crash. */
  accepts(one: LoadedCase): Promise<boolean>;
}

/** Errors that say that a program went wrong, and not that a document is. */
const CRASHES = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Puts one case before a library. A crash behind a failed check is a refusal: the library had made up its mind. */
export async function outcomeOf(peer: Peer, one: LoadedCase): Promise<Outcome> {
  try {
    return (await peer.accepts(one)) ? 'accepts' : 'refuses';
  } catch (error) {
    return CRASHES.some((kind) => error instanceof kind) ? 'crashes' : 'refuses';
  }
}
