import { connect } from 'node:net';
import { ApduError } from './error.ts';
import type { Chip } from './transport.ts';
import { CONTROL, encodeFrame, FrameDecoder } from './vpcd-frame.ts';

const MAX_FRAME = 65_535;
const INTERNAL_ERROR = Uint8Array.of(0x6f, 0x00);

/** Where the reader listens and what is held to it. */
export interface ConnectCardOptions {
  readonly host: string;
  readonly port: number;
  /** The answer to reset that the reader sees. */
  readonly atr: Uint8Array;
  readonly chip: Chip;
  /** Called once when the card has left the reader. */
  readonly removed?: () => void;
}

/** A card in a reader's field. */
export interface HeldCard {
  /** Takes the card away; a command under way stays unanswered. */
  remove(): void;
  /** Settles when the card is out of the field. */
  readonly gone: Promise<void>;
}

/**
 * Holds a card to a reader: connects to a vpcd (ours or the real one) and answers its frames.
 * @throws {ApduError} `no-card` when no reader listens there
 * @example
 * const held = await connectCard({ host: '127.0.0.1', port: 35963, atr, chip });
 * held.remove();
 */
export function connectCard({ host, port, atr, chip, removed }: ConnectCardOptions): Promise<HeldCard> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host).setNoDelay(true);
    const decoder = new FrameDecoder();
    // Answers leave in the order of the commands, also when a chip answers late.
    let turn: Promise<void> = Promise.resolve();
    let waiting = 0;
    let leave = () => {};
    const gone = new Promise<void>((left) => {
      leave = left;
    });
    const send = (payload: Uint8Array) => {
      // What fits into no frame cannot be told; the reader hears that the card failed.
      if (!socket.destroyed) socket.write(encodeFrame(payload.length > MAX_FRAME ? INTERNAL_ERROR : payload));
    };
    const handle = (payload: Uint8Array): void | Promise<void> => {
      if (payload.length !== 1) {
        const answer = chip.transmit(payload);
        if (answer instanceof Uint8Array) return send(answer);
        return answer.then(send);
      }
      if (payload[0] === CONTROL.atr) send(atr);
      else if (payload[0] === CONTROL.off || payload[0] === CONTROL.on || payload[0] === CONTROL.reset) chip.reset();
    };
    socket.once('connect', () => resolve({ remove: () => socket.destroy(), gone }));
    socket.once('error', () => {
      reject(new ApduError('no-card', 'No card reader listens there. Start the reader first.', { port }));
    });
    socket.once('close', () => {
      chip.reset();
      leave();
      removed?.();
    });
    socket.on('data', (chunk: Buffer) => {
      for (const payload of decoder.push(chunk)) {
        if (waiting === 0) {
          let pending: void | Promise<void>;
          try {
            pending = handle(payload);
          } catch {
            // A chip that breaks is a card that has left.
            socket.destroy();
            return;
          }
          if (!pending) continue;
          waiting++;
          turn = pending.finally(() => waiting--).catch(() => void socket.destroy());
        } else {
          waiting++;
          turn = turn
            .then(() => handle(payload))
            .finally(() => waiting--)
            .catch(() => void socket.destroy());
        }
      }
    });
  });
}
