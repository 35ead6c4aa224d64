import type { KeyObject } from 'node:crypto';
import {
  BasicOCSPResponse,
  CertID,
  CertStatus,
  KeyHash,
  Nonce,
  OCSPResponse,
  OCSPResponseStatus,
  ResponderID,
  ResponseBytes,
  ResponseData,
  RevokedInfo,
  SingleResponse,
} from '@peculiar/asn1-ocsp';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { Certificate as Asn1Certificate, CRLReason, Extension } from '@peculiar/asn1-x509';
import { der } from '@tegata/der';
import type { Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildCertificate, wholeSeconds } from './certificate.ts';
import { X509BuildError } from './error.ts';
import { extension, keyIdentifier } from './extension.ts';
import type { Issuer } from './jpki.ts';
import type { NameParts } from './name.ts';
import { randomSerial } from './serial.ts';
import { signatureAlgorithm } from './signature-algorithm.ts';

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

/** Reasons of revocation that we use, with their numbers (RFC 5280 §5.3.1). */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
} as const;

/** The name of a reason. */
export type RevocationReason = keyof typeof revocationReasons;

/** The status of one certificate. */
export type OcspStatus =
  | { readonly status: 'good' | 'unknown' }
  | { readonly status: 'revoked'; readonly revokedAt: Date; readonly reason?: RevocationReason };

/** One answer: `certId` is the DER of the CertID as the request had it, so SHA-1 and SHA-256 are answered alike. */
export interface OcspAnswer {
  readonly certId: Uint8Array;
  readonly status: OcspStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
}

/** What a signed response will say. */
export interface OcspResponseInput {
  readonly answers: readonly OcspAnswer[];
  readonly producedAt: Date;
  readonly signer: Signer;
  /** Certificates that travel along: the delegated responder's own; none when the CA signs itself. */
  readonly certificates: readonly Uint8Array[];
  /** The request's nonce, echoed. */
  readonly nonce?: Uint8Array;
}

/**
 * Makes a signed OCSP response (RFC 6960 §4.2): id-pkix-ocsp-basic, the responder named by its key.
 * @returns DER of the OCSPResponse
 * @throws {X509BuildError} `cert-id-invalid`
 */
export async function buildOcspResponse(input: OcspResponseInput): Promise<Uint8Array> {
  const tbsResponseData = new ResponseData({
    responderID: new ResponderID({
      byKey: new KeyHash(Uint8Array.from(keyIdentifier(input.signer.publicKey)).buffer),
    }),
    producedAt: wholeSeconds(input.producedAt),
    responses: input.answers.map(singleResponse),
    ...(input.nonce ? { responseExtensions: [nonceExtension(input.nonce)] } : {}),
  });
  const signature = await input.signer.sign(new Uint8Array(AsnConvert.serialize(tbsResponseData)));
  const basic = new BasicOCSPResponse({
    tbsResponseData,
    signatureAlgorithm: signatureAlgorithm(input.signer),
    signature: Uint8Array.from(signature).buffer,
    ...(input.certificates.length > 0
      ? { certs: input.certificates.map((certificate) => AsnConvert.parse(certificate, Asn1Certificate)) }
      : {}),
  });
  const responseBytes = new ResponseBytes({
    responseType: '1.3.6.1.5.5.7.48.1.1',
    response: new OctetString(AsnConvert.serialize(basic)),
  });
  return new Uint8Array(
    AsnConvert.serialize(new OCSPResponse({ responseStatus: OCSPResponseStatus.successful, responseBytes })),
  );
}

/**
 * Makes an unsigned OCSP error response (RFC 6960 §2.3).
 * @example
 * buildOcspError('malformedRequest'); // 30 03 0a 01 01
 */
export function buildOcspError(status: 'malformedRequest' | 'internalError' | 'tryLater' | 'unauthorized'): Uint8Array {
  const numbers = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;
  return der.sequence(der.enumerated(numbers[status]));
}

function singleResponse(answer: OcspAnswer): SingleResponse {
  return new SingleResponse({
    certID: certId(answer.certId),
    certStatus: certStatus(answer.status),
    thisUpdate: wholeSeconds(answer.thisUpdate),
    ...(answer.nextUpdate ? { nextUpdate: wholeSeconds(answer.nextUpdate) } : {}),
  });
}

function certId(raw: Uint8Array): CertID {
  try {
    return AsnConvert.parse(raw, CertID);
  } catch {
    throw new X509BuildError('cert-id-invalid', 'The CertID to answer is not a CertID of RFC 6960.');
  }
}

function certStatus(given: OcspStatus): CertStatus {
  if (given.status === 'revoked') {
    return new CertStatus({
      revoked: new RevokedInfo({
        revocationTime: wholeSeconds(given.revokedAt),
        ...(given.reason ? { revocationReason: new CRLReason(revocationReasons[given.reason]) } : {}),
      }),
    });
  }
  return new CertStatus(given.status === 'good' ? { good: null } : { unknown: null });
}

function nonceExtension(nonce: Uint8Array): Extension {
  const inner = AsnConvert.serialize(new Nonce(Uint8Array.from(nonce).buffer));
  return new Extension({ extnID: '1.3.6.1.5.5.7.48.1.2', critical: false, extnValue: new OctetString(inner) });
}
