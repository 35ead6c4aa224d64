import type { KeyObject } from 'node:crypto';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildCertificate } from './certificate.ts';
import { extension } from './extension.ts';
import type { Issuer } from './jpki.ts';
import type { NameParts } from './name.ts';
import { randomSerial } from './serial.ts';

const DAY = 24 * 60 * 60 * 1000;

const rootName: NameParts = [
  ['C', 'JP'],
  ['O', 'Tegata TEST ONLY'],
  ['CN', 'Tegata TEST wallet provider root'],
];

/**
 * Makes the wallet provider's attestation root: pathLen 0, keyCertSign, ten years. A root of its own, so that no other
 * certificate of the house can sign key attestations.
 * @returns DER
 */
export function buildAttestationRoot(input: {
  readonly signer: Signer;
  readonly random: Random;
  readonly notBefore: Date;
}): Promise<Uint8Array> {
  const { signer, notBefore } = input;
  return buildCertificate({
    subject: rootName,
    issuer: rootName,
    serial: randomSerial(input.random, 20),
    notBefore,
    notAfter: new Date(notBefore.getTime() + 3650 * DAY),
    publicKey: signer.publicKey,
    signer,
    extensions: [
      extension.basicConstraints(0),
      extension.keyUsage('keyCertSign', 'cRLSign'),
      extension.subjectKeyIdentifier(signer.publicKey),
    ],
  });
}

/**
 * Makes the certificate of the key that signs key attestations: the one certificate of their `x5c`; 457 days, never longer
 * than its root.
 * @returns DER
 */
export function buildAttestationSigner(input: {
  readonly issuer: Issuer;
  readonly publicKey: KeyObject;
  readonly random: Random;
  readonly notBefore: Date;
}): Promise<Uint8Array> {
  const { issuer, publicKey, notBefore } = input;
  const root = issuer.certificate instanceof Uint8Array ? parseCertificate(issuer.certificate) : issuer.certificate;
  return buildCertificate({
    subject: [
      ['C', 'JP'],
      ['O', 'Tegata TEST ONLY'],
      ['CN', 'Tegata TEST key attestation signer'],
    ],
    issuer: root.subject.raw,
    serial: randomSerial(input.random, 20),
    notBefore,
    notAfter: new Date(Math.min(notBefore.getTime() + 457 * DAY, root.notAfter.getTime())),
    publicKey,
    signer: issuer.signer,
    extensions: [
      extension.authorityKeyIdentifier(issuer.signer.publicKey),
      extension.subjectKeyIdentifier(publicKey),
      extension.keyUsage('digitalSignature'),
    ],
  });
}
