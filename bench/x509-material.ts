/**
 * What an issuing authority meets: applications signed by many cards under one JPKI CA, with the OCSP answer for each. TEST ONLY.
 * @module
 */
import { prepareSignedData } from '@tegata/cms';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { systemRandom } from '@tegata/random';
import { buildCertId, type Certificate, parseCertificate } from '@tegata/x509';
import { buildCrl, buildJpkiCa, buildJpkiSign, buildOcspResponder, buildOcspResponse } from '@tegata/x509-build';
import { NOW } from './material.ts';

const DAY = 24 * 60 * 60 * 1000;
const days = (count: number) => new Date(NOW.getTime() + count * DAY);

/** The content type of an application. */
export const CONTENT_TYPE = '2.999.8.5.9.1';
/** Raw files of the card with a photo make an application about so large. */
const CONTENT_BYTES = 30 * 1024;
const APPLICANTS = 48;

/** One application and what has to be known of its signer. */
export interface Applicant {
  readonly cms: Uint8Array;
  readonly content: Uint8Array;
  readonly certificate: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ocspResponse: Uint8Array;
}

/** Everything that the suite measures with. */
export interface X509Material {
  readonly ca: Certificate;
  readonly caSigner: Signer;
  readonly responder: Uint8Array;
  readonly responderSigner: Signer;
  readonly applicants: readonly Applicant[];
}

/** Makes it: each applicant has a certificate and a key of its own. */
export async function makeX509Material(): Promise<X509Material> {
  const random = systemRandom;
  const caSigner = softwareSigner(await generateSoftwareKey('RSA-2048'));
  const responderSigner = softwareSigner(await generateSoftwareKey('P-256'));
  const caDer = await buildJpkiCa({ ca: 'sign', signer: caSigner, random, notBefore: days(-100) });
  const issuer = { certificate: caDer, signer: caSigner };
  const ca = parseCertificate(caDer);
  const responder = await buildOcspResponder({
    issuer,
    publicKey: responderSigner.publicKey,
    random,
    notBefore: days(-1),
    notAfter: days(80),
    subject: [
      ['C', 'JP'],
      ['CN', 'TEST OCSP responder'],
    ],
  });
  const applicants = await Promise.all(
    Array.from({ length: APPLICANTS }, async (): Promise<Applicant> => {
      const signer = softwareSigner(await generateSoftwareKey('RSA-2048'));
      const certificate = await buildJpkiSign({
        issuer,
        publicKey: signer.publicKey,
        random,
        at: days(-1),
        holder: {
          name: '見本　花子',
          address: '東京都見本区見本町一丁目２番３号　見本荘１０１',
          sex: '2',
          birthDate: '20000331',
          prefecture: 'Tokyo-to',
          municipality: 'Mihon-ku',
          municipalityCode: '13999',
        },
      });
      const content = random.bytes(CONTENT_BYTES);
      const prepared = prepareSignedData({ content, eContentType: CONTENT_TYPE, certificate, signingTime: NOW });
      const nonce = random.bytes(32);
      const ocspResponse = await buildOcspResponse({
        answers: [
          {
            certId: buildCertId(parseCertificate(certificate), ca),
            status: { status: 'good' },
            thisUpdate: NOW,
            nextUpdate: days(1),
          },
        ],
        producedAt: NOW,
        signer: responderSigner,
        certificates: [responder],
        nonce,
      });
      return {
        cms: prepared.finish(await signer.sign(prepared.toBeSigned)),
        content,
        certificate,
        nonce,
        ocspResponse,
      };
    }),
  );
  return { ca, caSigner, responder, responderSigner, applicants };
}

/** A CRL of so many certificates with numbers of 20 octets, none of them an applicant's. */
export function makeCrl({ ca, caSigner }: X509Material, count: number): Promise<Uint8Array> {
  const revoked = function* () {
    for (let index = 0; index < count; index++) {
      const serial = systemRandom.bytes(20);
      serial[0] = ((serial[0] as number) & 0x7f) | 1;
      yield { serial, revokedAt: new Date(NOW.getTime() - index * 61_000) };
    }
  };
  return buildCrl({
    issuer: { certificate: ca, signer: caSigner },
    number: 1,
    thisUpdate: NOW,
    nextUpdate: days(1),
    revoked: revoked(),
  });
}
