import { ApduError } from './error.ts';

/** The hashes for which a card is given a DigestInfo. */
export type DigestName = 'sha1' | 'sha256' | 'sha384' | 'sha512';

// The AlgorithmIdentifier with its NULL (RFC 8017 §9.2 note 1), and the length of the hash.
const ALGORITHMS: Readonly<Record<DigestName, readonly [readonly number[], number]>> = {
  sha1: [[0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00], 20],
  sha256: [[0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00], 32],
  sha384: [[0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00], 48],
  sha512: [[0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00], 64],
};

function build(algorithm: readonly number[], content: Uint8Array, length: number): Uint8Array {
  if (content.length !== length) {
    throw new ApduError('digest-length', `A digest of ${length} bytes is needed here.`, { length: content.length });
  }
  return Uint8Array.from([0x30, 2 + algorithm.length + length, ...algorithm, 0x04, length, ...content]);
}

/**
 * DigestInfo (RFC 8017 §9.2) of a hash, to be padded and signed by the card: 35, 51, 67 or 83 bytes.
 * @throws {ApduError} `digest-length`
 * @example
 * digestInfo('sha384', createHash('sha384').update(data).digest());
 */
export function digestInfo(name: DigestName, hash: Uint8Array): Uint8Array {
  const [algorithm, length] = ALGORITHMS[name];
  return build(algorithm, hash, length);
}

/**
 * DigestInfo of a SHA-256 hash of 32 bytes: 51 bytes.
 * @throws {ApduError} `digest-length`
 */
export function digestInfoSha256(hash: Uint8Array): Uint8Array {
  return digestInfo('sha256', hash);
}

/**
 * The DigestInfo of the surface AP's file 0002: three SHA-256 hashes, 96 bytes, in one OCTET STRING: 115 bytes (card.md §8).
 * @throws {ApduError} `digest-length`
 */
export function digestInfoThreeSha256(hashes: Uint8Array): Uint8Array {
  return build(ALGORITHMS.sha256[0], hashes, 96);
}
