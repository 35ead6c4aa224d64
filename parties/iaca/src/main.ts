/**
 * Runs the IACA alone: `node main.ts CONFIG.json`. The root is written as PEM to the file `root` of the configuration, where those who verify
 * take it from.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '@tegata/clock';
import { openKeyFile } from '@tegata/keys';
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { openStore } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { certificateToPem } from '@tegata/x509';
import { z } from 'zod';
import { makeAuthority } from './authority.ts';
import { start } from './start.ts';

const configFile = z.strictObject({
  port: z.number().int().min(0).max(65_535).optional(),
  db: z.string(),
  secret: z.string().min(16),
  keys: z.strictObject({ file: z.string(), passphrase: z.string().min(8) }),
  /** The key that wraps data keys: 32 bytes, base64. */
  kek: z.base64(),
  root: z.string(),
  profile: z.enum(['default', 'observed']).optional(),
  instance: z.number().int().min(0).max(255).optional(),
  leaseSeconds: z.number().min(1).max(600).optional(),
});

const { keys, kek, db, root, ...config } = configFile.parse(
  JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')),
);
const log = createLog({ party: 'iaca', clock: systemClock, write: (line) => process.stderr.write(line) });
const base = { clock: systemClock, random: systemRandom, log, tap: noTap };
const authority = await makeAuthority({ ...base, keys: openKeyFile(keys.file, keys.passphrase) });
mkdirSync(dirname(root), { recursive: true, mode: 0o700 });
writeFileSync(root, certificateToPem(authority.root));
const store = await openStore({ url: db, onError: () => log.warn('store-connection-broke') });
const running = await start({ ...base, ...config, store, authority, kek: new Uint8Array(Buffer.from(kek, 'base64')) });
process.stdout.write(`${running.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running
      .close()
      .then(() => store.close())
      .then(() => process.exit(0));
  });
}
