import { verify } from 'node:crypto';
import { type Certificate, keyKind } from '@tegata/x509';

const P384_RAW = 96;

/**
 * Whether a signature over data was made with the certificate's key: RSASSA-PKCS1-v1_5 with SHA-256 (RSA-2048; the library
 * compares the whole block), or ECDSA with SHA-384 (P-384) as DER or as r‖s.
 */
export function signedWith(certificate: Certificate, data: Uint8Array, signature: Uint8Array): boolean {
  const key = certificate.publicKey;
  switch (keyKind(certificate)) {
    case 'RSA-2048':
      return signature.length === 256 && verify('sha256', data, key, signature);
    case 'P-384':
      return (
        verify('sha384', data, key, signature) ||
        (signature.length === P384_RAW && verify('sha384', data, { key, dsaEncoding: 'ieee-p1363' }, signature))
      );
    default:
      return false;
  }
}
