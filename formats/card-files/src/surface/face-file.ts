import type { KeyObject } from 'node:crypto';
import { digestInfoThreeSha256, encodeTlv } from '@tegata/apdu';
import { malformed, outOfRange } from '../error.ts';
import { asciiDigits, checkOffsets, digits, fixed, type Layout, MAX_FILE, readLayout } from '../layout.ts';
import { offsetTable } from '../offset-table.ts';
import { decodeRsaKey, encodeRsaKey } from '../rsa-key.ts';
import { isSignatureOf, type SignDigestInfo, sha256 } from '../rsa-signature.ts';
import { isSex, type Sex } from '../text/attributes-file.ts';

const FILE = 'surface 0002';
// What is no image takes 603 bytes of a file, and filler up to 32.
const MAX_IMAGES = MAX_FILE - 700;
const TAGS = [0xdf21, 0xdf22, 0xdf23, 0xdf24, 0xdf25, 0xdf26, 0xdf27, 0xdf28, 0xdf29, 0xdf2a];

/** What the face of the card shows. */
export interface Face {
  /** `YYYYMMDD`. */
  readonly birthDate: string;
  readonly sex: Sex;
  /** The card's own key of this AP. */
  readonly cardKey: KeyObject;
  /** 1-bit PNG. */
  readonly nameImage: Uint8Array;
  /** 1-bit PNG. */
  readonly addressImage: Uint8Array;
  /** Greyscale JPEG 2000 (JP2). */
  readonly portrait: Uint8Array;
  /** `YYYYMMDD`; stands behind the signature. */
  readonly expiry: string;
  /** PNG, 24 × 12; stands behind the signature. */
  readonly securityCodeImage: Uint8Array;
}

/** EF 0002 as read. */
export interface FaceFile extends Face {
  /** SHA-256 over the whole objects of {DF22 DF23 DF24}, {DF25 DF26}, {DF27}: 96 bytes. A terminal may be given two of them instead of the objects. */
  readonly digests: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Surface AP EF 0002 without filler. The signature is one DigestInfo of 115 bytes over three hashes (card.md §8).
 * @throws {CardFilesError} `value-out-of-range`, `key-unsupported`
 */
export async function writeFaceFile(face: Face & { sign: SignDigestInfo }): Promise<Uint8Array> {
  if (!isSex(face.sex)) throw outOfRange('sex', '0, 1, 2 or 9');
  const images = [face.nameImage, face.addressImage, face.portrait, face.securityCodeImage];
  if (images.reduce((sum, { length }) => sum + length, 0) > MAX_IMAGES) {
    throw outOfRange('images', `${MAX_IMAGES} bytes together, as far as READ BINARY reaches`);
  }
  const birth = encodeTlv(0xdf22, asciiDigits('birth date', face.birthDate, 8));
  const sex = encodeTlv(0xdf23, Buffer.from(face.sex, 'latin1'));
  const key = encodeTlv(0xdf24, encodeRsaKey(face.cardKey));
  const name = encodeTlv(0xdf25, face.nameImage);
  const address = encodeTlv(0xdf26, face.addressImage);
  const portrait = encodeTlv(0xdf27, face.portrait);
  const digests = Buffer.concat([sha256(birth, sex, key), sha256(name, address), sha256(portrait)]);
  const signature = encodeTlv(0xdf28, await face.sign(digestInfoThreeSha256(digests)));
  const expiry = encodeTlv(0xdf29, asciiDigits('expiry', face.expiry, 8));
  const code = encodeTlv(0xdf2a, face.securityCodeImage);
  const objects = [birth, sex, key, name, address, portrait, signature, expiry, code];
  return encodeTlv(0xff20, offsetTable(0xdf21, objects), ...objects);
}

/**
 * Reads EF 0002, filler allowed. Images are not looked into.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseFaceFile(bytes: Uint8Array): FaceFile {
  const layout = readLayout(FILE, bytes, 0xff20, TAGS);
  checkOffsets(FILE, layout);
  const sex = digits(FILE, layout, 2, 1);
  if (!isSex(sex)) throw malformed(FILE, 'sex 0, 1, 2 or 9 expected', layout.base + layout.objects[2]!.start);
  const image = (index: number) => layout.objects[index]!.value;
  return {
    birthDate: digits(FILE, layout, 1, 8),
    sex,
    cardKey: decodeRsaKey(FILE, layout.objects[3]!.value),
    nameImage: image(4),
    addressImage: image(5),
    portrait: image(6),
    signature: fixed(FILE, layout, 7, 256),
    expiry: digits(FILE, layout, 8, 8),
    securityCodeImage: image(9),
    digests: new Uint8Array(Buffer.concat([group(layout, 1, 3), group(layout, 4, 5), group(layout, 6, 6)])),
  };
}

function group(layout: Layout, first: number, last: number): Uint8Array {
  return sha256(layout.content.subarray(layout.objects[first]!.start, layout.objects[last]!.end));
}

/** Whether the municipality's issuer key signed these three digests. */
export function isFaceSignature(issuerKey: KeyObject, digests: Uint8Array, signature: Uint8Array): boolean {
  return digests.length === 96 && isSignatureOf(issuerKey, digestInfoThreeSha256(digests), signature);
}
