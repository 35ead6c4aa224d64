import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CvcAnchor } from '@tegata/card-files';
import { pemToCertificates } from '@tegata/x509';
import { z } from 'zod';
import type { SmpConfig } from './config.ts';
import { SmpError } from './error.ts';

const key = z.base64().transform((text, context) => {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (bytes.length !== 32) context.addIssue({ code: 'custom', message: '32 bytes in base64' });
  return bytes;
});
const loopback = z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ });
const secret = z.string().min(16);
const cvcAnchors = z.array(z.strictObject({ keyId: z.hex().length(32), publicKey: z.string() })).min(1);
const seconds = z.number().positive();

const file = z.strictObject({
  /** `postgres://…` */
  db: z.string().startsWith('postgres'),
  port: z.number().int().min(0).max(65_535).optional(),
  kek: key,
  personKey: key,
  jpki: z.strictObject({ url: loopback, secret: secret.optional() }),
  iaca: z.strictObject({ url: loopback, secret }),
  walletProvider: z.strictObject({ url: loopback, secret }),
  trust: z.strictObject({
    /** PEM, one or more certificates each. */
    jpkiSign: z.string(),
    jpkiAuth: z.string(),
    walletProvider: z.string(),
    textCvc: cvcAnchors,
    surfaceCvc: cvcAnchors,
  }),
  operatorSecret: secret.optional(),
  timing: z
    .strictObject({
      statusMaxAge: seconds,
      lease: seconds,
      sweep: seconds,
      firstRetry: seconds,
      longestRetry: seconds,
      offerAgain: seconds,
      peerTimeout: seconds,
    })
    .partial()
    .optional(),
});

/** What a configuration file says. */
export type FileConfig = Omit<SmpConfig, 'clock' | 'random' | 'log' | 'tap' | 'store'> & { readonly db: string };

/**
 * Reads the configuration of an SMP that runs as a process of its own: JSON, keys in base64, certificates and public keys in PEM.
 * @throws {SmpError} `config-invalid` with the member's name, never its value
 */
export function readConfigFile(path: string): FileConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new SmpError('config-invalid', 'The configuration cannot be read, or is not JSON.', { path });
  }
  const result = file.safeParse(value);
  if (!result.success) {
    const member = result.error.issues[0]?.path.join('.') ?? '';
    throw new SmpError('config-invalid', `The configuration is wrong at ${member || 'its top'}.`, { member });
  }
  const { trust, ...rest } = result.data;
  const certificates = (pem: string) => pemToCertificates(pem);
  try {
    return {
      ...rest,
      trust: {
        jpkiSign: certificates(trust.jpkiSign),
        jpkiAuth: certificates(trust.jpkiAuth),
        walletProvider: certificates(trust.walletProvider),
        textCvc: trust.textCvc.map(anchor),
        surfaceCvc: trust.surfaceCvc.map(anchor),
      },
    };
  } catch {
    throw new SmpError('config-invalid', 'A certificate or key under trust cannot be read.', { member: 'trust' });
  }
}

function anchor({ keyId, publicKey }: { keyId: string; publicKey: string }): CvcAnchor {
  return { keyId: new Uint8Array(Buffer.from(keyId, 'hex')), publicKey: createPublicKey(publicKey) };
}
