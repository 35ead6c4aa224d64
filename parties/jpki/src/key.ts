import { createPublicKey, type KeyObject } from 'node:crypto';
import { JpkiError } from './error.ts';

/**
 * Reads a public key that a certificate is asked for.
 * @param base64 of the DER of SubjectPublicKeyInfo
 * @throws {JpkiError} `bad-request`
 */
export function readKey(base64: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
  } catch {
    // Refused below, like a key of another kind.
  }
  return checkedKey(key, 'publicKey');
}

/** @throws {JpkiError} `bad-request` for a key that gets no certificate */
export function checkedKey(key: KeyObject | undefined, member: string): KeyObject {
  const details = key?.asymmetricKeyDetails;
  const rsa = key?.asymmetricKeyType === 'rsa' && details?.modulusLength === 2048 && details.publicExponent === 65537n;
  // The next card has P-384 keys.
  if (key && (rsa || details?.namedCurve === 'secp384r1')) return key;
  throw new JpkiError('bad-request', 'The public key must be RSA-2048 with exponent 65537, or P-384.', { member });
}
