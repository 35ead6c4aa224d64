import { closeSync, openSync, readSync } from 'node:fs';
import { CliError } from './error.ts';
import { inspectInput, MAX_INPUT_BYTES, renderInspection } from './inspect/index.ts';

/**
 * Decodes a file, or standard input (`-`), for people or as JSON.
 * @throws {CliError} `file-unreadable`; InspectError
 */
export async function inspect(options: { file: string; json: boolean; unmask: boolean }): Promise<number> {
  const inspection = inspectInput(readUpTo(options.file, MAX_INPUT_BYTES + 1), { unmask: options.unmask });
  process.stdout.write(options.json ? `${JSON.stringify(inspection)}\n` : renderInspection(inspection));
  return 0;
}

// One byte more than is taken tells that there is too much, without reading all of it.
function readUpTo(path: string, limit: number): Uint8Array {
  const room = new Uint8Array(limit);
  let size = 0;
  try {
    const file = path === '-' ? 0 : openSync(path, 'r');
    try {
      while (size < limit) {
        const read = readSync(file, room, size, limit - size, null);
        if (read === 0) break;
        size += read;
      }
    } finally {
      if (file !== 0) closeSync(file);
    }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CliError('file-unreadable', `${path} cannot be read (${reason}).`);
  }
  return room.subarray(0, size);
}
