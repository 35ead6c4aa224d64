/** Phones that hold a long poll open, by instance. */
export interface Waiting {
  /** Settles when something comes for this instance, or after `ms`, or when the party closes. */
  wait(instance: string, ms: number): Promise<void>;
  /** Something came for this instance. */
  arrived(instance: string): void;
  close(): void;
}

/** Makes an empty waiting room. A phone whose delivery comes in at another process notices at the end of its wait. */
export function waitingRoom(): Waiting {
  const present = new Map<string, Set<() => void>>();
  let closed = false;
  return {
    wait: (instance, ms) =>
      new Promise((resolve) => {
        if (closed) return resolve();
        const seats = present.get(instance) ?? new Set();
        present.set(instance, seats);
        const leave = () => {
          clearTimeout(timer);
          seats.delete(leave);
          if (seats.size === 0 && present.get(instance) === seats) present.delete(instance);
          resolve();
        };
        const timer = setTimeout(leave, ms);
        seats.add(leave);
      }),
    arrived(instance) {
      for (const leave of [...(present.get(instance) ?? [])]) leave();
    },
    close() {
      closed = true;
      for (const seats of [...present.values()]) for (const leave of [...seats]) leave();
    },
  };
}
