import { webcrypto } from 'node:crypto';
import * as pkijs from 'pkijs';
import { NOW } from './material.ts';
import { async, type Case } from './measure.ts';
import type { Applicant, X509Material } from './x509-material.ts';

const buffer = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer;
const read = {
  certificate: (bytes: Uint8Array) => pkijs.Certificate.fromBER(buffer(bytes)),
  message: (bytes: Uint8Array) => {
    const { content } = pkijs.ContentInfo.fromBER(buffer(bytes));
    return new pkijs.SignedData({ schema: content });
  },
  answer: (bytes: Uint8Array) => {
    const { responseBytes } = pkijs.OCSPResponse.fromBER(buffer(bytes));
    if (!responseBytes) throw new Error('bench pkijs: the answer is empty');
    return pkijs.BasicOCSPResponse.fromBER(responseBytes.response.valueBlock.valueHexView);
  },
};

/**
 * pkijs over WebCrypto, as it comes. It asks neither for profiles nor for the acceptance rules of OCSP beyond the signature, so that it does less
 * than the rows beside it; the trusted CA is read once, as ours is.
 */
export async function pkijsCases(material: X509Material, smallCrl: Uint8Array): Promise<Case[]> {
  // Its own interface asks for older signatures than Node's types have.
  const crypto = new pkijs.CryptoEngine({
    name: 'node',
    crypto: webcrypto as Crypto,
  }) as unknown as pkijs.ICryptoEngine;
  pkijs.setEngine('node', crypto);
  const ca = read.certificate(material.ca.raw);
  const trustedCerts = [ca];
  const { applicants } = material;
  const pick = (index: number) => applicants[index % applicants.length] as Applicant;

  const chain = async (certificate: pkijs.Certificate) => {
    const engine = new pkijs.CertificateChainValidationEngine({ trustedCerts, certs: [certificate], checkDate: NOW });
    return (await engine.verify({}, crypto)).result;
  };
  const cms = (bytes: Uint8Array) =>
    read.message(bytes).verify({ signer: 0, trustedCerts, checkChain: false, checkDate: NOW }, crypto);
  const ocsp = async (bytes: Uint8Array, certificate: pkijs.Certificate) => {
    const answer = read.answer(bytes);
    const { status } = await answer.getCertificateStatus(certificate, ca, crypto);
    return status === 0 && (await answer.verify({ trustedCerts }, crypto));
  };
  const applicant = async (given: Applicant) => {
    const certificate = read.certificate(given.certificate);
    return (await cms(given.cms)) && (await chain(certificate)) && (await ocsp(given.ocspResponse, certificate));
  };
  const crl = async (bytes: Uint8Array, certificate: pkijs.Certificate) => {
    const list = pkijs.CertificateRevocationList.fromBER(buffer(bytes));
    return (await list.verify({ issuerCertificate: ca }, crypto)) && !list.isCertificateRevoked(certificate);
  };

  const first = pick(0);
  const certificate = read.certificate(first.certificate);
  if (!(await applicant(first))) throw new Error('bench pkijs: a sound application is not accepted');
  if (!(await crl(smallCrl, certificate))) throw new Error('bench pkijs: a sound CRL is not accepted');
  const accepted = (holds: boolean) => holds || undefined;
  return [
    async('applicant', 'pkijs', async (index) => accepted(await applicant(pick(index)))),
    async('chain', 'pkijs', async (index) => accepted(await chain(read.certificate(pick(index).certificate)))),
    async('ocsp', 'pkijs', async (index) => accepted(await ocsp(pick(index).ocspResponse, certificateOf(index)))),
    async('crl-1k', 'pkijs', async (index) => accepted(await crl(smallCrl, certificateOf(index)))),
  ];

  function certificateOf(index: number): pkijs.Certificate {
    return read.certificate(pick(index).certificate);
  }
}
