import type { KeyObject } from 'node:crypto';
import { encodeTlv, readTlv } from '@tegata/apdu';
import { outOfRange } from './error.ts';
import { fileErrors, fixed, readLayout } from './layout.ts';
import { decodeRsaKey, encodeRsaKey } from './rsa-key.ts';
import { isSha256Signature, type SignDigestInfo, signSha256 } from './rsa-signature.ts';

/** A card-verifiable certificate `7F21` (card.md §9). */
export interface Cvc {
  /** 16 bytes: whose key signed it. */
  readonly issuerKeyId: Uint8Array;
  /** 16 bytes: whose key it certifies. */
  readonly subjectKeyId: Uint8Array;
  readonly publicKey: KeyObject;
  /** The 297 signed bytes. */
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

/** A key that is trusted to certify municipalities' issuer keys, by its 16-byte id. */
export interface CvcAnchor {
  readonly keyId: Uint8Array;
  readonly publicKey: KeyObject;
}

const BODY_LENGTH = 16 + 16 + 265;

/** What a CVC is made of. */
export interface CvcFields {
  readonly issuerKeyId: Uint8Array;
  readonly subjectKeyId: Uint8Array;
  /** The key to certify, RSA-2048. */
  readonly publicKey: KeyObject;
  /** The issuer's signature. */
  readonly sign: SignDigestInfo;
}

/**
 * Makes a CVC: `7F21 82 0233 { 5F4E 82 0129 …, 5F37 82 0100 … }`.
 * @throws {CardFilesError} `value-out-of-range`, `key-unsupported`
 */
export async function writeCvc({ issuerKeyId, subjectKeyId, publicKey, sign }: CvcFields): Promise<Uint8Array> {
  if (issuerKeyId.length !== 16 || subjectKeyId.length !== 16) throw outOfRange('key id', '16 bytes');
  const body = new Uint8Array(Buffer.concat([issuerKeyId, subjectKeyId, encodeRsaKey(publicKey)]));
  return encodeTlv(0x7f21, encodeTlv(0x5f4e, body), encodeTlv(0x5f37, await signSha256(sign, body)));
}

/**
 * Reads a CVC with its `7F21` header, as it stands in EF 0004, or without it, as GET DATA gives it.
 * @throws {CardFilesError} `file-malformed`
 */
export function parseCvc(bytes: Uint8Array, file = 'cvc'): Cvc {
  const first = fileErrors(file, () => readTlv(bytes));
  const whole = first.tag === 0x5f4e ? fileErrors(file, () => encodeTlv(0x7f21, bytes)) : bytes;
  const layout = readLayout(file, whole, 0x7f21, [0x5f4e, 0x5f37]);
  const body = fixed(file, layout, 0, BODY_LENGTH);
  return {
    issuerKeyId: body.subarray(0, 16),
    subjectKeyId: body.subarray(16, 32),
    publicKey: decodeRsaKey(file, body.subarray(32)),
    body,
    signature: fixed(file, layout, 1, 256),
  };
}

/**
 * Checks a CVC against anchors. `unknown-issuer` means that nothing was checked: no anchor has all 16 bytes of the issuer's id.
 * @example
 * verifyCvc(parseCvc(file), anchors); // 'valid'
 */
export function verifyCvc(cvc: Cvc, anchors: readonly CvcAnchor[]): 'valid' | 'bad-signature' | 'unknown-issuer' {
  const named = anchors.filter((anchor) => Buffer.compare(anchor.keyId, cvc.issuerKeyId) === 0);
  if (named.length === 0) return 'unknown-issuer';
  const valid = named.some((anchor) => isSha256Signature(anchor.publicKey, cvc.signature, cvc.body));
  return valid ? 'valid' : 'bad-signature';
}
