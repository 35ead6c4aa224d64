import { createHash, createPublicKey } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { JoseError } from './error.ts';
import { toBase64url } from './json.ts';
import { jwkThumbprint, type P256Jwk, p256Jwk, parseP256Jwk } from './jwk.ts';
import { parseJwt, signatureFits, signJwt } from './jws.ts';

const TYPE = 'dpop+jwt';
/** How far a proof's `iat` may lie from the server's clock, seconds (RFC 9449 §11.1 asks for a short window). */
export const DPOP_WINDOW_SECONDS = 60;

/** The request that a proof speaks for. */
export interface ProvenRequest {
  readonly method: string;
  /** The full URL; query and fragment are left out of the proof (RFC 9449 §4.2). */
  readonly url: string;
  /** The body as sent; nothing = empty. */
  readonly body?: Uint8Array;
}

function htu(url: string): string {
  const target = new URL(url);
  return `${target.origin}${target.pathname}`;
}

const bodyDigest = (body: Uint8Array | undefined) =>
  toBase64url(
    createHash('sha256')
      .update(body ?? new Uint8Array(0))
      .digest(),
  );

/**
 * Makes a DPoP proof (RFC 9449 §4.2) with the extra claim `digest` = base64url(SHA-256(body)), so that the body is signed too.
 * @throws {JoseError} `jose-algorithm` when the signer's key is not P-256
 * @example
 * const proof = await dpopProof({ signer, method: 'POST', url, body, clock, random });
 * await fetch(url, { method: 'POST', body, headers: { DPoP: proof } });
 */
export async function dpopProof(
  options: ProvenRequest & { signer: Signer; clock: Clock; random: Random },
): Promise<string> {
  return signJwt({
    signer: options.signer,
    header: { typ: TYPE, jwk: p256Jwk(options.signer.publicKey) },
    claims: {
      jti: toBase64url(options.random.bytes(16)),
      htm: options.method,
      htu: htu(options.url),
      iat: Math.floor(options.clock.now().getTime() / 1000),
      digest: bodyDigest(options.body),
    },
  });
}

/** Who sent a request, proven. */
export interface DpopSender {
  /** RFC 7638 thumbprint of the key: sessions and instances are bound to it. */
  readonly thumbprint: string;
  readonly jwk: P256Jwk;
}

/**
 * Checks a DPoP proof against the request that carried it (RFC 9449 §4.3). `seen` is asked last, when all else holds: it
 * remembers the `jti` and answers whether it was there already.
 * @throws {JoseError} `jose-…`, `dpop-method`, `dpop-url`, `dpop-time`, `dpop-digest`, `dpop-replay`
 * @example
 * const { thumbprint } = await verifyDpop({ proof, method: 'POST', url, body, clock, seen: jtiMemory(clock) });
 */
export async function verifyDpop(
  options: ProvenRequest & { proof: string; clock: Clock; seen: (jti: string) => boolean | Promise<boolean> },
): Promise<DpopSender> {
  if (options.proof.length > 4096)
    throw new JoseError('jose-too-large', 'A DPoP proof is at most 4096 characters long.');
  const jwt = parseJwt(options.proof, TYPE);
  const jwk = parseP256Jwk(jwt.header['jwk']);
  if (!signatureFits(jwt, createPublicKey({ key: { ...jwk }, format: 'jwk' }))) {
    throw new JoseError('jose-signature', 'The proof is not signed by the key that it names.');
  }
  const { jti, htm, htu: target, iat, digest } = jwt.claims;
  if (typeof jti !== 'string' || jti.length < 16 || jti.length > 128) {
    throw new JoseError('jose-malformed', 'A proof has a jti of 16 to 128 characters.', { claim: 'jti' });
  }
  if (htm !== options.method) throw new JoseError('dpop-method', 'The proof was made for another method.');
  if (target !== htu(options.url)) throw new JoseError('dpop-url', 'The proof was made for another URL.');
  const now = options.clock.now().getTime() / 1000;
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat) || Math.abs(now - iat) > DPOP_WINDOW_SECONDS) {
    throw new JoseError('dpop-time', 'The proof is too old, or its clock is wrong: make a new one.', {
      windowSeconds: DPOP_WINDOW_SECONDS,
    });
  }
  if (digest !== bodyDigest(options.body)) throw new JoseError('dpop-digest', 'The proof was made for another body.');
  if (await options.seen(jti)) throw new JoseError('dpop-replay', 'This proof has been used before: make a new one.');
  return { thumbprint: await jwkThumbprint(jwk), jwk };
}

/**
 * Remembers proofs for as long as they could be used again, at most `capacity` of them: a full memory refuses new proofs
 * rather than forget one that still counts.
 */
export function jtiMemory(clock: Clock, capacity = 100_000): (jti: string) => boolean {
  const until = new Map<string, number>();
  return (jti) => {
    const now = clock.now().getTime();
    // Insertion order is (nearly) order of expiry: the old ones stand in front.
    for (const [old, end] of until) {
      if (end > now) break;
      until.delete(old);
    }
    if (until.has(jti) || until.size >= capacity) return true;
    until.set(jti, now + 2 * DPOP_WINDOW_SECONDS * 1000);
    return false;
  };
}
