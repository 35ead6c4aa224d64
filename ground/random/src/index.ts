/**
 * Randomness, passed in, so that tests are exact.
 * @module
 */
import { createHash, randomFillSync } from 'node:crypto';

/** A source of random bytes. */
export interface Random {
  /** `length` fresh bytes, owned by the caller. */
  bytes(length: number): Uint8Array;
  /** The same bytes as `bytes(into.length)` would give, where the caller has room for them already. */
  fill?(into: Uint8Array): void;
}

/** Fills what the caller has at hand with fresh bytes. */
export function fillRandom(random: Random, into: Uint8Array): void {
  if (random.fill) random.fill(into);
  else into.set(random.bytes(into.length));
}

const POOL_SIZE = 64 * 1024;

/** The machine's own randomness, drawn in bulk: one system call serves many small requests. */
export const systemRandom: Random = (() => {
  let pool = new Uint8Array(0);
  let used = 0;
  /** Where so many fresh bytes begin in the pool. */
  const draw = (length: number) => {
    if (used + length > pool.length) {
      pool = randomFillSync(new Uint8Array(POOL_SIZE));
      used = 0;
    }
    used += length;
    return used - length;
  };
  return {
    bytes(length: number) {
      if (length > POOL_SIZE / 4) return randomFillSync(new Uint8Array(length));
      const at = draw(length);
      const taken = pool.slice(at, used);
      pool.fill(0, at, used);
      return taken;
    },
    fill(into: Uint8Array) {
      if (into.length > POOL_SIZE / 4) {
        randomFillSync(into);
        return;
      }
      const at = draw(into.length);
      into.set(pool.subarray(at, used));
      pool.fill(0, at, used);
    },
  };
})();

/**
 * A repeatable source for tests and seeded test data: SHA-256 of seed and counter. Never for keys that protect anything.
 * @example
 * seededRandom('persona/adult').bytes(16);
 */
export function seededRandom(seed: string): Random {
  let counter = 0;
  let rest = new Uint8Array(0);
  return {
    bytes(length: number) {
      const out = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        if (rest.length === 0) rest = new Uint8Array(createHash('sha256').update(`${seed}\0${counter++}`).digest());
        const taken = rest.subarray(0, length - filled);
        out.set(taken, filled);
        filled += taken.length;
        rest = rest.subarray(taken.length);
      }
      return out;
    },
  };
}

/** A whole number from 0 to `below` − 1, without bias. `below` is at most 2^32. */
export function randomInt(random: Random, below: number): number {
  if (!Number.isInteger(below) || below < 1 || below > 0x1_0000_0000) throw new RangeError('below must be 1 … 2^32');
  const limit = Math.floor(0x1_0000_0000 / below) * below;
  for (;;) {
    const [a, b, c, d] = random.bytes(4) as unknown as [number, number, number, number];
    const value = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    if (value < limit) return value % below;
  }
}

/** A random UUID (RFC 9562, version 4). */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
