import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '@tegata/log';
import type { ApplicationStatus, Wire } from './wire.ts';

/** Follows applications and tells the wallet how they stand. */
export interface Follower {
  /** From now on the wallet's provisional card shows this application's true state. */
  follow(reference: string): void;
  close(): Promise<void>;
}

const ENDED = new Set(['active', 'refused', 'withdrawn', 'replaced', 'revoked', 'expired']);
const SHORTEST_MS = 250;
const LONGEST_MS = 10_000;

/** References that are still followed: kept over a restart where there is a file. They tell nothing about a person. */
function memoryOf(file: string | undefined) {
  const read = (): string[] => {
    if (file === undefined || !existsSync(file)) return [];
    const stored: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(stored) ? stored.filter((entry) => typeof entry === 'string') : [];
  };
  const references = new Set(read());
  return {
    references,
    save() {
      if (file === undefined) return;
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, `${JSON.stringify([...references])}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

/**
 * Asks the SMP for the state of each application until it has ended, and passes each change on to the wallet. It asks often
 * at first and ever less often while nothing changes; a party that is away is asked again.
 */
export function followStatus(options: { wire: Wire; log: Log; file?: string }): Follower {
  const { wire, log } = options;
  const memory = memoryOf(options.file);
  const stop = new AbortController();
  const running = new Set<Promise<void>>();

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      if (stop.signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        stop.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      stop.signal.addEventListener('abort', end);
    });

  async function run(reference: string): Promise<void> {
    let shown = '';
    let waitMs = SHORTEST_MS;
    while (!stop.signal.aborted) {
      try {
        const status: ApplicationStatus = await wire.status(reference);
        const now = JSON.stringify([status.status, status.waiting, status.refusal, status.certificates]);
        if (now !== shown) {
          await wire.putProvisional(reference, status);
          shown = now;
          waitMs = SHORTEST_MS;
        }
        if (ENDED.has(status.status)) break;
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
        log.warn('status-not-followed', { reference, code });
        // The SMP does not know it, or it is another phone's: asking again changes nothing.
        if (code === 'application-unknown') break;
      }
      await pause(waitMs);
      waitMs = Math.min(LONGEST_MS, waitMs * 1.5);
    }
    if (stop.signal.aborted) return;
    memory.references.delete(reference);
    memory.save();
  }

  const begin = (reference: string) => {
    const task: Promise<void> = run(reference).finally(() => running.delete(task));
    running.add(task);
  };
  for (const reference of memory.references) begin(reference);

  return {
    follow(reference) {
      if (memory.references.has(reference)) return;
      memory.references.add(reference);
      memory.save();
      begin(reference);
    },
    async close() {
      stop.abort();
      await Promise.all(running);
    },
  };
}
