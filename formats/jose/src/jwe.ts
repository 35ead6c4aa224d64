import type { KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { JoseError } from './error.ts';
import { fromBase64url, type JsonObject, parseJsonObject } from './json.ts';
import { p256PublicKey } from './jwk.ts';

/** The largest plaintext that is encrypted or decrypted, bytes. */
export const MAX_JWE_PLAINTEXT = 262_144;
// Four base64url characters for three bytes; the rest is for header and tag.
const MAX_JWE_CHARACTERS = Math.ceil((MAX_JWE_PLAINTEXT * 4) / 3) + 8192;
const HEADER_NAMES = new Set(['alg', 'enc', 'epk', 'kid', 'typ', 'cty', 'apu', 'apv', 'tegata_delivery']);

/**
 * Encrypts to a public P-256 key: compact JWE (RFC 7516 §7.1), ECDH-ES and A256GCM (RFC 7518 §4.6, §5.3).
 * `headers` join the protected header: authenticated, but readable by everybody on the way.
 * @throws {JoseError} `jose-key`, `jose-too-large`
 * @example
 * const jwe = await encryptTo(responseKey, issuerSigned, { kid, cty: 'application/cbor' });
 */
export async function encryptTo(jwk: unknown, plaintext: Uint8Array, headers: JsonObject = {}): Promise<string> {
  const key = p256PublicKey(jwk);
  if (plaintext.length > MAX_JWE_PLAINTEXT) {
    throw new JoseError('jose-too-large', 'This is too long to be encrypted here.', { maxBytes: MAX_JWE_PLAINTEXT });
  }
  const unknown = Object.keys(headers).find((name) => !HEADER_NAMES.has(name) || ['alg', 'enc', 'epk'].includes(name));
  if (unknown !== undefined) throw new JoseError('jose-malformed', 'This header parameter is not used here.');
  return new CompactEncrypt(plaintext).setProtectedHeader({ ...headers, alg: 'ECDH-ES', enc: 'A256GCM' }).encrypt(key);
}

/** An opened JWE. The protected header is authenticated together with the plaintext. */
export interface OpenedJwe {
  readonly plaintext: Uint8Array;
  readonly header: JsonObject;
}

/**
 * Reads the protected header of a compact JWE, which anybody could have written, and checks its shape: ECDH-ES, A256GCM,
 * a P-256 `epk`, no `zip` (RFC 7516 §4.1.3: a bomb), no `crit`.
 * @throws {JoseError} `jose-too-large`, `jose-malformed`, `jose-algorithm`, `jose-key`
 */
export function parseJweHeader(jwe: string): JsonObject {
  if (jwe.length > MAX_JWE_CHARACTERS) {
    throw new JoseError('jose-too-large', 'This JWE is too long.', { maxCharacters: MAX_JWE_CHARACTERS });
  }
  const parts = jwe.split('.', 6);
  if (parts.length !== 5) throw new JoseError('jose-malformed', 'A compact JWE has five parts.');
  const [header64, encryptedKey, iv, ciphertext, tag] = parts as [string, string, string, string, string];
  if (header64.length > 4096) throw new JoseError('jose-too-large', 'This JWE header is too long.');
  const header = parseJsonObject(fromBase64url(header64));
  if (header['alg'] !== 'ECDH-ES' || header['enc'] !== 'A256GCM') {
    throw new JoseError('jose-algorithm', 'Only ECDH-ES with A256GCM is taken here.');
  }
  if (Object.keys(header).some((name) => !HEADER_NAMES.has(name))) {
    throw new JoseError('jose-malformed', 'This JWE has a header parameter that is not used here.');
  }
  p256PublicKey(header['epk']);
  if (encryptedKey !== '' || fromBase64url(iv).length !== 12 || fromBase64url(tag).length !== 16) {
    throw new JoseError('jose-malformed', 'This JWE does not have the shape of ECDH-ES with A256GCM.');
  }
  fromBase64url(ciphertext);
  return header;
}

/**
 * Decrypts a compact JWE (ECDH-ES, A256GCM) with a private P-256 key.
 * @throws {JoseError} those of `parseJweHeader`, and `jose-decryption`
 */
export async function decrypt(jwe: string, privateKey: KeyObject): Promise<OpenedJwe> {
  const header = parseJweHeader(jwe);
  try {
    const { plaintext } = await compactDecrypt(jwe, privateKey, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return { plaintext: new Uint8Array(plaintext), header };
  } catch {
    throw new JoseError('jose-decryption', 'This JWE was encrypted to another key, or changed on the way.');
  }
}
