import { createPublicKey, type KeyObject } from 'node:crypto';
import { encodeTlv, readTlvs } from '@tegata/apdu';
import { CardFilesError, malformed } from './error.ts';
import { fileErrors } from './layout.ts';

const EXPONENT = Uint8Array.of(0x01, 0x00, 0x01);
const MODULUS_LENGTH = 256;

/**
 * The card's form of an RSA-2048 public key: `90 03 010001 91 82 0100 <n>`, 265 bytes (card.md §7.1, §9).
 * @throws {CardFilesError} `key-unsupported` for any other key than RSA-2048 with e = 65537
 */
export function encodeRsaKey(publicKey: KeyObject): Uint8Array {
  const { n, e } = publicKey.asymmetricKeyType === 'rsa' ? publicKey.export({ format: 'jwk' }) : {};
  const modulus = Buffer.from(n ?? '', 'base64url');
  if (modulus.length !== MODULUS_LENGTH || e !== 'AQAB') {
    throw new CardFilesError('key-unsupported', 'The files of the card hold RSA-2048 keys with e = 65537 only.');
  }
  return new Uint8Array(Buffer.concat([encodeTlv(0x90, EXPONENT), encodeTlv(0x91, modulus)]));
}

/**
 * Reads such a key out of `file` (the name is for the error).
 * @throws {CardFilesError} `file-malformed`: other size, other exponent, even or short modulus
 */
export function decodeRsaKey(file: string, bytes: Uint8Array): KeyObject {
  const [e, n, ...more] = fileErrors(file, () => readTlvs(bytes, { maxObjects: 2 }));
  if (e?.tag !== 0x90 || n?.tag !== 0x91 || more.length > 0) throw malformed(file, 'key objects 90 and 91 expected');
  if (Buffer.compare(e.value, EXPONENT) !== 0) throw malformed(file, 'exponent 65537 expected');
  const modulus = n.value;
  if (modulus.length !== MODULUS_LENGTH || modulus[0]! < 0x80 || modulus[MODULUS_LENGTH - 1]! % 2 === 0) {
    throw malformed(file, 'modulus of 2048 bits expected');
  }
  return createPublicKey({
    key: { kty: 'RSA', e: 'AQAB', n: Buffer.from(modulus).toString('base64url') },
    format: 'jwk',
  });
}
