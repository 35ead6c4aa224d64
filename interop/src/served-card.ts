import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { VPCD_PORT } from './pcscd.ts';

const CLI = fileURLToPath(new URL('../../cli/tegata.js', import.meta.url));

/** What a run of `tegata` printed, and how it ended. */
export interface TegataRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tegata` as a program of its own. */
export function tegata(...args: string[]): Promise<TegataRun> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 99) : 0, stdout, stderr }),
    );
  });
}

/** A card that `tegata card serve` holds to the virtual reader. */
export interface ServedCard {
  /** Puts it in, takes it out. */
  tell(order: 'insert' | 'remove'): void;
  /** Ends the program as Ctrl-C does; gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `tegata card serve` for a persona; counters and authorities are kept in `data`. */
export function serveCard(persona: string, data: string): ServedCard {
  const args = ['card', 'serve', '--vpcd', `127.0.0.1:${VPCD_PORT}`, '--persona', persona, '--data', data];
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['pipe', 'ignore', 'inherit'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  return {
    tell: (order) => void child.stdin?.write(`${order}\n`),
    async stop() {
      child.kill('SIGINT');
      const [code] = await exit;
      return code;
    },
  };
}
