import { setTimeout as sleep } from 'node:timers/promises';
import { ApduError, type Chip, encodeResponse, parseCommand, parseResponse, SW } from '@tegata/apdu';

/** What troubles a good chip on its way to a reader. */
export interface Disturbance {
  /** Each answer comes so many milliseconds late. */
  readonly slowMs?: number;
  /** After so many commands the card is out of the field: the next one stays unanswered. */
  readonly pulledAfter?: number;
  /** Answers come in pieces of at most so many bytes, with `61xx` and GET RESPONSE, as over T=0. */
  readonly pieces?: number;
}

const GET_RESPONSE = 0xc0;

/**
 * A chip that answers like the given one, with trouble. A card that was pulled rejects with `card-removed`: `connectCard` then leaves the field.
 * @example
 * const { data } = await transceive(transportTo(disturbChip(chip, { pieces: 32 })), command);
 */
export function disturbChip(chip: Chip, { slowMs = 0, pulledAfter, pieces }: Disturbance): Chip {
  const inner = pieces === undefined ? chip : inPieces(chip, pieces);
  let left = pulledAfter ?? Number.POSITIVE_INFINITY;
  return {
    async transmit(command) {
      if (left-- <= 0) throw new ApduError('card-removed', 'The card was taken away. Hold it again.');
      if (slowMs > 0) await sleep(slowMs);
      return inner.transmit(command);
    },
    reset: () => inner.reset(),
  };
}

function inPieces(chip: Chip, most: number): Chip {
  let rest = new Uint8Array(0);
  let last: number = SW.ok;
  const next = (length: number): Uint8Array => {
    const piece = rest.subarray(0, length);
    rest = rest.slice(piece.length);
    const more = rest.length > 0;
    return encodeResponse(piece, more ? 0x6100 | (Math.min(rest.length, most) & 255) : last);
  };
  return {
    async transmit(bytes) {
      if (bytes[1] === GET_RESPONSE && bytes.length === 5) {
        const { le = 256 } = parseCommand(bytes);
        if (rest.length === 0) return encodeResponse(rest, SW.conditionsNotSatisfied);
        if (le > Math.min(rest.length, most))
          return encodeResponse(new Uint8Array(0), 0x6c00 | (Math.min(rest.length, most) & 255));
        return next(le);
      }
      const { data, sw } = parseResponse(await chip.transmit(bytes));
      rest = Uint8Array.from(data);
      last = sw;
      return next(most);
    },
    reset() {
      rest = new Uint8Array(0);
      chip.reset();
    },
  };
}
