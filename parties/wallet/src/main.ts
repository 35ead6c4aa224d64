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
  trust: z.strictObject({
    iaca: z.array(z.string()),
    jpkiSign: z.array(z.string()).optional(),
    jpkiAuth: z.array(z.string()).optional(),
  }),
  jpki: z.strictObject({ url: z.url() }).optional(),
  certificateKeys: z.enum(['RSA-2048', 'P-384']).optional(),
});

const config = configFile.parse(JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')));
const log = createLog({ party: 'wallet', clock: systemClock, write: (line) => process.stderr.write(line) });
const certificates = (paths: readonly string[] = []) =>
  paths.flatMap((path) => pemToCertificates(readFileSync(path, 'utf8')));
const trust = {
  iaca: certificates(config.trust.iaca),
  jpkiSign: certificates(config.trust.jpkiSign),
  jpkiAuth: certificates(config.trust.jpkiAuth),
};
const running = await start({ clock: systemClock, random: systemRandom, log, tap: noTap, ...config, trust });
process.stdout.write(`${running.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running.close().then(() => process.exit(0));
  });
}
