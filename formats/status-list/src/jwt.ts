import { type KeyObject, verify } from 'node:crypto';
import { StatusListError } from './error.ts';
import { type JsonObject, parseJsonObject } from './json.ts';
import type { TrustedSigner } from './signer.ts';

const MAX_TOKEN_OCTETS = 16 * 1024 * 1024;
const MAX_CERTIFICATES = 8;

// RFC 7518 §3.4: the algorithm is bound to the curve; the signature is r ‖ s.
const algorithms: ReadonlyMap<unknown, { hash: string; curve: string; octets: number }> = new Map([
  ['ES256', { hash: 'sha256', curve: 'prime256v1', octets: 64 }],
  ['ES384', { hash: 'sha384', curve: 'secp384r1', octets: 96 }],
  ['ES512', { hash: 'sha512', curve: 'secp521r1', octets: 132 }],
]);

/**
 * Verifies a JWT in compact form: exactly this type, an ECDSA algorithm, no critical headers.
 * @throws {StatusListError} `structure` `type` `algorithm` `signer-untrusted` `signature`
 */
export function verifyJwt(token: Uint8Array | string, type: string, signer: TrustedSigner): JsonObject {
  const text = typeof token === 'string' ? token : Buffer.from(token).toString('latin1');
  if (text.length > MAX_TOKEN_OCTETS) throw new StatusListError('too-large', 'The token is larger than allowed.');
  const parts = text.split('.');
  const [head, body, tail] = parts;
  if (parts.length !== 3 || !head || !body || tail === undefined) {
    throw new StatusListError('structure', 'The token is not a JWS in compact form.');
  }
  const header = parseJsonObject(fromBase64url(head));
  if (header['typ'] !== type) throw new StatusListError('type', 'The token is of another type.', { expected: type });
  if ('crit' in header) throw new StatusListError('structure', 'The token names headers that must be understood.');
  const algorithm = algorithms.get(header['alg']);
  if (!algorithm) throw new StatusListError('algorithm', 'The algorithm of the token is not accepted.');
  const { kid } = header;
  const key = signer({ form: 'jwt', x5chain: chainOf(header), ...(typeof kid === 'string' ? { kid } : {}) });
  if (!key) throw new StatusListError('signer-untrusted', 'Nobody who is trusted has signed the token.');
  if (!isOn(key, algorithm.curve)) {
    throw new StatusListError('algorithm', 'The algorithm of the token is not that of the key.');
  }
  const signature = fromBase64url(tail);
  const signed = Buffer.from(`${head}.${body}`, 'latin1');
  const fits =
    signature.length === algorithm.octets &&
    verify(algorithm.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
  if (!fits) throw new StatusListError('signature', 'The signature does not fit the token and the key.');
  return parseJsonObject(fromBase64url(body));
}

function isOn(key: KeyObject, curve: string): boolean {
  return key.type === 'public' && key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve;
}

function chainOf({ x5c }: JsonObject): Uint8Array[] {
  if (x5c === undefined) return [];
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAX_CERTIFICATES) {
    throw new StatusListError('structure', 'x5c is no list of certificates.');
  }
  return x5c.map((item: unknown) => {
    const bytes = typeof item === 'string' ? Buffer.from(item, 'base64') : Buffer.alloc(0);
    if (bytes.length === 0 || bytes.toString('base64') !== item) {
      throw new StatusListError('structure', 'A certificate of x5c is not base64.');
    }
    return new Uint8Array(bytes);
  });
}

/** Decodes base64url without padding, refusing every second spelling of the same octets. @throws {StatusListError} `structure` */
export function fromBase64url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) {
    throw new StatusListError('structure', 'A part of the token is not base64url without padding.');
  }
  return bytes;
}
