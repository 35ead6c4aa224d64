import { createECDH, createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import type { Random } from '@tegata/random';
import { HpkeError } from './error.ts';
import { type LabeledKdf, labeledKdf } from './labeled-kdf.ts';

/** DHKEM(P-256, HKDF-SHA256) in the registry of RFC 9180 §7.1. */
export const KEM_ID = 0x0010;
const CURVE = 'prime256v1';
const FIELD_BYTES = 32;
const PUBLIC_KEY_BYTES = 65;
const SECRET_BYTES = 32;
const NOTHING = new Uint8Array(0);

const kdf: LabeledKdf = labeledKdf(Buffer.concat([Buffer.from('KEM'), Uint8Array.of(KEM_ID >> 8, KEM_ID & 0xff)]));

/** A private key with its public half. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A secret and, for the sender, what carries it to the recipient. */
export interface Encapsulation {
  readonly enc: Uint8Array;
  readonly sharedSecret: Uint8Array;
}

/**
 * A P-256 public key as an uncompressed point of 65 bytes (RFC 9180 §7.1.1).
 * @throws {HpkeError} `key-form` when the key is not on P-256
 * @example serializePublicKey(createPublicKey(privateKey))
 */
export function serializePublicKey(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyDetails?.namedCurve !== CURVE) {
    throw new HpkeError('key-form', 'This suite of HPKE takes keys on P-256 only.');
  }
  const { x, y } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  return new Uint8Array(
    Buffer.concat([Uint8Array.of(4), Buffer.from(x as string, 'base64url'), Buffer.from(y as string, 'base64url')]),
  );
}

/**
 * The key of an uncompressed point, validated: on the curve, not at infinity.
 * @throws {HpkeError} `key-form`, `key-point`
 */
export function deserializePublicKey(bytes: Uint8Array): KeyObject {
  if (bytes.length !== PUBLIC_KEY_BYTES || bytes[0] !== 4) {
    throw new HpkeError('key-form', 'A public key is an uncompressed point of 65 bytes.', { length: bytes.length });
  }
  const text = (from: number) => Buffer.from(bytes.subarray(from, from + FIELD_BYTES)).toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: text(1), y: text(1 + FIELD_BYTES) }, format: 'jwk' });
  } catch (error) {
    throw new HpkeError('key-point', 'The point is not on the curve.', {}, error);
  }
}

/**
 * Derives a key pair from key material (RFC 9180 §7.1.3): candidates are drawn until one is a valid scalar.
 * @param keyMaterial at least 32 bytes of full entropy
 * @throws {HpkeError} `key-form` when it is shorter
 * @example deriveKeyPair(random.bytes(32))
 */
export function deriveKeyPair(keyMaterial: Uint8Array): KeyPair {
  if (keyMaterial.length < FIELD_BYTES) {
    throw new HpkeError('key-form', 'A key is derived from 32 bytes at least.', { length: keyMaterial.length });
  }
  const secret = kdf.extract(NOTHING, 'dkp_prk', keyMaterial);
  for (let counter = 0; counter < 256; counter++) {
    const scalar = kdf.expand(secret, 'candidate', Uint8Array.of(counter), FIELD_BYTES);
    const ecdh = createECDH(CURVE);
    try {
      ecdh.setPrivateKey(scalar);
    } catch {
      continue;
    }
    const point = ecdh.getPublicKey();
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    const [x, y, d] = [text(point.subarray(1, 33)), text(point.subarray(33)), text(scalar)];
    const privateKey = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d }, format: 'jwk' });
    return { privateKey, publicKey: createPublicKey(privateKey) };
  }
  throw new HpkeError('key-form', 'No candidate was a valid key: draw other key material.');
}

function agree(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch (error) {
    throw new HpkeError('key-form', 'The two keys do not agree: both must be on P-256.', {}, error);
  }
}

function extractAndExpand(secret: Uint8Array, context: Uint8Array): Uint8Array {
  return kdf.expand(kdf.extract(NOTHING, 'eae_prk', secret), 'shared_secret', context, SECRET_BYTES);
}

/** Encap and AuthEncap: with `senderKey` the recipient learns who sent it. @throws {HpkeError} `key-form` */
export function encapsulate(recipientKey: KeyObject, random: Random, senderKey?: KeyObject): Encapsulation {
  const recipient = serializePublicKey(recipientKey);
  const ephemeral = deriveKeyPair(random.bytes(FIELD_BYTES));
  const enc = serializePublicKey(ephemeral.publicKey);
  const secrets = [agree(ephemeral.privateKey, recipientKey)];
  const parts: Uint8Array[] = [enc, recipient];
  if (senderKey) {
    secrets.push(agree(senderKey, recipientKey));
    parts.push(serializePublicKey(senderKey));
  }
  return { enc, sharedSecret: extractAndExpand(Buffer.concat(secrets), Buffer.concat(parts)) };
}

/** Decap and AuthDecap. @throws {HpkeError} `key-form`, `key-point` */
export function decapsulate(enc: Uint8Array, recipientKey: KeyObject, senderKey?: KeyObject): Uint8Array {
  const ephemeral = deserializePublicKey(enc);
  const secrets = [agree(recipientKey, ephemeral)];
  const parts: Uint8Array[] = [enc, serializePublicKey(recipientKey)];
  if (senderKey) {
    secrets.push(agree(recipientKey, senderKey));
    parts.push(serializePublicKey(senderKey));
  }
  return extractAndExpand(Buffer.concat(secrets), Buffer.concat(parts));
}
