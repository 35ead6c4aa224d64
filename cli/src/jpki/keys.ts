import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { ArgumentError, reasonOf } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';

/**
 * Reads a private key that signs: RSA, P-256 or P-384, as PEM (PKCS#8, PKCS#1, SEC 1), JWK or PKCS#8 DER.
 * @throws {ArgumentError} `key-unreadable`
 */
export function givenSigner(files: GivenFiles, option: string, file: string): Signer {
  const { text, bytes } = files.read(option, file);
  try {
    if (text?.startsWith('{')) return softwareSigner(createPrivateKey({ key: JSON.parse(text), format: 'jwk' }));
    if (text?.includes('-----BEGIN ')) return softwareSigner(createPrivateKey(text));
    return softwareSigner(createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs8' }));
  } catch {
    // What the library says of a key is not repeated: it might quote it.
    const message = `--${option} holds no private RSA, P-256 or P-384 key without a passphrase.`;
    throw new ArgumentError('key-unreadable', message, { option });
  }
}

/**
 * Reads a public key: SubjectPublicKeyInfo, a certificate or a private key, in PEM; SubjectPublicKeyInfo also in DER.
 * @returns base64 of the DER of SubjectPublicKeyInfo
 * @throws {ArgumentError} `key-unreadable`
 */
export function givenPublicKey(files: GivenFiles, option: string, file: string): string {
  const { text, bytes } = files.read(option, file);
  try {
    const key = text?.includes('-----BEGIN ')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' });
    return spki(key);
  } catch {
    throw new ArgumentError('key-unreadable', `--${option} holds no public key that is read here.`, { option });
  }
}

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64');

/**
 * Makes a private key and writes it as PKCS#8 in PEM into a file that is not there yet, for its owner only.
 * @throws {ArgumentError} `usage` when the file is there or cannot be written
 */
export async function newKey(option: string, file: string, algorithm: 'RSA-2048' | 'P-384'): Promise<Signer> {
  const refuse = (why: string) => new ArgumentError('usage', `--${option}: ${why}`, { option });
  if (existsSync(file)) throw refuse('the file is there already, and a key is never overwritten.');
  const key = await generateSoftwareKey(algorithm);
  try {
    writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw refuse(`the file cannot be written (${reasonOf(error)}).`);
  }
  return softwareSigner(key);
}

/** base64 of the DER of a signer's public key. */
export const publicKeyOf = (signer: Signer): string => spki(signer.publicKey);

/** Writes an answer where `--out` says. @throws {ArgumentError} `usage` */
export function writeOut(file: string, content: Uint8Array | string): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new ArgumentError('usage', `--out: the file cannot be written (${reasonOf(error)}).`, { option: 'out' });
  }
}
