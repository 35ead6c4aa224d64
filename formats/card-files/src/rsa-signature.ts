import { constants, createHash, type KeyObject, privateEncrypt, publicDecrypt } from 'node:crypto';
import { digestInfoSha256 } from '@tegata/apdu';

/** Pads a DigestInfo by PKCS#1 v1.5 (type 1) and signs it: 256 bytes. A private key in memory or an HSM stands behind it. */
export type SignDigestInfo = (digestInfo: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/**
 * Signs with a private key in memory.
 * @example
 * const signature = await digestInfoSigner(privateKey)(digestInfoSha256(sha256(data)));
 */
export function digestInfoSigner(privateKey: KeyObject): SignDigestInfo {
  return (digestInfo) =>
    new Uint8Array(privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digestInfo));
}

/** SHA-256 of the parts, one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** Signs data: RSASSA-PKCS1-v1_5 with SHA-256. */
export async function signSha256(sign: SignDigestInfo, ...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return sign(digestInfoSha256(sha256(...parts)));
}

/**
 * Whether `signature` is the PKCS#1 v1.5 signature of this DigestInfo: the whole encoded message is built and compared, so that nothing is
 * searched for inside a padding (RFC 8017 §8.2.2).
 */
export function isSignatureOf(publicKey: KeyObject, digestInfo: Uint8Array, signature: Uint8Array): boolean {
  const length = (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  if (signature.length !== length || digestInfo.length > length - 11) return false;
  const expected = Buffer.alloc(length, 0xff);
  expected[0] = 0x00;
  expected[1] = 0x01;
  expected[length - digestInfo.length - 1] = 0x00;
  expected.set(digestInfo, length - digestInfo.length);
  try {
    return publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature).equals(expected);
  } catch {
    // A number that is not below the modulus is no signature.
    return false;
  }
}

/** Whether `signature` is the RSASSA-PKCS1-v1_5 signature with SHA-256 of the parts. */
export function isSha256Signature(
  publicKey: KeyObject,
  signature: Uint8Array,
  ...parts: readonly Uint8Array[]
): boolean {
  return isSignatureOf(publicKey, digestInfoSha256(sha256(...parts)), signature);
}
