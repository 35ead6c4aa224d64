import type { KeyObject } from 'node:crypto';
import { encodeTlv } from '@tegata/apdu';
import { outOfRange } from '../error.ts';
import { encodeRsaKey } from '../rsa-key.ts';

// Specification version 1, extended length supported (3), vendor 0E, vendor byte 01 (card.md §7.1).
const VERSION = Uint8Array.of(0x01, 0x03, 0x0e, 0x01);

/**
 * Text AP EF 0005: `FF40 82 009F { DF41 version, DF42 key id, DF43 32 bytes and 96 × FF }`. What the 32 bytes are is not known.
 * @throws {CardFilesError} `value-out-of-range`
 */
export function writeTextInformationFile({ keyId, opaque }: { keyId: Uint8Array; opaque: Uint8Array }): Uint8Array {
  if (keyId.length !== 16 || opaque.length !== 32) throw outOfRange('text 0005', 'key id of 16 bytes, 32 opaque bytes');
  const padded = new Uint8Array(128).fill(0xff);
  padded.set(opaque);
  return encodeTlv(0xff40, encodeTlv(0xdf41, VERSION), encodeTlv(0xdf42, keyId), encodeTlv(0xdf43, padded));
}

/**
 * Text AP EF 0006: the key to which a terminal encrypts a session seed, `A1 82 0109 { 90 …, 91 … }` (card.md §12).
 * @throws {CardFilesError} `key-unsupported`
 */
export function writeSessionKeyFile(sessionKey: KeyObject): Uint8Array {
  return encodeTlv(0xa1, encodeRsaKey(sessionKey));
}
