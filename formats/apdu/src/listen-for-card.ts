import { createServer, type Socket } from 'node:net';
import { noTap, type Party, type StepNumber, type Tap } from '@tegata/tap';
import { ApduError } from './error.ts';
import { commandName } from './mask-command.ts';
import type { Transport } from './transport.ts';
import { CONTROL, encodeFrame, FrameDecoder } from './vpcd-frame.ts';

/** How a reader listens. */
export interface ListenForCardOptions {
  /** A free port when absent. */
  readonly port?: number;
  /** How long one command may take (default 10 s; an RSA signature of a real card takes one). */
  readonly commandTimeoutMs?: number;
  readonly tap?: Tap;
  /** Whose reader it is, for the tap (default `applicant-app`). */
  readonly party?: Party;
  /** The step that the tap shows with the messages. */
  readonly step?: StepNumber;
}

/** A card in the field: a transport that also tells the ATR. */
export interface CardSession extends Transport {
  readonly atr: Uint8Array;
}

/** A reader on 127.0.0.1 to which cards connect, like vpcd. */
export interface CardReader {
  readonly address: { readonly host: string; readonly port: number };
  /** Whether a card is in the field now. */
  readonly present: boolean;
  /**
   * Waits until a card is there and powers it on.
   * @throws {ApduError} `no-card` after `timeoutMs` (default: no limit) or when the reader closes
   */
  waitForCard(options?: { timeoutMs?: number; step?: StepNumber }): Promise<CardSession>;
  close(): Promise<void>;
}

const MAX_WAITING = 64;
/** How long a card may stand beside one that is in the field: when that one was taken away just now, its line ends in this time. */
const CHANGE_MS = 100;

/**
 * Opens a card reader on 127.0.0.1. One card at a time: a second one is refused while the first is in the field, and takes its place when the
 * first was just taken away.
 * @example
 * const reader = await listenForCard();
 * const card = await reader.waitForCard({ timeoutMs: 60_000 });
 */
export async function listenForCard(options: ListenForCardOptions = {}): Promise<CardReader> {
  const { commandTimeoutMs = 10_000, tap = noTap, party = 'applicant-app' } = options;
  let card: Line | undefined;
  let beside: Socket | undefined;
  const waiting = new Set<(line: Line | undefined) => void>();

  const enter = (socket: Socket) => {
    const line = new Line(socket, commandTimeoutMs, () => {
      card = undefined;
      if (beside) enter(beside);
    });
    beside = undefined;
    card = line;
    for (const wake of waiting) wake(line);
  };
  const stand = (socket: Socket) => {
    beside = socket;
    const refused = setTimeout(() => {
      if (beside === socket) socket.destroy();
    }, CHANGE_MS);
    // An error is always followed by close.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(refused);
      if (beside === socket) beside = undefined;
    });
  };
  const server = createServer((socket) => {
    if (!card) enter(socket);
    else if (!beside) stand(socket);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: options.port ?? 0, exclusive: true }, () => resolve());
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;

  const arrival = (timeoutMs: number | undefined) =>
    new Promise<Line>((resolve, reject) => {
      if (waiting.size >= MAX_WAITING) return reject(noCard(port));
      const wake = (line: Line | undefined) => {
        clearTimeout(timer);
        waiting.delete(wake);
        if (line) resolve(line);
        else reject(noCard(port));
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs, undefined);
      waiting.add(wake);
    });

  return {
    address: { host: '127.0.0.1', port },
    get present() {
      return card !== undefined;
    },
    async waitForCard({ timeoutMs, step = options.step } = {}) {
      let line = card ?? (await arrival(timeoutMs));
      let atr: Uint8Array | undefined;
      while (!atr) {
        try {
          atr = await powerOn(line);
        } catch (error) {
          // It had been taken away, and another one is there instead.
          if (!card || card === line) throw error;
          line = card;
        }
      }
      let open = true;
      return {
        atr,
        async transmit(command) {
          if (!open) throw new ApduError('card-removed', 'This session with the card has ended. Hold the card again.');
          if (command.length < 4) {
            throw new ApduError('command-malformed', 'A command APDU has at least four bytes.', {
              length: command.length,
            });
          }
          const label = commandName(command);
          tap.message({ from: party, to: 'card', step, kind: 'apdu-command', label, bytes: command });
          const answer = await line.exchange(command);
          tap.message({ from: 'card', to: party, step, kind: 'apdu-response', label, bytes: answer });
          return answer;
        },
        async close() {
          if (open) line.control(CONTROL.off);
          open = false;
        },
      };
    },
    close() {
      for (const wake of waiting) wake(undefined);
      beside?.destroy();
      beside = undefined;
      card?.hangUp();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function powerOn(line: Line): Promise<Uint8Array> {
  line.control(CONTROL.on);
  line.control(CONTROL.reset);
  return line.exchange(Uint8Array.of(CONTROL.atr));
}

interface Question {
  readonly payload: Uint8Array;
  readonly answer: (payload: Uint8Array) => void;
  readonly refuse: (error: ApduError) => void;
}

/** The wire to one card: questions go out one by one, each under its own time limit. */
class Line {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #queue: Question[] = [];
  #asked: Question | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended: ApduError | undefined;

  constructor(socket: Socket, timeoutMs: number, gone: () => void) {
    this.#socket = socket.setNoDelay(true);
    this.#timeoutMs = timeoutMs;
    const decoder = new FrameDecoder();
    socket.on('data', (chunk: Buffer) => {
      for (const payload of decoder.push(chunk)) this.#answered(payload);
    });
    // An error is always followed by close, which tells the waiting ones.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#end(new ApduError('card-removed', 'The card left the reader. Hold it again until the reading has ended.'));
      gone();
    });
  }

  control(code: number): void {
    if (!this.#ended) this.#socket.write(encodeFrame(Uint8Array.of(code)));
  }

  exchange(payload: Uint8Array): Promise<Uint8Array> {
    return new Promise((answer, refuse) => {
      if (this.#ended) return refuse(this.#ended);
      this.#queue.push({ payload, answer, refuse });
      this.#next();
    });
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  #next(): void {
    if (this.#asked || this.#ended) return;
    this.#asked = this.#queue.shift();
    if (!this.#asked) return;
    // After a missed answer question and answer could no longer be matched, so the wire ends with it.
    this.#timer = setTimeout(() => {
      this.#end(
        new ApduError('card-timeout', 'The card did not answer in time. Hold it again.', { ms: this.#timeoutMs }),
      );
      this.#socket.destroy();
    }, this.#timeoutMs);
    this.#socket.write(encodeFrame(this.#asked.payload));
  }

  #answered(payload: Uint8Array): void {
    const asked = this.#asked;
    if (!asked) {
      this.#end(new ApduError('card-hostile', 'The card spoke without being asked. Use another card.'));
      this.#socket.destroy();
      return;
    }
    clearTimeout(this.#timer);
    this.#asked = undefined;
    asked.answer(payload);
    this.#next();
  }

  #end(error: ApduError): void {
    if (this.#ended) return;
    this.#ended = error;
    clearTimeout(this.#timer);
    this.#asked?.refuse(error);
    for (const question of this.#queue) question.refuse(error);
    this.#queue.length = 0;
    this.#asked = undefined;
  }
}

function noCard(port: number): ApduError {
  return new ApduError('no-card', 'No card was held to the reader. Hold the card and start again.', { port });
}
