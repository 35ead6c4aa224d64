import { createHash } from 'node:crypto';

const HASH_LENGTH = 32;

/**
 * EMSA-PSS over a given SHA-256 hash with MGF1-SHA-256 and the given salt (RFC 8017 §9.1.1), for a 2048-bit key: node:crypto hashes for itself
 * and cannot be handed a hash.
 */
export function emsaPss(hash: Uint8Array, salt: Uint8Array): Uint8Array {
  const length = 256;
  const h = createHash('sha256').update(new Uint8Array(8)).update(hash).update(salt).digest();
  const db = Buffer.alloc(length - HASH_LENGTH - 1);
  db[db.length - salt.length - 1] = 0x01;
  db.set(salt, db.length - salt.length);
  const mask = mgf1(h, db.length);
  for (let i = 0; i < db.length; i++) db[i]! ^= mask[i]!;
  // emBits is 2047: the first bit is cleared, so that the number is below every modulus of 2048 bits.
  db[0]! &= 0x7f;
  return new Uint8Array(Buffer.concat([db, h, Uint8Array.of(0xbc)]));
}

function mgf1(seed: Uint8Array, length: number): Uint8Array {
  const out = Buffer.alloc(Math.ceil(length / HASH_LENGTH) * HASH_LENGTH);
  for (let counter = 0; counter * HASH_LENGTH < length; counter++) {
    const c = Uint8Array.of(0, 0, 0, counter);
    out.set(createHash('sha256').update(seed).update(c).digest(), counter * HASH_LENGTH);
  }
  return out.subarray(0, length);
}
