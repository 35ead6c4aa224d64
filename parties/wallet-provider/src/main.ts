/**
 * Runs the wallet provider alone: `node main.ts CONFIG.json`.
 * @module
 */
import { readFileSync } from 'node:fs';
import { systemClock } from '@tegata/clock';
import { openKeyFile } from '@tegata/keys';
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { openStore } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { z } from 'zod';
import { makeAuthority } from './authority.ts';
import { start } from './start.ts';

const configFile = z.strictObject({
  port: z.number().int().min(0).max(65_535).optional(),
  db: z.string(),
  smp: z.strictObject({ url: z.url(), secret: z.string().min(16) }),
  secret: z.string().min(16),
  keys: z.strictObject({ file: z.string(), passphrase: z.string().min(8) }),
});

const config = configFile.parse(JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')));
const log = createLog({ party: 'wallet-provider', clock: systemClock, write: (line) => process.stderr.write(line) });
const base = { clock: systemClock, random: systemRandom, log, tap: noTap };
const store = await openStore({ url: config.db, onError: () => log.warn('store-connection-broke') });
const keys = openKeyFile(config.keys.file, config.keys.passphrase);
const authority = await makeAuthority({ ...base, keys });
const running = await start({ ...base, ...config, store, authority });
process.stdout.write(`${running.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running
      .close()
      .then(() => store.close())
      .then(() => process.exit(0));
  });
}
