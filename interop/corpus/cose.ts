import { createHash, createHmac, diffieHellman, hkdfSync } from 'node:crypto';
import { type CborMap, type CborValue, Encoded, encode } from '@tegata/cbor';
import type { Hash, SeededKey } from './seeded-key.ts';

const ALG = { 'P-256': -7, 'P-384': -35, 'P-521': -36, brainpoolP256r1: -7, secp256k1: -47, Ed25519: -8 } as const;
const CRV = { 'P-256': 1, 'P-384': 2, 'P-521': 3, Ed25519: 6, secp256k1: 8, brainpoolP256r1: 256 } as const;

/** The algorithm number that fits a key. */
export const algOf = (key: SeededKey): number => ALG[key.curve];

/** COSE_Key of a public key. */
export function coseKey(key: SeededKey): CborMap {
  if (key.curve === 'Ed25519') {
    return new Map<number, CborValue>([
      [1, 1],
      [-1, CRV.Ed25519],
      [-2, key.bits],
    ]);
  }
  const half = (key.bits.length - 1) / 2;
  return new Map<number, CborValue>([
    [1, 2],
    [-1, CRV[key.curve]],
    [-2, key.bits.slice(1, 1 + half)],
    [-3, key.bits.slice(1 + half)],
  ]);
}

/** How a message is signed; each part may be wrong. */
export interface Signing {
  readonly key: SeededKey;
  readonly payload: Uint8Array;
  readonly detached?: boolean;
  /** In place of the algorithm of the key. */
  readonly alg?: CborValue;
  readonly hash?: Hash;
  /** In place of the map with `alg` alone. */
  readonly protectedBytes?: Uint8Array;
  readonly unprotected?: CborMap;
  /** In place of `Signature1`. */
  readonly context?: string;
  readonly externalAad?: Uint8Array;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** What is signed (RFC 9052 §4.4). */
export function sigStructure(context: string, protectedBytes: Uint8Array, payload: Uint8Array, aad = NOTHING) {
  return encode([context, protectedBytes, aad, payload]);
}

/** A protected header with the algorithm alone. */
export const algHeader = (alg: CborValue): Uint8Array => encode(new Map([[1, alg]]));

/** COSE_Sign1 as an array of four. */
export function sign1(signing: Signing): CborValue[] {
  const { key, payload } = signing;
  const protectedBytes = signing.protectedBytes ?? algHeader(signing.alg ?? algOf(key));
  const data = sigStructure(signing.context ?? 'Signature1', protectedBytes, payload, signing.externalAad);
  const signature = key.sign(data, signing.hash);
  return [protectedBytes, signing.unprotected ?? new Map(), signing.detached ? null : payload, signature];
}

/** How a MAC is made; each part may be wrong. */
export interface Mac {
  /** The key pair on the side of the phone, and the public key on the other side. */
  readonly own: SeededKey;
  readonly other: SeededKey;
  readonly transcript: Uint8Array;
  readonly payload: Uint8Array;
  readonly info?: string;
  /** What is hashed for the salt (default: the transcript in tag 24). */
  readonly salted?: Uint8Array;
  readonly alg?: number;
  readonly context?: string;
}

/** COSE_Mac0 with HMAC 256/256 and a detached payload (ISO/IEC 18013-5 §9.1.3.5). */
export function mac0(mac: Mac): CborValue[] {
  const secret = diffieHellman({ privateKey: mac.own.privateKey, publicKey: mac.other.publicKey });
  const salt = createHash('sha256')
    .update(mac.salted ?? Encoded.wrap(mac.transcript).bytes)
    .digest();
  const key = new Uint8Array(hkdfSync('sha256', secret, salt, mac.info ?? 'EMacKey', 32));
  const protectedBytes = algHeader(mac.alg ?? 5);
  const data = sigStructure(mac.context ?? 'MAC0', protectedBytes, mac.payload);
  return [protectedBytes, new Map(), null, new Uint8Array(createHmac('sha256', key).update(data).digest())];
}

/** A deviceMac between the phone's static key and the reader's ephemeral one. */
export const macOf =
  (own: SeededKey, other: SeededKey, transcript: Uint8Array, change: Partial<Mac> = {}) =>
  ({ payload }: { payload: Uint8Array }): CborValue =>
    new Map([['deviceMac', mac0({ own, other, transcript, payload, ...change })]]);
