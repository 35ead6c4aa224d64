import { type KeyObject, verify } from 'node:crypto';
import type { Signer } from '@tegata/keys';
import { JoseError } from './error.ts';
import { fromBase64url, type JsonObject, parseJsonObject, toBase64url } from './json.ts';

/** A compact JWS that is well-formed, and about which nothing has been checked. */
export interface UnverifiedJwt {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly signingInput: Uint8Array;
  /** r‖s */
  readonly signature: Uint8Array;
}

const MAX_TOKEN_CHARACTERS = 65_536;

/** r‖s (RFC 7518 §3.4) from the DER that a signer gives; `size` is the length of one coordinate. */
export function rawSignature(der: Uint8Array, size: number): Uint8Array {
  const raw = new Uint8Array(size * 2);
  let at = 2;
  for (const end of [size, size * 2]) {
    const length = der[at + 1] as number;
    let value = der.subarray(at + 2, at + 2 + length);
    while (value.length > size) value = value.subarray(1);
    raw.set(value, end - value.length);
    at += 2 + length;
  }
  return raw;
}

/**
 * Makes a compact JWT signed with ES256 (RFC 7515 §7.1). `alg` is added to the header.
 * @throws {JoseError} `jose-algorithm` when the signer's key is not P-256
 * @example
 * await signJwt({ signer, header: { typ: 'proof+jwt' }, claims: { nonce } });
 */
export async function signJwt(options: { signer: Signer; header: JsonObject; claims: JsonObject }): Promise<string> {
  if (options.signer.algorithm !== 'ES256') throw new JoseError('jose-algorithm', 'Only ES256 signs here.');
  const part = (value: JsonObject) => toBase64url(new TextEncoder().encode(JSON.stringify(value)));
  const input = `${part({ alg: 'ES256', ...options.header })}.${part(options.claims)}`;
  const signature = rawSignature(await options.signer.sign(new TextEncoder().encode(input)), 32);
  return `${input}.${toBase64url(signature)}`;
}

/**
 * Takes a compact JWT apart without checking the signature: what comes back is what somebody claims.
 * Refuses `crit` (no extension is understood here, RFC 7515 §4.1.11), `b64` and every algorithm but ES256.
 * @throws {JoseError} `jose-too-large`, `jose-malformed`, `jose-type`, `jose-algorithm`
 */
export function parseJwt(token: string, typ: string): UnverifiedJwt {
  if (token.length > MAX_TOKEN_CHARACTERS) {
    throw new JoseError('jose-too-large', 'This token is too long.', { maxCharacters: MAX_TOKEN_CHARACTERS });
  }
  const parts = token.split('.', 4);
  if (parts.length !== 3) throw new JoseError('jose-malformed', 'A compact JWS has three parts.');
  const [header64, claims64, signature64] = parts as [string, string, string];
  const header = parseJsonObject(fromBase64url(header64));
  if (header['alg'] !== 'ES256') throw new JoseError('jose-algorithm', 'Only ES256 is taken here.');
  if (header['typ'] !== typ)
    throw new JoseError('jose-type', `The type of this token must be ${typ}.`, { expected: typ });
  if ('crit' in header || 'b64' in header) {
    throw new JoseError('jose-malformed', 'This token demands an extension that is not understood here.');
  }
  const signature = fromBase64url(signature64);
  if (signature.length !== 64) throw new JoseError('jose-signature', 'An ES256 signature has 64 bytes.');
  return {
    header,
    claims: parseJsonObject(fromBase64url(claims64)),
    signingInput: new TextEncoder().encode(`${header64}.${claims64}`),
    signature,
  };
}

/** Whether the signature fits the key. */
export function signatureFits(jwt: UnverifiedJwt, publicKey: KeyObject): boolean {
  return (
    publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1' &&
    verify('sha256', jwt.signingInput, { key: publicKey, dsaEncoding: 'ieee-p1363' }, jwt.signature)
  );
}

/**
 * Takes a compact JWT apart and checks its ES256 signature with a key that the caller trusts.
 * Times, nonce and audience are the caller's to check.
 * @throws {JoseError} those of `parseJwt`, and `jose-signature`
 */
export function verifyJwt(options: { token: string; typ: string; publicKey: KeyObject }): JsonObject {
  const jwt = parseJwt(options.token, options.typ);
  if (!signatureFits(jwt, options.publicKey))
    throw new JoseError('jose-signature', 'The signature does not fit the key.');
  return jwt.claims;
}
