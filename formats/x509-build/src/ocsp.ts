import type { KeyObject } from 'node:crypto';
import { DerError, DerReader, der } from '@tegata/der';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate, readAlgorithm } from '@tegata/x509';
import { buildCertificate } from './certificate.ts';
import { X509BuildError } from './error.ts';
import { extension } from './extension.ts';
import type { Issuer } from './jpki.ts';
import type { NameParts } from './name.ts';
import { type OcspContent, ocspWriter } from './ocsp-writer.ts';
import { randomSerial } from './serial.ts';

/**
 * Makes the certificate of a delegated OCSP responder: directly under the CA whose certificates it speaks of, with
 * id-kp-OCSPSigning and ocsp-nocheck (RFC 6960 §4.2.2.2).
 * @returns DER
 */
export function buildOcspResponder(input: {
  readonly issuer: Issuer;
  readonly publicKey: KeyObject;
  readonly random: Random;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: NameParts;
}): Promise<Uint8Array> {
  const { issuer, publicKey } = input;
  const authority =
    issuer.certificate instanceof Uint8Array ? parseCertificate(issuer.certificate) : issuer.certificate;
  return buildCertificate({
    subject: input.subject,
    issuer: authority.subject.raw,
    serial: randomSerial(input.random, 4),
    notBefore: input.notBefore,
    notAfter: input.notAfter,
    publicKey,
    signer: issuer.signer,
    extensions: [
      extension.keyUsage('digitalSignature'),
      extension.extKeyUsage(true, '1.3.6.1.5.5.7.3.9'),
      extension.ocspNoCheck(),
      extension.authorityKeyIdentifier(issuer.signer.publicKey),
      extension.subjectKeyIdentifier(publicKey),
    ],
  });
}

/** What a signed response will say. */
export interface OcspResponseInput extends OcspContent {
  readonly signer: Signer;
  /** Certificates that travel along: the delegated responder's own; none when the CA signs itself. */
  readonly certificates: readonly Uint8Array[];
}

/**
 * Makes a signed OCSP response (RFC 6960 §4.2): id-pkix-ocsp-basic, the responder named by its key. Who answers many takes
 * {@link ocspWriter}.
 * @returns DER of the OCSPResponse
 * @throws {X509BuildError} `cert-id-invalid`
 */
export async function buildOcspResponse(input: OcspResponseInput): Promise<Uint8Array> {
  for (const { certId } of input.answers) checkCertId(certId);
  return ocspWriter(input)(input);
}

/** @throws {X509BuildError} `cert-id-invalid` */
function checkCertId(raw: Uint8Array): void {
  try {
    const reader = DerReader.over(raw, { maxBytes: 1024 });
    const certId = reader.sequence();
    reader.end();
    readAlgorithm(certId);
    certId.octetString();
    certId.octetString();
    certId.integerBytes();
    certId.end();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new X509BuildError('cert-id-invalid', 'The CertID to answer is not a CertID of RFC 6960.');
  }
}

/**
 * Makes an unsigned OCSP error response (RFC 6960 §2.3).
 * @example
 * buildOcspError('malformedRequest'); // 30 03 0a 01 01
 */
export function buildOcspError(
  status: 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized',
): Uint8Array {
  const numbers = { malformedRequest: 1, internalError: 2, tryLater: 3, sigRequired: 5, unauthorized: 6 } as const;
  return der.sequence(der.enumerated(numbers[status]));
}
