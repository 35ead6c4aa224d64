import type { KeyObject } from 'node:crypto';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildCertificate } from './certificate.ts';
import { extension } from './extension.ts';
import type { Issuer } from './jpki.ts';
import { iacaName, type MdocOptions } from './mdoc.ts';
import type { NameParts } from './name.ts';
import { randomSerial } from './serial.ts';

/**
 * Makes the certificate that links a new IACA root to the old one (ISO/IEC 18013-5 B.1.3): the new key under the name that both
 * share, signed by the old key, ending no later than the old root.
 * @returns DER
 */
export function buildIacaLink(
  input: {
    /** The old root and its signer. */
    readonly issuer: Issuer;
    /** The key of the new root. */
    readonly publicKey: KeyObject;
    readonly random: Random;
    readonly notBefore: Date;
    readonly notAfter?: Date;
    readonly subject?: NameParts;
  } & MdocOptions,
): Promise<Uint8Array> {
  const { issuer, publicKey, notBefore } = input;
  const root = issuer.certificate instanceof Uint8Array ? parseCertificate(issuer.certificate) : issuer.certificate;
  return buildCertificate({
    subject: input.subject ?? iacaName,
    issuer: root.subject.raw,
    serial: randomSerial(input.random, 20),
    notBefore,
    notAfter: input.notAfter ?? root.notAfter,
    publicKey,
    signer: issuer.signer,
    extensions: [
      extension.basicConstraints(0),
      extension.authorityKeyIdentifier(issuer.signer.publicKey),
      extension.issuerAltName({ uri: input.uri ?? 'https://tegata.example/' }),
      extension.crlDistributionPoint({ uri: input.crlUrl ?? 'https://iaca.tegata.example/certificate/latest/old.crl' }),
      extension.subjectKeyIdentifier(publicKey),
      extension.keyUsage('keyCertSign', 'cRLSign'),
      extension.extKeyUsage(true, '1.0.18013.5.1.4'),
    ],
  });
}
