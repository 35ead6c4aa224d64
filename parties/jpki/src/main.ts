/**
 * Runs JPKI alone: `node main.ts CONFIG.json`. The CA certificates of all generations are written as PEM to the folder `trust` of the
 * configuration, where those who verify take them from.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@tegata/clock';
import { openKeyFile } from '@tegata/keys';
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { openStore } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { certificateToPem, pemToCertificates } from '@tegata/x509';
import { z } from 'zod';
import { makeAuthority } from './authority.ts';
import { start } from './start.ts';

const configFile = z.strictObject({
  port: z.number().int().min(0).max(65_535).optional(),
  db: z.string(),
  /** Of the card factory; of the intake of phones; of the municipal counter and the hotline. */
  secret: z.string().min(16),
  smpSecret: z.string().min(16).optional(),
  operatorSecret: z.string().min(16).optional(),
  keys: z.strictObject({ file: z.string(), passphrase: z.string().min(8) }),
  trust: z.string(),
  /** The keys of CAs and of OCSP responders that are made from now on; those that are there stay. */
  algorithm: z.enum(['RSA-2048', 'P-384']).optional(),
  ocspAlgorithm: z.enum(['P-256', 'P-384', 'RSA-2048']).optional(),
  ocsp: z
    .strictObject({
      /** PEM of the certificates of enrolled verifiers; given, nobody else gets an answer. */
      verifiers: z.string().transform(pemToCertificates).optional(),
      keptAnswers: z.number().int().min(1).max(1_000_000).optional(),
    })
    .optional(),
  pairwise: z
    .strictObject({
      /** 32 bytes in base64. */
      key: z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
      relyingParties: z.array(z.strictObject({ origin: z.string(), secret: z.string().min(16) })),
    })
    .refine(({ key }) => key.length === 32)
    .optional(),
});

const config = configFile.parse(JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')));
const log = createLog({ party: 'jpki', clock: systemClock, write: (line) => process.stderr.write(line) });
const base = { clock: systemClock, random: systemRandom, log, tap: noTap };
const store = await openStore({ url: config.db, onError: () => log.warn('store-connection-broke') });
const keys = openKeyFile(config.keys.file, config.keys.passphrase);

const { algorithm, ocspAlgorithm } = config;
const authority = await makeAuthority({ ...base, keys, algorithm, ocspAlgorithm });
mkdirSync(config.trust, { recursive: true, mode: 0o700 });
for (const ca of ['sign', 'auth'] as const) {
  writeFileSync(join(config.trust, `jpki-${ca}.pem`), authority[ca].anchors.map(certificateToPem).join(''));
}

const { port, secret, smpSecret, operatorSecret, ocsp, pairwise } = config;
const running = await start({ ...base, port, store, authority, secret, smpSecret, operatorSecret, ocsp, pairwise });
process.stdout.write(`${running.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running
      .close()
      .then(() => store.close())
      .then(() => process.exit(0));
  });
}
