import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChipError } from './error.ts';

/** Where retry counters live. `write` returns only when the value would survive a power cut. */
export interface CounterStore {
  read(name: string): number | undefined;
  write(name: string, left: number): void;
}

/** Counters that end with the process. */
export function memoryCounters(start: Readonly<Record<string, number>> = {}): CounterStore {
  const counters = new Map(Object.entries(start));
  return {
    read: (name) => counters.get(name),
    write: (name, left) => void counters.set(name, left),
  };
}

/**
 * Counters in one file (JSON), written beside, synced and renamed, so that a crash leaves the old state or the new one.
 * @throws {ChipError} `card-state-unreadable` when the file is damaged: a card that forgot its counters must not be usable
 */
export function fileCounters(path: string, start: Readonly<Record<string, number>> = {}): CounterStore {
  const counters = new Map(Object.entries(readCounters(path) ?? start));
  return {
    read: (name) => counters.get(name),
    write(name, left) {
      counters.set(name, left);
      writeDurably(path, `${JSON.stringify(Object.fromEntries(counters))}\n`);
    },
  };
}

function readCounters(path: string): Record<string, number> | undefined {
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
  for (const left of Object.values(parsed)) {
    if (!Number.isInteger(left) || left < 0 || left > 15) throw unreadable();
  }
  return parsed as Record<string, number>;
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

function unreadable(): ChipError {
  return new ChipError(
    'card-state-unreadable',
    "The card's stored counters are damaged. Delete the card's state to issue a new one.",
  );
}
