/**
 * Runs the wallet alone: `node main.ts CONFIG.json`.
 * @module
 */
import { readFileSync } from 'node:fs';
import { systemClock } from '@tegata/clock';
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { noTap } from '@tegata/tap';
import { pemToCertificates } from '@tegata/x509';
import { z } from 'zod';
import { start } from './start.ts';

const configFile = z.strictObject({
  port: z.number().int().min(0).max(65_535).optional(),
  walletProvider: z.strictObject({ url: z.url() }),
  secrets: z.strictObject({ applicantApp: z.string().min(16), screens: z.string().min(16) }),
  pin: z.string(),
  dataDir: z.string(),
  /** PEM files. */
  trust: z.strictObject({ iaca: z.array(z.string()) }),
});

const config = configFile.parse(JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')));
const log = createLog({ party: 'wallet', clock: systemClock, write: (line) => process.stderr.write(line) });
const iaca = config.trust.iaca.flatMap((path) => pemToCertificates(readFileSync(path, 'utf8')));
const running = await start({ clock: systemClock, random: systemRandom, log, tap: noTap, ...config, trust: { iaca } });
process.stdout.write(`${running.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running.close().then(() => process.exit(0));
  });
}
