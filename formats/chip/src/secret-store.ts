import { readState, writeState } from './stored-state.ts';

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
  const values = readState(path, 'changed PINs', secretOf) ?? new Map<string, Uint8Array>();
  return {
    read: (name) => values.get(name),
    write(name, value) {
      const next = [...new Map(values).set(name, value)];
      writeState(path, new Map(next.map(([key, bytes]) => [key, Buffer.from(bytes).toString('hex')])));
      values.set(name, value);
    },
  };
}

function secretOf(stored: unknown): Uint8Array | undefined {
  const right = typeof stored === 'string' && /^([0-9a-f]{2}){1,16}$/.test(stored);
  return right ? new Uint8Array(Buffer.from(stored, 'hex')) : undefined;
}
