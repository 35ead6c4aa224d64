import { loadPcscMini, openPcsc, type Pcsc } from '@tegata/apdu';
import { type Random, systemRandom } from '@tegata/random';
import type { CommandIo } from '../verify/terminal-io.ts';
import { type Person, personAtTerminal } from './person.ts';

/** What the card commands read from, write to and ask. Tests pass their own. */
export interface CardIo extends CommandIo {
  readonly random: Random;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who sits at the terminal; absent where nobody does. */
  readonly person: Person | undefined;
  /** @throws {ApduError} `pcsc-missing`, `pcsc-unavailable` */
  readonly openPcsc: () => Promise<Pcsc>;
  /** Aborted when the program is told to end. */
  readonly interrupted: () => AbortSignal;
  /** Stops reading standard input: one that stays open keeps a program alive. */
  readonly closeInput: () => void;
}

/** The machine's own. `TEGATA_PCSC_MINI` names a folder in which pcsc-mini was installed, when not here. */
export function cardIo(io: CommandIo): CardIo {
  const environment = process.env;
  return {
    ...io,
    random: systemRandom,
    environment,
    person: personAtTerminal(process.stdin, process.stderr),
    openPcsc: () => openPcsc({ load: () => loadPcscMini(environment['TEGATA_PCSC_MINI']) }),
    interrupted() {
      const told = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => told.abort());
      return told.signal;
    },
    closeInput: () => void process.stdin.destroy(),
  };
}
