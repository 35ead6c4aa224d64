import { createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { JoseError } from './error.ts';
import { fromBase64url } from './json.ts';

/** A public P-256 key (RFC 7518 §6.2.1), nothing else in it. */
export interface P256Jwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

const ALLOWED = new Set(['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use', 'key_ops']);

/**
 * Reads an unknown value as a public P-256 key: 32-byte coordinates of a point on the curve, no private part, no unknown member.
 * `kid`, `alg`, `use` and `key_ops` may stand in it and are dropped.
 * @throws {JoseError} `jose-key`
 * @example
 * const jwk = parseP256Jwk(claims.attested_keys[0]);
 */
export function parseP256Jwk(value: unknown): P256Jwk {
  const refuse = (message: string) => new JoseError('jose-key', message);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('A key is a JSON object.');
  const { kty, crv, x, y } = value as Record<string, unknown>;
  const unknown = Object.keys(value).find((name) => !ALLOWED.has(name));
  if (unknown !== undefined)
    throw refuse('A public key has a member that does not belong in it, such as a private part.');
  if (kty !== 'EC' || crv !== 'P-256') throw refuse('Only P-256 keys are taken here.');
  if (typeof x !== 'string' || typeof y !== 'string' || x.length !== 43 || y.length !== 43) {
    throw refuse('A P-256 key has two coordinates of 32 bytes.');
  }
  const jwk: P256Jwk = { kty, crv, x, y };
  try {
    fromBase64url(x);
    fromBase64url(y);
    createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    throw refuse('This is not a point on P-256.');
  }
  return jwk;
}

/** The key object of a public P-256 key. @throws {JoseError} `jose-key` */
export function p256PublicKey(value: unknown): KeyObject {
  return createPublicKey({ key: { ...parseP256Jwk(value) }, format: 'jwk' });
}

/** The JWK of a P-256 key object; of a private key, its public half. @throws {JoseError} `jose-key` */
export function p256Jwk(key: KeyObject): P256Jwk {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new JoseError('jose-key', 'Only P-256 keys are taken here.');
  const { x, y } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-256', x: x as string, y: y as string };
}

/** The SHA-256 thumbprint of a public key in base64url (RFC 7638 §3). @throws {JoseError} `jose-key` */
export async function jwkThumbprint(value: unknown): Promise<string> {
  return calculateJwkThumbprint({ ...parseP256Jwk(value) }, 'sha256');
}
