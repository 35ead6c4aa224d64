import type { KeyObject } from 'node:crypto';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildCertificate } from './certificate.ts';
import { extension } from './extension.ts';
import type { Issuer } from './jpki.ts';
import type { NameParts } from './name.ts';
import { randomSerial } from './serial.ts';

const URI = 'https://tegata.example/';
const CRL = 'https://iaca.tegata.example/certificate/latest/tegata-test.crl';
const DAY = 24 * 60 * 60 * 1000;

/** Longest validity of a document signer (ISO/IEC 18013-5 B.1.4), in milliseconds. */
export const DS_MAX_VALIDITY = 457 * DAY;

/** Subject of our mdoc root, in the order of the real one. */
export const iacaName: NameParts = [
  ['CN', 'Tegata TEST mdoc root'],
  ['O', 'Tegata TEST ONLY'],
  ['C', 'JP'],
];

/** Choices for the mdoc certificates. */
export interface MdocOptions {
  /** Where the CRL of document signers is published. */
  readonly crlUrl?: string;
  /** Contact of the issuer, in the alternative names. */
  readonly uri?: string;
}

/**
 * Makes an IACA root that mirrors the Japanese one: pathLen 0, 64 months, 20-octet serial, extensions in its order
 * (basicConstraints, AKI, issuerAltName, subjectAltName, CRLDP, SKI, keyUsage). Give it a P-384 signer.
 * @returns DER
 */
export function buildIaca(
  input: {
    readonly signer: Signer;
    readonly random: Random;
    readonly notBefore: Date;
    readonly subject?: NameParts;
  } & MdocOptions,
): Promise<Uint8Array> {
  const { signer, notBefore } = input;
  const name = input.subject ?? iacaName;
  const uri = input.uri ?? URI;
  return buildCertificate({
    subject: name,
    issuer: name,
    serial: randomSerial(input.random, 20),
    notBefore,
    notAfter: new Date(monthsLater(notBefore, 64).getTime() - 1000),
    publicKey: signer.publicKey,
    signer,
    extensions: [
      extension.basicConstraints(0),
      extension.authorityKeyIdentifier(signer.publicKey),
      extension.issuerAltName({ uri }),
      extension.subjectAltName({ uri }),
      extension.crlDistributionPoint({ uri: input.crlUrl ?? CRL }),
      extension.subjectKeyIdentifier(signer.publicKey),
      extension.keyUsage('keyCertSign', 'cRLSign'),
    ],
  });
}

/**
 * Makes a document signer under an IACA (ISO/IEC 18013-5 B.1.4): critical keyUsage digitalSignature, critical extKeyUsage
 * 1.0.18013.5.1.2, at most 457 days and never longer than its root.
 * @returns DER
 */
export function buildDocumentSigner(
  input: {
    readonly issuer: Issuer;
    readonly publicKey: KeyObject;
    readonly random: Random;
    readonly notBefore: Date;
    readonly notAfter?: Date;
    readonly subject?: NameParts;
  } & MdocOptions,
): Promise<Uint8Array> {
  const { issuer, publicKey, notBefore } = input;
  const root = issuer.certificate instanceof Uint8Array ? parseCertificate(issuer.certificate) : issuer.certificate;
  const longest = new Date(Math.min(notBefore.getTime() + DS_MAX_VALIDITY, root.notAfter.getTime()));
  return buildCertificate({
    subject: input.subject ?? [
      ['CN', 'Tegata TEST document signer'],
      ['O', 'Tegata TEST ONLY'],
      ['C', 'JP'],
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
      extension.issuerAltName({ uri: input.uri ?? URI }),
      extension.crlDistributionPoint({ uri: input.crlUrl ?? CRL }),
      extension.keyUsage('digitalSignature'),
      extension.extKeyUsage(true, '1.0.18013.5.1.2'),
    ],
  });
}

/** The same time of day so many months later; a day that the month lacks becomes its last. */
function monthsLater(start: Date, months: number): Date {
  const later = new Date(start.getTime());
  const day = later.getUTCDate();
  later.setUTCDate(1);
  later.setUTCMonth(later.getUTCMonth() + months);
  const last = new Date(Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 0)).getUTCDate();
  later.setUTCDate(Math.min(day, last));
  return later;
}
