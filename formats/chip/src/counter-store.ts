import { readState, writeState } from './stored-state.ts';

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
  const counters = readState(path, 'stored counters', countOf) ?? new Map(Object.entries(start));
  return {
    read: (name) => counters.get(name),
    write(name, left) {
      counters.set(name, left);
      writeState(path, counters);
    },
  };
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 15 ? value : undefined;
}
