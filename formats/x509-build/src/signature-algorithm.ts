import { AsnConvert } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import type { Signer } from '@tegata/keys';

const nullParameters = Uint8Array.of(0x05, 0x00).buffer;

/** The AlgorithmIdentifier of what a signer makes: NULL parameters with RSA, none with ECDSA. */
export function signatureAlgorithm(signer: Signer): AlgorithmIdentifier {
  switch (signer.algorithm) {
    case 'RS256':
      return new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: nullParameters });
    case 'ES256':
      return new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' });
    case 'ES384':
      return new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.3' });
  }
}

/** The DER of the same. */
export function signatureAlgorithmDer(signer: Signer): Uint8Array {
  return new Uint8Array(AsnConvert.serialize(signatureAlgorithm(signer)));
}
