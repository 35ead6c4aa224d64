/**
 * Sealed columns: AES-256-GCM under a data key, the data key wrapped under a key that the database never sees.
 * Destroying the wrapped data key destroys what it sealed.
 * @module
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Random } from '@tegata/random';

/** What can go wrong with a seal. */
export type SealErrorCode = 'seal-broken' | 'wrapping-key-differs' | 'key-size';

/** The error of this package; it never holds what was sealed. */
export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code: SealErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(code: SealErrorCode, message: string, context: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A fresh 256-bit key. */
export function newDataKey(random: Random): Uint8Array {
  return random.bytes(KEY_BYTES);
}

/**
 * Seals bytes to a place: nonce ‖ ciphertext ‖ tag. `place` (row and column) is authenticated, so that a sealed value moved to another row does not open.
 * @example
 * const sealed = seal(key, content, `smp.application/${id}/content`, random);
 */
export function seal(dataKey: Uint8Array, plaintext: Uint8Array, place: string, random: Random): Uint8Array {
  if (dataKey.length !== KEY_BYTES) throw new SealError('key-size', 'A data key has 32 bytes.');
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce);
  cipher.setAAD(Buffer.from(place));
  return new Uint8Array(Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
}

/**
 * Opens what `seal` made for the same place.
 * @throws {SealError} `seal-broken` when key, place or bytes differ
 */
export function open(dataKey: Uint8Array, sealed: Uint8Array, place: string): Uint8Array {
  if (dataKey.length !== KEY_BYTES) throw new SealError('key-size', 'A data key has 32 bytes.');
  if (sealed.length < NONCE_BYTES + TAG_BYTES)
    throw new SealError('seal-broken', 'A sealed value is damaged.', { place });
  const decipher = createDecipheriv('aes-256-gcm', dataKey, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const body = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES);
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]));
  } catch {
    throw new SealError('seal-broken', 'A sealed value is damaged, or belongs to another row or key.', { place });
  }
}

/** Wraps data keys. */
export interface Wrapper {
  /** Names the wrapping key without telling it; stored beside the rows, so that a key that does not fit is noticed at start. */
  readonly fingerprint: string;
  wrap(dataKey: Uint8Array, place: string): Uint8Array;
  /** @throws {SealError} `seal-broken` */
  unwrap(wrapped: Uint8Array, place: string): Uint8Array;
}

/** A wrapper over a key in memory (32 bytes). */
export function wrapperFromKey(key: Uint8Array, random: Random): Wrapper {
  if (key.length !== KEY_BYTES) throw new SealError('key-size', 'A wrapping key has 32 bytes.');
  return {
    fingerprint: createHash('sha256').update('tegata wrapping key\0').update(key).digest('hex').slice(0, 32),
    wrap: (dataKey, place) => seal(key, dataKey, `wrap/${place}`, random),
    unwrap: (wrapped, place) => open(key, wrapped, `wrap/${place}`),
  };
}
