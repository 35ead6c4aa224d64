import { createPrivateKey, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { KeysError } from './error.ts';
import type { Signer } from './signer.ts';
import { generateSoftwareKey, type KeyAlgorithm, softwareSigner } from './software.ts';

/** Private keys by name. */
export interface KeyStore {
  /** The signer of that name. @throws {KeysError} `key-not-found` */
  signer(name: string): Signer;
  /** The signer of that name; made first where there is none. */
  signerOrNew(name: string, algorithm: KeyAlgorithm): Promise<Signer>;
  /** The private key itself, for key agreement and decryption. @throws {KeysError} `key-not-found` */
  privateKey(name: string): KeyObject;
}

function storeOver(keys: Map<string, KeyObject>, changed: () => void): KeyStore {
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
        keys.set(name, await generateSoftwareKey(algorithm));
        changed();
      }
      return softwareSigner(privateKey(name));
    },
  };
}

/** Keys that are gone when the process ends. */
export function memoryKeys(): KeyStore {
  return storeOver(new Map(), () => {});
}

/**
 * Keys in one file (JSON: name → PKCS#8 PEM encrypted under `passphrase`), readable by its owner only.
 * @throws {KeysError} `key-file-unreadable` when the file is damaged or the passphrase does not fit
 */
export function openKeyFile(path: string, passphrase: string): KeyStore {
  const keys = new Map<string, KeyObject>();
  if (existsSync(path)) {
    try {
      const stored = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
      for (const [name, pem] of Object.entries(stored)) keys.set(name, createPrivateKey({ key: pem, passphrase }));
    } catch {
      throw new KeysError('key-file-unreadable', 'The key file is damaged, or its passphrase is another one.', {
        path,
      });
    }
  }
  const save = () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const pems = Object.fromEntries(
      [...keys].map(([name, key]) => [
        name,
        key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }),
      ]),
    );
    // Written beside and renamed, so that a crash leaves the old file or the new one, never half of it.
    writeFileSync(`${path}.new`, `${JSON.stringify(pems, null, 1)}\n`, { mode: 0o600 });
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  };
  return storeOver(keys, save);
}
