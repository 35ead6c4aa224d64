import { createPrivateKey, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { KeysError } from './error.ts';
import type { Signer } from './signer.ts';
import { generateSoftwareKey, type KeyAlgorithm, softwareSigner } from './software.ts';

/** Private keys by name, and the certificates that were issued for them. */
export interface KeyStore {
  /** The signer of that name. @throws {KeysError} `key-not-found` */
  signer(name: string): Signer;
  /** The signer of that name; made first where there is none. */
  signerOrNew(name: string, algorithm: KeyAlgorithm): Promise<Signer>;
  /** The private key itself, for key agreement and decryption. @throws {KeysError} `key-not-found` */
  privateKey(name: string): KeyObject;
  /**
   * The certificate (DER) kept under that name; made and kept where there is none, or where the kept one is not `good` any more.
   * An authority so has the same certificates after a restart.
   */
  certificateOrNew(
    name: string,
    make: () => Promise<Uint8Array>,
    good?: (der: Uint8Array) => boolean,
  ): Promise<Uint8Array>;
}

interface Contents {
  readonly keys: Map<string, KeyObject>;
  readonly certificates: Map<string, Uint8Array>;
}

function storeOver({ keys, certificates }: Contents, changed: () => void): KeyStore {
  const privateKey = (name: string) => {
    const key = keys.get(name);
    if (!key) throw new KeysError('key-not-found', 'There is no key of this name.', { name });
    return key;
  };
  return {
    privateKey,
    signer: (name) => softwareSigner(privateKey(name)),
    async signerOrNew(name, algorithm) {
      if (!keys.has(name)) {
        const made = await generateSoftwareKey(algorithm);
        // Asked twice at the same time: the first one made stays.
        if (!keys.has(name)) {
          keys.set(name, made);
          changed();
        }
      }
      return softwareSigner(privateKey(name));
    },
    async certificateOrNew(name, make, good = () => true) {
      const kept = certificates.get(name);
      if (kept && good(kept)) return kept;
      const made = await make();
      certificates.set(name, made);
      changed();
      return made;
    },
  };
}

/** Keys that are gone when the process ends. */
export function memoryKeys(): KeyStore {
  return storeOver({ keys: new Map(), certificates: new Map() }, () => {});
}

/**
 * Keys in one file, readable by its owner only: JSON with PKCS#8 PEM encrypted under `passphrase`, certificates as base64.
 * @throws {KeysError} `key-file-unreadable` when the file is damaged or the passphrase does not fit
 */
export function openKeyFile(path: string, passphrase: string): KeyStore {
  const contents: Contents = { keys: new Map(), certificates: new Map() };
  if (existsSync(path)) {
    try {
      const stored = JSON.parse(readFileSync(path, 'utf8')) as Record<'keys' | 'certificates', Record<string, string>>;
      for (const [name, key] of Object.entries(stored.keys)) {
        contents.keys.set(name, createPrivateKey({ key, passphrase }));
      }
      for (const [name, der] of Object.entries(stored.certificates)) {
        contents.certificates.set(name, new Uint8Array(Buffer.from(der, 'base64')));
      }
    } catch {
      throw new KeysError('key-file-unreadable', 'The key file is damaged, or its passphrase is another one.', {
        path,
      });
    }
  }
  const save = () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const text = JSON.stringify({
      keys: Object.fromEntries(
        [...contents.keys].map(([name, key]) => [
          name,
          key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }),
        ]),
      ),
      certificates: Object.fromEntries(
        [...contents.certificates].map(([name, der]) => [name, Buffer.from(der).toString('base64')]),
      ),
    });
    // Written beside and renamed, so that a crash leaves the old file or the new one, never half of it.
    writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600 });
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  };
  return storeOver(contents, save);
}
