/**
 * Runs the verifier alone: `node main.ts CONFIG.json`. Trusted roots are PEM files that the configuration names.
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
  secret: z.string().min(16),
  trust: z.strictObject({ iaca: z.array(z.string()).min(1) }),
  legalBasis: z.string().min(1).optional(),
  answerSeconds: z.number().min(1).max(600).optional(),
  relyingParty: z
    .strictObject({
      origin: z.string(),
      jpki: z.strictObject({ url: z.url(), secret: z.string().min(16).optional() }),
      /** PEM files. */
      trust: z.strictObject({ jpkiSign: z.array(z.string()).min(1), jpkiAuth: z.array(z.string()).min(1) }),
    })
    .optional(),
});

const config = configFile.parse(JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')));
const certificates = (paths: readonly string[]) =>
  paths.flatMap((path) => pemToCertificates(readFileSync(path, 'utf8')));
const { relyingParty } = config;
const running = await start({
  ...config,
  clock: systemClock,
  random: systemRandom,
  log: createLog({ party: 'verifier', clock: systemClock, write: (line) => process.stderr.write(line) }),
  tap: noTap,
  trust: { iaca: certificates(config.trust.iaca) },
  relyingParty: relyingParty && {
    ...relyingParty,
    trust: { jpkiSign: certificates(relyingParty.trust.jpkiSign), jpkiAuth: certificates(relyingParty.trust.jpkiAuth) },
  },
});
process.stdout.write(`${running.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running.close().then(() => process.exit(0));
  });
}
