import { ApduError } from './error.ts';

const SHA256 = [0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

function digestInfo(content: Uint8Array, length: number): Uint8Array {
  if (content.length !== length) {
    throw new ApduError('digest-length', `A digest of ${length} bytes is needed here.`, { length: content.length });
  }
  return Uint8Array.from([0x30, 2 + SHA256.length + length, ...SHA256, 0x04, length, ...content]);
}

/**
 * DigestInfo (RFC 8017 §9.2) of a SHA-256 hash of 32 bytes: 51 bytes.
 * @throws {ApduError} `digest-length`
 */
export function digestInfoSha256(hash: Uint8Array): Uint8Array {
  return digestInfo(hash, 32);
}

/**
 * The DigestInfo of the surface AP's file 0002: three SHA-256 hashes, 96 bytes, in one OCTET STRING: 115 bytes (card.md §8).
 * @throws {ApduError} `digest-length`
 */
export function digestInfoThreeSha256(hashes: Uint8Array): Uint8Array {
  return digestInfo(hashes, 96);
}
