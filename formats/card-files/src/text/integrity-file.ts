import { encodeTlv } from '@tegata/apdu';
import { fixed, readLayout } from '../layout.ts';
import { type SignDigestInfo, sha256, signSha256 } from '../rsa-signature.ts';
import { parseAttributesFile } from './attributes-file.ts';

const FILE = 'text 0003';

/** EF 0003 as read. */
export interface IntegrityFile {
  /** DF31: SHA-256 of EF 0001 as stored, filler included. */
  readonly myNumberDigest: Uint8Array;
  /** DF32: SHA-256 of the objects DF22 … DF25 of EF 0002. */
  readonly attributesDigest: Uint8Array;
  /** The 70 signed bytes: both objects with their headers. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Text AP EF 0003: `FF30 82 014B { DF31, DF32, DF33 signature }` over the two files by the two digest rules (card.md §7.2).
 * @throws {CardFilesError} `file-malformed` when the attributes file is not one
 */
export async function writeIntegrityFile(files: {
  myNumberFile: Uint8Array;
  attributesFile: Uint8Array;
  sign: SignDigestInfo;
}): Promise<Uint8Array> {
  const number = encodeTlv(0xdf31, sha256(files.myNumberFile));
  const attributes = encodeTlv(0xdf32, parseAttributesFile(files.attributesFile).digest);
  const signature = await signSha256(files.sign, number, attributes);
  return encodeTlv(0xff30, number, attributes, encodeTlv(0xdf33, signature));
}

/**
 * Reads EF 0003.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseIntegrityFile(bytes: Uint8Array): IntegrityFile {
  const layout = readLayout(FILE, bytes, 0xff30, [0xdf31, 0xdf32, 0xdf33]);
  return {
    myNumberDigest: fixed(FILE, layout, 0, 32),
    attributesDigest: fixed(FILE, layout, 1, 32),
    signed: layout.content.subarray(0, layout.objects[1]!.end),
    signature: fixed(FILE, layout, 2, 256),
  };
}
