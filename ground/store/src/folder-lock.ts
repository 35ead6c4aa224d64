import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from './error.ts';

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

// A process that starts anew in a container often has the number of the one before it: our own number alone proves nothing.
const held = new Set<string>();

/**
 * Takes a folder for this process. PGlite itself lets two processes open one folder, and rows vanish without an error.
 * @returns the release
 * @throws {StoreError} `store-in-use` naming the other process
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'tegata.lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      held.add(path);
      return () => {
        held.delete(path);
        rmSync(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(readFileSync(path, 'utf8'));
      if (held.has(path) || (pid !== process.pid && isRunning(pid))) {
        throw new StoreError(
          'store-in-use',
          `The folder is in use by process ${pid}. Stop it, or name another folder.`,
          { pid },
        );
      }
      rmSync(path, { force: true }); // left behind by a process that was killed
    }
  }
  throw new StoreError('store-in-use', 'Another process took the folder at the same moment. Try again.');
}
