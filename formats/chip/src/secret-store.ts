import { readFileSync } from 'node:fs';
import { writeDurably } from './counter-store.ts';
import { ChipError } from './error.ts';

/** Where changed PINs and passwords live. `write` returns only when the value would survive a power cut. */
export interface SecretStore {
  read(name: string): Uint8Array | undefined;
  write(name: string, value: Uint8Array): void;
}

/** Changed values that end with the process. */
export function memorySecrets(): SecretStore {
  const values = new Map<string, Uint8Array>();
  return {
    read: (name) => values.get(name),
    write: (name, value) => void values.set(name, value),
  };
}

/**
 * Changed values in one file (JSON, hexadecimal), which only its owner can read: the memory of a test card, and as public as its PINs.
 * @throws {ChipError} `card-state-unreadable` when the file is damaged: the old PIN must not come back
 */
export function fileSecrets(path: string): SecretStore {
  const values = new Map(Object.entries(readSecrets(path)));
  return {
    read: (name) => values.get(name),
    write(name, value) {
      const next = new Map(values).set(name, value);
      const json = Object.fromEntries([...next].map(([key, bytes]) => [key, Buffer.from(bytes).toString('hex')]));
      writeDurably(path, `${JSON.stringify(json)}\n`);
      values.set(name, value);
    },
  };
}

function readSecrets(path: string): Record<string, Uint8Array> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unreadable();
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw unreadable();
  const values: [string, Uint8Array][] = [];
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value !== 'string' || !/^([0-9a-f]{2}){1,16}$/.test(value)) throw unreadable();
    values.push([name, new Uint8Array(Buffer.from(value, 'hex'))]);
  }
  return Object.fromEntries(values);
}

function unreadable(): ChipError {
  return new ChipError(
    'card-state-unreadable',
    "The card's changed PINs are damaged. Delete the card's state to issue a new one.",
  );
}
