import type { KeyObject } from 'node:crypto';
import { encodeTlv } from '@tegata/apdu';
import { fixed, readLayout } from '../layout.ts';
import { decodeRsaKey, encodeRsaKey } from '../rsa-key.ts';
import { type SignDigestInfo, signSha256 } from '../rsa-signature.ts';

const FILE = 'surface 0005';

/** EF 0005 as read. */
export interface MyNumberImageFile {
  /** PNG, 72 × 12. */
  readonly image: Uint8Array;
  readonly cardKey: KeyObject;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Surface AP EF 0005: `FF40 { DF41 image of the My Number, DF42 card key, DF43 signature }` (card.md §8).
 * @throws {CardFilesError} `key-unsupported`
 */
export async function writeMyNumberImageFile(fields: {
  image: Uint8Array;
  cardKey: KeyObject;
  sign: SignDigestInfo;
}): Promise<Uint8Array> {
  const image = encodeTlv(0xdf41, fields.image);
  const key = encodeTlv(0xdf42, encodeRsaKey(fields.cardKey));
  return encodeTlv(0xff40, image, key, encodeTlv(0xdf43, await signSha256(fields.sign, image, key)));
}

/**
 * Reads EF 0005.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseMyNumberImageFile(bytes: Uint8Array): MyNumberImageFile {
  const layout = readLayout(FILE, bytes, 0xff40, [0xdf41, 0xdf42, 0xdf43]);
  return {
    image: layout.objects[0]!.value,
    cardKey: decodeRsaKey(FILE, layout.objects[1]!.value),
    signed: layout.content.subarray(0, layout.objects[1]!.end),
    signature: fixed(FILE, layout, 2, 256),
  };
}
