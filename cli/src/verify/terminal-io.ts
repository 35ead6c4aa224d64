import { createReadStream } from 'node:fs';
import { type Clock, systemClock } from '@tegata/clock';
import { readUpTo } from './given-file.ts';

/** What a command reads from and writes to. Tests pass their own. */
export interface CommandIo {
  readonly clock: Clock;
  /** Writes to standard output; says whether anybody still reads it. */
  readonly write: (text: string) => Promise<boolean>;
  readonly writeError: (text: string) => void;
  /** Reads standard input up to a limit. */
  readonly readStdin: (limit: number) => Uint8Array;
  /** Standard input, or a file, piece by piece. */
  readonly stream: (path: string) => AsyncIterable<Uint8Array>;
}

/** The terminal. A reader that leaves early, as `head` does, is no fault. */
export function terminalIo(): CommandIo {
  let open = true;
  process.stdout.on('error', () => {
    open = false;
  });
  return {
    clock: systemClock,
    write: (text) =>
      new Promise((resolve) => {
        if (!open) return resolve(false);
        process.stdout.write(text, (error) => resolve(!error && open));
      }),
    writeError: (text) => process.stderr.write(text),
    readStdin: (limit) => readUpTo(0, limit),
    stream: (path) => (path === '-' ? process.stdin : createReadStream(path)),
  };
}
