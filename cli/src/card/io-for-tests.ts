import { ApduError, type CardSession, type Chip, type Pcsc, transportTo } from '@tegata/apdu';
import { type Clock, systemClock } from '@tegata/clock';
import { type Random, systemRandom } from '@tegata/random';
import type { CardIo } from './card-io.ts';
import type { Person } from './person.ts';

/** What a test gives a command, and what came out. */
export interface TestIo extends CardIo {
  readonly out: string;
  readonly err: string;
  /** The prompts and questions that the person was shown. */
  readonly asked: readonly string[];
  interrupt(): void;
}

/** Makes the outside of a command. */
export function testIo(
  options: {
    stdin?: string;
    environment?: Record<string, string>;
    /** What the person at the terminal types, in turn; nobody sits there when absent. */
    types?: readonly string[];
    readers?: Readonly<Record<string, Chip | undefined>>;
    clock?: Clock;
    random?: Random;
    /** Standard input piece by piece. */
    lines?: AsyncIterable<Uint8Array>;
  } = {},
): TestIo {
  const told = new AbortController();
  const typed = [...(options.types ?? [])];
  const asked: string[] = [];
  const answer = async (prompt: string) => {
    asked.push(prompt);
    const next = typed.shift();
    if (next === undefined) throw new Error('the person was asked too often');
    return next;
  };
  const person: Person | undefined = options.types && {
    hidden: answer,
    yes: async (question) => (await answer(question)) === 'yes',
  };
  let out = '';
  let err = '';
  return {
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    environment: options.environment ?? {},
    person,
    write: async (text) => {
      out += text;
      return true;
    },
    writeError: (text) => {
      err += text;
    },
    readStdin: () => new Uint8Array(Buffer.from(options.stdin ?? '')),
    stream: () => options.lines ?? nothing(),
    openPcsc: async () => pcscOf(options.readers),
    interrupted: () => told.signal,
    interrupt: () => told.abort(),
    closeInput: () => {},
    asked,
    get out() {
      return out;
    },
    get err() {
      return err;
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const ATR = Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01);

function pcscOf(readers: Readonly<Record<string, Chip | undefined>> | undefined): Pcsc {
  if (!readers) throw new ApduError('pcsc-missing', 'Card readers need the package pcsc-mini.');
  return {
    async readers() {
      return Object.entries(readers).map(([name, chip]) => ({ name, present: chip !== undefined }));
    },
    async card({ reader } = {}): Promise<CardSession> {
      const chip = reader === undefined ? Object.values(readers).find((held) => held) : readers[reader];
      if (reader !== undefined && !(reader in readers)) throw new ApduError('reader-unknown', 'No such reader.');
      if (!chip) throw new ApduError('no-card', 'No card was put on a reader.');
      return { atr: ATR, ...transportTo(chip) };
    },
    close() {},
  };
}
