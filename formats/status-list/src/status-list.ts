import { deflateSync, inflateSync } from 'node:zlib';
import { StatusListError } from './error.ts';

/** Bits of one entry. */
export type StatusBits = 1 | 2 | 4 | 8;

/** A list of statuses, unpacked: one number per index. */
export interface StatusList {
  readonly bits: StatusBits;
  /** How many indices there are. */
  readonly size: number;
  /** @throws {StatusListError} `index-out-of-range` */
  at(index: number): number;
}

/** Octets that a list may take when it is inflated: 64 million entries of one bit. */
export const MAX_LIST_OCTETS = 8 * 1024 * 1024;

/** Whether a value is a number of bits that a list can have. */
export function isStatusBits(value: unknown): value is StatusBits {
  return value === 1 || value === 2 || value === 4 || value === 8;
}

/**
 * A list over its octets: entry i begins at the least significant end of its octet (Token Status List §4.1).
 * @throws {StatusListError} `bits`
 * @example
 * statusListOver(Uint8Array.of(0xb9, 0xa3), 1).at(0); // 1
 */
export function statusListOver(octets: Uint8Array, bits: StatusBits): StatusList {
  if (!isStatusBits(bits)) throw new StatusListError('bits', 'An entry has 1, 2, 4 or 8 bits.');
  const size = (octets.length * 8) / bits;
  const mask = 2 ** bits - 1;
  return {
    bits,
    size,
    at(index) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
        throw new StatusListError('index-out-of-range', 'The list has no entry of this index.', { size });
      }
      const position = index * bits;
      // A list may be longer than 2^31 bits, so that this is no shift.
      return ((octets[Math.floor(position / 8)] as number) >> (position % 8)) & mask;
    },
  };
}

/**
 * Inflates the octets of a list: zlib (RFC 1950), whole, and no more than allowed, since a few kilobytes of zeros can be a bomb.
 * @throws {StatusListError} `compression` `too-large`
 */
export function inflateList(compressed: Uint8Array, maxOctets = MAX_LIST_OCTETS): Uint8Array {
  let inflated: { buffer: Uint8Array; engine: { bytesWritten: number } };
  try {
    inflated = inflateSync(compressed, { maxOutputLength: maxOctets, info: true }) as unknown as typeof inflated;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new StatusListError('too-large', 'The list is larger than allowed when it is inflated.', { maxOctets });
    }
    throw new StatusListError('compression', 'The list is not compressed as zlib (RFC 1950).');
  }
  if (inflated.engine.bytesWritten !== compressed.length) {
    throw new StatusListError('compression', 'There are octets after the end of the compressed list.');
  }
  return inflated.buffer;
}

/** Compresses the octets of a list at the best level, as the specification recommends. */
export function deflateList(octets: Uint8Array): Uint8Array {
  return new Uint8Array(deflateSync(octets, { level: 9 }));
}

/**
 * Packs statuses into octets; every index that is not named has the status 0.
 * @param size entries of the list; rounded up to whole octets
 * @throws {StatusListError} `bits` `index-out-of-range` `status-reserved` for a status that the bits cannot hold
 * @example
 * packStatuses({ bits: 2, size: 1000, statuses: new Map([[7, 1]]) });
 */
export function packStatuses(input: {
  readonly bits: StatusBits;
  readonly size: number;
  readonly statuses: Iterable<readonly [index: number, status: number]>;
}): Uint8Array {
  const { bits, size, statuses } = input;
  if (!isStatusBits(bits)) throw new StatusListError('bits', 'An entry has 1, 2, 4 or 8 bits.');
  const octets = new Uint8Array(Math.ceil((size * bits) / 8));
  for (const [index, status] of statuses) {
    if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
      throw new StatusListError('index-out-of-range', 'The list has no entry of this index.', { size });
    }
    if (!Number.isInteger(status) || status < 0 || status >= 2 ** bits) {
      throw new StatusListError('status-reserved', 'The bits of the list cannot hold this status.', { bits });
    }
    const position = index * bits;
    const octet = Math.floor(position / 8);
    const shift = position % 8;
    const rest = (octets[octet] as number) & ~((2 ** bits - 1) << shift);
    octets[octet] = rest | (status << shift);
  }
  return octets;
}
