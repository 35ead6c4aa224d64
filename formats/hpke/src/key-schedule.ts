import { HpkeError } from './error.ts';
import { KEM_ID } from './kem.ts';
import { HASH_BYTES, type LabeledKdf, labeledKdf } from './labeled-kdf.ts';

/** HKDF-SHA256 in the registry of RFC 9180 §7.2. */
const KDF_ID = 0x0001;
/** Bytes of a nonce, with either cipher. */
export const NONCE_BYTES = 12;

/** The ciphers of this package and their numbers (RFC 9180 §7.3). */
export const AEADS = {
  'AES-128-GCM': { id: 0x0001, cipher: 'aes-128-gcm', keyBytes: 16 },
  'AES-256-GCM': { id: 0x0002, cipher: 'aes-256-gcm', keyBytes: 32 },
} as const;

/** The AEADs that can be chosen (RFC 9180 §7.3). */
export type Aead = keyof typeof AEADS;

/** A secret that both ends have from before; it comes with a name. */
export interface PresharedKey {
  /** At least 32 bytes. */
  readonly psk: Uint8Array;
  readonly pskId: Uint8Array;
}

/** What the schedule gives: keys of one direction, and the secret of exports. */
export interface ScheduledKeys {
  readonly key: Uint8Array;
  readonly baseNonce: Uint8Array;
  readonly exporterSecret: Uint8Array;
  readonly kdf: LabeledKdf;
}

const NOTHING = new Uint8Array(0);
const MIN_PSK_BYTES = 32;

/** KeySchedule (RFC 9180 §5.1). @throws {HpkeError} `psk-inputs` */
export function keySchedule(options: {
  sharedSecret: Uint8Array;
  info: Uint8Array;
  aead: Aead;
  preshared?: PresharedKey | undefined;
  authenticated: boolean;
}): ScheduledKeys {
  const { preshared } = options;
  if (preshared && (preshared.psk.length < MIN_PSK_BYTES || preshared.pskId.length === 0)) {
    throw new HpkeError('psk-inputs', 'A preshared key has 32 bytes at least, and a name.', {
      length: preshared.psk.length,
    });
  }
  const { id, keyBytes } = AEADS[options.aead];
  const numbers = [KEM_ID, KDF_ID, id].flatMap((number) => [number >> 8, number & 0xff]);
  const kdf = labeledKdf(Buffer.concat([Buffer.from('HPKE'), Uint8Array.from(numbers)]));
  const mode = (options.authenticated ? 2 : 0) + (preshared ? 1 : 0);
  const context = Buffer.concat([
    Uint8Array.of(mode),
    kdf.extract(NOTHING, 'psk_id_hash', preshared?.pskId ?? NOTHING),
    kdf.extract(NOTHING, 'info_hash', options.info),
  ]);
  const secret = kdf.extract(options.sharedSecret, 'secret', preshared?.psk ?? NOTHING);
  return {
    key: kdf.expand(secret, 'key', context, keyBytes),
    baseNonce: kdf.expand(secret, 'base_nonce', context, NONCE_BYTES),
    exporterSecret: kdf.expand(secret, 'exp', context, HASH_BYTES),
    kdf,
  };
}
