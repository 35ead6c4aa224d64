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

/** Longest validity of a reader's and of a VICAL signer's certificate (ISO/IEC 18013-5 Annex B), in milliseconds. */
export const READER_MAX_VALIDITY = 1187 * DAY;

/**
 * Makes the root of readers, or of the signers of trusted lists: ten years, pathLen 0.
 * @returns DER
 */
export function buildReaderRoot(input: {
  readonly signer: Signer;
  readonly random: Random;
  readonly notBefore: Date;
  readonly subject?: NameParts;
}): Promise<Uint8Array> {
  const { signer, notBefore } = input;
  const name: NameParts = input.subject ?? [
    ['C', 'JP'],
    ['O', 'Tegata TEST ONLY'],
    ['CN', 'Tegata TEST reader root'],
  ];
  return buildCertificate({
    subject: name,
    issuer: name,
    serial: randomSerial(input.random, 20),
    notBefore,
    notAfter: new Date(notBefore.getTime() + 3650 * DAY),
    publicKey: signer.publicKey,
    signer,
    extensions: [
      extension.basicConstraints(0),
      extension.subjectKeyIdentifier(signer.publicKey),
      extension.keyUsage('keyCertSign', 'cRLSign'),
    ],
  });
}

/** Who gets a certificate under a reader root. */
export interface ReaderInput {
  readonly issuer: Issuer;
  readonly publicKey: KeyObject;
  readonly random: Random;
  readonly notBefore: Date;
  readonly notAfter?: Date;
  readonly subject?: NameParts;
  readonly crlUrl?: string;
}

/**
 * Makes a certificate for mdoc reader authentication: at most 1187 days, critical extKeyUsage 1.0.18013.5.1.6.
 * @returns DER
 */
export const buildReaderAuth = (input: ReaderInput): Promise<Uint8Array> =>
  buildUnderReaderRoot(input, 'Tegata TEST reader', '1.0.18013.5.1.6');

/**
 * Makes a certificate for the signer of a VICAL: at most 1187 days, critical extKeyUsage 1.0.18013.5.1.8.
 * @returns DER
 */
export const buildVicalSigner = (input: ReaderInput): Promise<Uint8Array> =>
  buildUnderReaderRoot(input, 'Tegata TEST VICAL signer', '1.0.18013.5.1.8');

function buildUnderReaderRoot(input: ReaderInput, commonName: string, purpose: string): Promise<Uint8Array> {
  const { issuer, publicKey, notBefore } = input;
  const root = issuer.certificate instanceof Uint8Array ? parseCertificate(issuer.certificate) : issuer.certificate;
  const longest = new Date(Math.min(notBefore.getTime() + READER_MAX_VALIDITY, root.notAfter.getTime()));
  return buildCertificate({
    subject: input.subject ?? [
      ['C', 'JP'],
      ['O', 'Tegata TEST ONLY'],
      ['CN', commonName],
    ],
    issuer: root.subject.raw,
    serial: randomSerial(input.random, 20),
    notBefore,
    notAfter: input.notAfter ?? longest,
    publicKey,
    signer: issuer.signer,
    extensions: [
      extension.authorityKeyIdentifier(issuer.signer.publicKey),
      extension.subjectKeyIdentifier(publicKey),
      extension.crlDistributionPoint({ uri: input.crlUrl ?? 'https://reader.tegata.example/tegata-test.crl' }),
      extension.keyUsage('digitalSignature'),
      extension.extKeyUsage(true, purpose),
    ],
  });
}
