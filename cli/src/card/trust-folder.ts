import { createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CvcAnchor } from '@tegata/card-files';
import { certificateToPem, pemToCertificates, X509Error } from '@tegata/x509';
import { z } from 'zod';
import { ArgumentError, reasonOf } from '../verify/argument-error.ts';

/** Whom the checks of a card trust. An empty list leaves the checks that need it unmade, and says so. */
export interface CardTrust {
  readonly textCvc: readonly CvcAnchor[];
  readonly surfaceCvc: readonly CvcAnchor[];
  /** CA certificates, DER. */
  readonly jpkiSign: readonly Uint8Array[];
  readonly jpkiAuth: readonly Uint8Array[];
}

export const NO_TRUST: CardTrust = { textCvc: [], surfaceCvc: [], jpkiSign: [], jpkiAuth: [] };

const FILES = { cvc: 'card-cvc.json', jpkiSign: 'card-jpki-sign.pem', jpkiAuth: 'card-jpki-auth.pem' } as const;
const anchors = z
  .array(z.strictObject({ keyId: z.string().regex(/^[0-9A-Fa-f]{32}$/), publicKey: z.string().max(4096) }))
  .max(64);
const cvcFile = z.strictObject({ text: anchors, surface: anchors });

/** Writes the anchors of our own test cards where another terminal finds them: `DIR/trust`. */
export function writeTrust(folder: string, trust: CardTrust): void {
  const text = (list: readonly CvcAnchor[]) =>
    list.map(({ keyId, publicKey }) => ({
      keyId: Buffer.from(keyId).toString('hex'),
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    }));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const cvc = { text: text(trust.textCvc), surface: text(trust.surfaceCvc) };
  writeFileSync(join(folder, FILES.cvc), `${JSON.stringify(cvc, null, 2)}\n`);
  for (const name of ['jpkiSign', 'jpkiAuth'] as const) {
    writeFileSync(join(folder, FILES[name]), trust[name].map(certificateToPem).join(''));
  }
}

/**
 * Reads a folder of anchors: `card-cvc.json` (key ids of 16 bytes in hexadecimal with public keys in PEM, for `text` and `surface`),
 * `card-jpki-sign.pem`, `card-jpki-auth.pem`; each may be missing.
 * @throws {ArgumentError} `file-unreadable`, `certificate-unreadable`, `key-unreadable`
 */
export function readTrust(folder: string): CardTrust {
  const there = (name: string) => {
    const path = join(folder, name);
    try {
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    } catch (error) {
      throw new ArgumentError('file-unreadable', `--trust: ${name} cannot be read (${reasonOf(error)}).`, {
        option: 'trust',
      });
    }
  };
  if (!existsSync(folder))
    throw new ArgumentError('file-unreadable', '--trust: there is no such folder.', { option: 'trust' });
  const certificates = (name: string) => {
    const text = there(name);
    try {
      return text === undefined ? [] : pemToCertificates(text);
    } catch (error) {
      if (!(error instanceof X509Error)) throw error;
      throw new ArgumentError('certificate-unreadable', `--trust: ${name} is not PEM.`, { option: 'trust' });
    }
  };
  return {
    ...cvcAnchors(there(FILES.cvc)),
    jpkiSign: certificates(FILES.jpkiSign),
    jpkiAuth: certificates(FILES.jpkiAuth),
  };
}

function cvcAnchors(text: string | undefined): Pick<CardTrust, 'textCvc' | 'surfaceCvc'> {
  if (text === undefined) return { textCvc: [], surfaceCvc: [] };
  try {
    const file = cvcFile.parse(JSON.parse(text));
    const read = (list: z.infer<typeof anchors>): CvcAnchor[] =>
      list.map(({ keyId, publicKey }) => ({
        keyId: new Uint8Array(Buffer.from(keyId, 'hex')),
        publicKey: createPublicKey(publicKey),
      }));
    return { textCvc: read(file.text), surfaceCvc: read(file.surface) };
  } catch {
    throw new ArgumentError('key-unreadable', `--trust: ${FILES.cvc} is not in its form.`, { option: 'trust' });
  }
}
