/**
 * Runs the applicant's app alone: `node main.ts CONFIG.json`.
 * @module
 */
import { readFileSync } from 'node:fs';
import { systemClock } from '@tegata/clock';
import { openKeyFile } from '@tegata/keys';
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { noTap } from '@tegata/tap';
import { z } from 'zod';
import { start } from './start.ts';

const configFile = z.strictObject({
  port: z.number().int().min(0).max(65_535).optional(),
  readerPort: z.number().int().min(0).max(65_535).optional(),
  smp: z.strictObject({ url: z.url() }),
  wallet: z.strictObject({ url: z.url(), secret: z.string().min(16) }),
  secret: z.string().min(16),
  dataDir: z.string().optional(),
  keys: z.strictObject({ file: z.string(), passphrase: z.string().min(8) }),
});

const config = configFile.parse(JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')));
const log = createLog({ party: 'applicant-app', clock: systemClock, write: (line) => process.stderr.write(line) });
const keys = openKeyFile(config.keys.file, config.keys.passphrase);
const running = await start({ clock: systemClock, random: systemRandom, log, tap: noTap, ...config, keys });
process.stdout.write(`${running.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running.close().then(() => process.exit(0));
  });
}
