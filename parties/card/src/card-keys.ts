import { checkPrimeSync, createHash, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { deterministicRsa, rsaPrivateKey, toBase64url } from './det-keygen.ts';

/** The keys of a card: JPKI-AP 0017 and 001A, text AP 0013 and 0006, surface AP 001A, common AP 0019. */
export const CARD_KEYS = ['jpki-auth', 'jpki-sign', 'text', 'text-session', 'surface', 'common'] as const;

/** The name of a card key. */
export type CardKeyName = (typeof CARD_KEYS)[number];

/** The keys of one card. */
export type CardKeys = Readonly<Record<CardKeyName, KeyObject>>;

const WARNING = 'TEST ONLY / 見本: keys of an invented card. They are public and protect nothing.';

/** 1024 bits: the two highest of them are set, so that the product of two has 2048. */
const prime = z.string().regex(/^[w-z0-9_-][A-Za-z0-9_-]{170}$/, '128 bytes in base64url, the two highest bits set');
const pair = z.strictObject({ p: prime, q: prime });
const keysSchema = z.strictObject({
  warning: z.literal(WARNING),
  'jpki-auth': pair,
  'jpki-sign': pair,
  text: pair,
  'text-session': pair,
  surface: pair,
  common: pair,
});

/** The file with a card's keys: the two primes of each RSA-2048 key. */
export type CardKeysFile = z.infer<typeof keysSchema>;

/**
 * Reads the text of a key file.
 * @param ours the file came with this program. Otherwise every number in it is tested (0.4 s): a composite in the place of a prime makes a key
 * that signs nothing right.
 * @returns undefined when it is not the file of six RSA-2048 keys
 */
export function readCardKeys(text: string, ours: boolean): CardKeys | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = keysSchema.safeParse(json);
  if (!data) return undefined;
  const keys: Partial<Record<CardKeyName, KeyObject>> = {};
  for (const name of CARD_KEYS) {
    const [p, q] = [data[name].p, data[name].q].map((text) => Buffer.from(text, 'base64url')) as [Buffer, Buffer];
    const primes = { p: BigInt(`0x${p.toString('hex')}`), q: BigInt(`0x${q.toString('hex')}`) };
    if (!ours && !(checkPrimeSync(primes.p) && checkPrimeSync(primes.q))) return undefined;
    try {
      keys[name] = rsaPrivateKey(primes);
    } catch {
      return undefined;
    }
  }
  return keys as CardKeys;
}

/**
 * The key file of a card that is made from a seed: the same seed gives the same six keys (C2SP det-keygen), about a second of work.
 * @example
 * writeFileSync('keys.json', makeCardKeys('adult'));
 */
export function makeCardKeys(seed: string): string {
  const file: Record<string, unknown> = { warning: WARNING };
  for (const name of CARD_KEYS) {
    const { p, q } = deterministicRsa(createHash('sha256').update(`tegata card key\0${seed}\0${name}`).digest());
    file[name] = { p: toBase64url(p), q: toBase64url(q) };
  }
  return `${JSON.stringify(file, null, 2)}\n`;
}
