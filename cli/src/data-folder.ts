import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyStore, memoryKeys, openKeyFile } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { certificateToPem } from '@tegata/x509';
import { z } from 'zod';
import { CliError } from './error.ts';

/** The secrets of an installation. None of them is ever in the database. */
const secrets = z.strictObject({
  /** Of the key file. `TEGATA_PASSPHRASE` in the environment takes its place, and then it is not written here. */
  passphrase: z.string().min(20).optional(),
  /** Wraps data keys. */
  smpWrappingKey: z.base64(),
  iacaWrappingKey: z.base64(),
  /** Of the HMAC over the My Number that tells one person from another. */
  personKey: z.base64(),
  /** Of the HMAC that gives each relying party identifiers of its own. A folder made before there were any gets one now. */
  pairwiseKey: z.base64().optional(),
});

type Complete = z.infer<typeof secrets> & { readonly pairwiseKey: string };

/** Written beside and renamed: a crash leaves the old file or the new one, never half of either. */
function writeSecrets(path: string, values: Complete): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(values, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** What `--data DIR` holds; without a folder the same things in memory. */
export interface DataFolder {
  /** Where it lies; `undefined`: everything is in memory. */
  readonly folder: string | undefined;
  readonly keys: KeyStore;
  readonly smpWrappingKey: Uint8Array;
  readonly iacaWrappingKey: Uint8Array;
  readonly personKey: Uint8Array;
  readonly pairwiseKey: Uint8Array;
  /** A folder inside it for one purpose; `undefined` in memory. */
  sub(name: string): string | undefined;
  /** Writes the trust anchors where a person can look at them: `DIR/trust/NAME.pem`, all generations of a CA in one file. */
  keepAnchors(anchors: Readonly<Record<string, Uint8Array | readonly Uint8Array[]>>): void;
}

/**
 * Opens, or makes, the data folder. Its files are for their owner only.
 * @throws {CliError} `file-unreadable`; KeysError `key-file-unreadable`
 */
export function openDataFolder(
  folder: string | undefined,
  random: Random,
  environment: Readonly<Record<string, string | undefined>>,
): DataFolder {
  const key = () => Buffer.from(random.bytes(32)).toString('base64');
  const fresh = (): Complete => ({
    ...(environment['TEGATA_PASSPHRASE'] ? {} : { passphrase: key() }),
    smpWrappingKey: key(),
    iacaWrappingKey: key(),
    personKey: key(),
    pairwiseKey: key(),
  });
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  const opened = (values: Complete, keys: KeyStore): DataFolder => ({
    folder,
    keys,
    smpWrappingKey: bytes(values.smpWrappingKey),
    iacaWrappingKey: bytes(values.iacaWrappingKey),
    personKey: bytes(values.personKey),
    pairwiseKey: bytes(values.pairwiseKey),
    sub(name) {
      if (folder === undefined) return undefined;
      const path = join(folder, name);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return path;
    },
    keepAnchors(anchors) {
      if (folder === undefined) return;
      const trust = join(folder, 'trust');
      mkdirSync(trust, { recursive: true, mode: 0o700 });
      for (const [name, given] of Object.entries(anchors)) {
        const all = given instanceof Uint8Array ? [given] : given;
        writeFileSync(join(trust, `${name}.pem`), all.map(certificateToPem).join(''));
      }
    },
  });
  if (folder === undefined) return opened(fresh(), memoryKeys());

  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CliError(
      'file-unreadable',
      `${folder} cannot be the data folder (${reason}). Name a folder that you may write to.`,
    );
  }
  const path = join(folder, 'secrets.json');
  if (!existsSync(path)) writeSecrets(path, fresh());
  let values: z.infer<typeof secrets>;
  try {
    values = secrets.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new CliError(
      'file-unreadable',
      `${path} is damaged. Restore it from a backup: without it the sealed rows cannot be opened.`,
    );
  }
  const passphrase = environment['TEGATA_PASSPHRASE'] ?? values.passphrase;
  if (passphrase === undefined) {
    throw new CliError(
      'file-unreadable',
      `${path} holds no passphrase. Set TEGATA_PASSPHRASE to the one that this folder was made with.`,
    );
  }
  const { pairwiseKey = key() } = values;
  const complete = { ...values, pairwiseKey };
  if (values.pairwiseKey === undefined) writeSecrets(path, complete);
  return opened(complete, openKeyFile(join(folder, 'keys.json'), passphrase));
}
