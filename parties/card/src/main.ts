/**
 * Runs the card party alone: `node main.ts CONFIG.json`. The CVC anchors lie as PEM with their key ids in the folder `trust` of the
 * configuration, where those who verify take them from.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatKeyId } from '@tegata/card-files';
import { systemClock } from '@tegata/clock';
import { openKeyFile } from '@tegata/keys';
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { noTap } from '@tegata/tap';
import { z } from 'zod';
import { makeAuthority } from './issue/authority.ts';
import { start } from './start.ts';

const configFile = z.strictObject({
  port: z.int().min(0).max(65_535).optional(),
  secret: z.string().min(16),
  jpki: z.strictObject({ url: z.url(), secret: z.string().min(16) }),
  keys: z.strictObject({ file: z.string(), passphrase: z.string().min(8) }),
  trust: z.string(),
  dataDir: z.string().optional(),
});

const config = configFile.parse(JSON.parse(readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8')));
const log = createLog({ party: 'card', clock: systemClock, write: (line) => process.stderr.write(line) });
const base = { clock: systemClock, random: systemRandom, log, tap: noTap };
const keys = openKeyFile(config.keys.file, config.keys.passphrase);
const authority = await makeAuthority({ ...base, keys });
mkdirSync(config.trust, { recursive: true, mode: 0o700 });
for (const name of ['text', 'surface'] as const) {
  const { keyId, publicKey } = authority[name].anchor;
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  writeFileSync(join(config.trust, `card-cvc-${name}.pem`), `TEST ONLY, key id ${formatKeyId(keyId)}\n${pem}`);
}

const { port, secret, jpki, dataDir } = config;
const running = await start({ ...base, port, secret, jpki, dataDir, authority });
process.stdout.write(`${running.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running.close().then(() => process.exit(0));
  });
}
