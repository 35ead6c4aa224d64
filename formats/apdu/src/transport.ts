/** The way to a card: in process, over vpcd frames, or through PC/SC. */
export interface Transport {
  /** Sends one command APDU and gives the response APDU back. Commands go one after the other. */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** Ends the session with the card (power off). */
  close(): Promise<void>;
}

/** The card's side: what answers APDUs. */
export interface Chip {
  /** Answers a command APDU; never throws. */
  transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Power on, power off and reset: no AP selected, no PIN verified. */
  reset(): void;
}

/**
 * A transport to a chip in the same process.
 * @example
 * const card = transportTo(chip);
 * await card.transmit(command);
 */
export function transportTo(chip: Chip): Transport {
  chip.reset();
  return {
    transmit: async (command) => chip.transmit(command),
    async close() {
      chip.reset();
    },
  };
}
