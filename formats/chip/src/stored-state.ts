import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChipError } from './error.ts';

/**
 * The entries of a stored state (a JSON object), each checked by `read`; `undefined` where nothing was stored yet.
 * @param what the state's name in the error, e.g. `stored counters`
 * @param read gives the value of an entry, or `undefined` when it is none
 * @throws {ChipError} `card-state-unreadable` when the file is damaged
 */
export function readState<T>(
  path: string,
  what: string,
  read: (value: unknown) => T | undefined,
): Map<string, T> | undefined {
  const unreadable = () =>
    new ChipError(
      'card-state-unreadable',
      `The card's ${what} are damaged. Delete the card's state to issue a new one.`,
    );
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable();
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw unreadable();
  const entries = new Map<string, T>();
  for (const [name, stored] of Object.entries(parsed)) {
    const value = read(stored);
    if (value === undefined) throw unreadable();
    entries.set(name, value);
  }
  return entries;
}

/** Stores a state so that a crash leaves the old one or the new one. */
export function writeState(path: string, entries: ReadonlyMap<string, number | string>): void {
  writeDurably(path, `${JSON.stringify(Object.fromEntries(entries))}\n`);
}

/** Writes a file so that after a crash it is the old one or the new one, whole. */
export function writeDurably(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(`${path}.new`, 'w', 0o600);
  try {
    // One write may take a part only; this one goes on to the end, or throws.
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.new`, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
