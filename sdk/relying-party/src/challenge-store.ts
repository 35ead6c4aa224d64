import type { Clock } from '@tegata/clock';

/** A challenge that waits for its signature. */
export interface PendingChallenge {
  readonly id: string;
  /** The text to be signed. */
  readonly text: string;
  readonly expires: Date;
  /** SHA-256 of the session that it belongs to, base64url; absent where it belongs to none. */
  readonly session?: string;
}

/**
 * Where challenges wait. Several servers behind one name share one store: a row with a unique id, or a key with an end. `take`
 * must remove what it gives in the same step, or a signature could be used twice.
 */
export interface ChallengeStore {
  put(challenge: PendingChallenge): Promise<void>;
  /** Gives a challenge once and forgets it. */
  take(id: string): Promise<PendingChallenge | undefined>;
}

/**
 * A store in the memory of one process. When it is full the oldest challenge goes: a crowd costs memory that was set aside, and
 * no more.
 * @param options.capacity default 100,000
 * @example
 * const challenges = memoryChallenges({ clock: systemClock });
 */
export function memoryChallenges(options: { readonly clock: Clock; readonly capacity?: number }): ChallengeStore {
  const capacity = options.capacity ?? 100_000;
  // In the order of insertion; all live equally long, so the oldest stand first.
  const waiting = new Map<string, PendingChallenge>();
  return {
    async put(challenge) {
      const now = options.clock.now();
      for (const [id, { expires }] of waiting) {
        if (expires > now && waiting.size < capacity) break;
        waiting.delete(id);
      }
      waiting.set(challenge.id, challenge);
    },
    async take(id) {
      const challenge = waiting.get(id);
      waiting.delete(id);
      return challenge;
    },
  };
}
