import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Where the certificate service of a stack listens, and what its operator shows. */
export interface RunningJpki {
  readonly url: string;
  readonly secret: string;
}

const file = z.strictObject({ url: z.url(), secret: z.string().min(1) });
const pathIn = (folder: string) => join(folder, 'run', 'jpki.json');

/**
 * Tells the commands of another terminal how to reach the service that runs over a data folder. Only the folder's owner can read it.
 * @returns what takes it away again
 */
export function tellRunning(folder: string, running: RunningJpki): () => void {
  mkdirSync(join(folder, 'run'), { recursive: true, mode: 0o700 });
  writeFileSync(pathIn(folder), `${JSON.stringify(running)}\n`, { mode: 0o600 });
  return () => rmSync(pathIn(folder), { force: true });
}

/** What was told; undefined where nothing runs, or where what is there cannot be read. */
export function readRunning(folder: string): RunningJpki | undefined {
  try {
    return file.parse(JSON.parse(readFileSync(pathIn(folder), 'utf8')));
  } catch {
    return undefined;
  }
}
