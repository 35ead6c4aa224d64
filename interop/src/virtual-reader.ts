/**
 * `node interop/src/virtual-reader.ts`, as root: a virtual card reader for every PC/SC program of this machine, until Ctrl-C. pcscd and vpcd are held to
 * 127.0.0.1; `tegata card serve --vpcd 127.0.0.1:35963 --persona adult` puts a card in.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPcscd, VPCD_PORT, withoutPcscd } from './pcscd.ts';

const without = await withoutPcscd();
if (without) {
  process.stdout.write(`No virtual reader: ${without}.\n`);
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'virtual-reader-'));
  const pcscd = await startPcscd(folder);
  process.stdout.write(`The reader "Virtual PCD 00 00" takes cards at 127.0.0.1:${VPCD_PORT}. Ctrl-C takes it away.\n`);
  // The signals alone do not keep a program alive.
  const alive = setInterval(() => {}, 60_000);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      clearInterval(alive);
      await pcscd.stop();
      rmSync(folder, { recursive: true });
    });
  }
}
