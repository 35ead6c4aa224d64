/**
 * What stands between an application and its pass: CMS, path, OCSP answer, CRL; beside pkijs and the machine's own cryptography.
 * @module
 */
import { createPublicKey, hash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { parseSignedData, verifySignedData } from '@tegata/cms';
import { checkCrl, parseCertificate, readOcspResponse, verifyOcspResponse, verifyPath } from '@tegata/x509';
import { NOW as at } from './material.ts';
import { type Case, sync } from './measure.ts';
import { pkijsCases } from './peer-pkijs.ts';
import type { Suite } from './run.ts';
import { CONTENT_TYPE, makeCrl, makeX509Material, type X509Material } from './x509-material.ts';

const SMALL_CRL = 1000;
const NATION = 1_000_000;

/** Makes the suite; whatever is timed is first asserted to accept what is right and to refuse one octet changed. */
export async function x509Suite(): Promise<Suite> {
  const material = await makeX509Material();
  const smallCrl = await makeCrl(material, SMALL_CRL);
  const nation = await makeCrl(material, NATION);
  const pkijs = await pkijsCases(material, smallCrl);
  return {
    cases: [
      ...applicantCases(material),
      ...chainCases(material),
      ...ocspCases(material),
      ...crlCases(material, smallCrl, 'crl-1k'),
      ...crlCases(material, nation, 'crl-1M'),
      ...pkijs,
    ],
    skipped: [
      'crl-1M: pkijs stops at 10,000 nodes; it is measured with 1,000 entries (crl-1k).',
      '@peculiar/x509 is no dependency of this house: pkijs stands for the libraries.',
    ],
  };
}

const picker =
  <T>(items: readonly T[]) =>
  (index: number) =>
    items[index % items.length] as T;

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`bench x509: ${what}`);
}

function applicantCases({ ca, responder, applicants }: X509Material): Case[] {
  const pick = picker(applicants);
  const check = ({ cms, nonce, ocspResponse }: X509Material['applicants'][number]) => {
    const message = verifySignedData({ cms, eContentType: CONTENT_TYPE, at });
    if (!message.certificate) return message.code;
    const path = verifyPath({ leaf: message.certificate, anchors: [ca], at, profile: 'jpki-sign' });
    if (path.result !== 'passed') return path.code;
    const { certificate } = message;
    return verifyOcspResponse({ response: ocspResponse, nonce, certificate, issuer: ca, at }).status;
  };
  const [first, second] = applicants as [X509Material['applicants'][number], X509Material['applicants'][number]];
  must(check(first) === 'good', 'a sound application is not accepted');
  must(check({ ...first, ocspResponse: second.ocspResponse }) !== 'good', 'the answer for another is accepted');
  const changed = first.cms.with(1000, (first.cms[1000] as number) ^ 1);
  must(check({ ...first, cms: changed }) !== 'good', 'a changed application is accepted');
  // The same cryptography with nothing around it: content, import of the applicant's key, three signatures.
  const responderKey = parseCertificate(responder).publicKey;
  const bare = applicants.map((applicant) => {
    const { spki, tbs, signature } = parseCertificate(applicant.certificate);
    const [signer] = parseSignedData(applicant.cms).signers;
    const { basic } = readOcspResponse(applicant.ocspResponse);
    if (!signer?.signedBytes || !basic) throw new Error('bench x509: the material is odd');
    return { applicant, key: Buffer.from(spki.key.bytes), tbs, signature, signer, signed: signer.signedBytes, basic };
  });
  const pickBare = picker(bare);
  return [
    sync('applicant', 'ceiling', (index) => {
      const { applicant, key, tbs, signature, signer, signed, basic } = pickBare(index);
      hash('sha256', applicant.content, 'buffer');
      const own = createPublicKey({ key, format: 'der', type: 'pkcs1' });
      return (
        verify('sha256', signed, own, signer.signature) &&
        verify('sha256', tbs, ca.publicKey, signature) &&
        verify('sha256', basic.tbs, responderKey, basic.signature)
      );
    }),
    sync('applicant', 'tegata', (index) => must(check(pick(index)) === 'good', 'an applicant is refused') ?? true),
  ];
}

function chainCases({ ca, applicants }: X509Material): Case[] {
  const pick = picker(applicants);
  const parsed = picker(applicants.map(({ certificate }) => parseCertificate(certificate)));
  const root = new X509Certificate(ca.raw);
  return [
    sync('chain', 'ceiling', (index) => {
      const { tbs, signature } = parsed(index);
      return verify('sha256', tbs, ca.publicKey, signature);
    }),
    sync('chain', 'tegata', (index) => {
      const leaf = pick(index).certificate;
      return verifyPath({ leaf, anchors: [ca], at, profile: 'jpki-sign' }).anchor;
    }),
    // Without policies, purposes, critical extensions or path length: Node validates no path.
    sync('chain', 'node:X509Certificate', (index) => {
      const leaf = new X509Certificate(pick(index).certificate);
      return leaf.checkIssued(root) && leaf.verify(root.publicKey) ? leaf : undefined;
    }),
  ];
}

function ocspCases({ ca, responder, applicants }: X509Material): Case[] {
  const key: KeyObject = parseCertificate(responder).publicKey;
  const items = applicants.map(({ certificate, nonce, ocspResponse }) => ({
    response: ocspResponse,
    nonce,
    certificate: parseCertificate(certificate),
    basic: readOcspResponse(ocspResponse).basic as NonNullable<ReturnType<typeof readOcspResponse>['basic']>,
  }));
  const pick = picker(items);
  return [
    sync('ocsp', 'ceiling', (index) => {
      const { basic } = pick(index);
      return verify('sha256', basic.tbs, key, basic.signature) || undefined;
    }),
    sync('ocsp', 'tegata', (index) => {
      const { response, nonce, certificate } = pick(index);
      const { status } = verifyOcspResponse({ response, nonce, certificate, issuer: ca, at });
      return status === 'good' ? status : undefined;
    }),
  ];
}

function crlCases({ ca, applicants }: X509Material, crl: Uint8Array, bench: string): Case[] {
  const certificates = picker(applicants.map(({ certificate }) => parseCertificate(certificate)));
  const ask = (octets: Uint8Array, index: number) =>
    checkCrl({ crl: octets, certificate: certificates(index), issuer: ca, at }).status;
  must(ask(crl, 0) === 'good', 'a sound CRL is not accepted');
  must(ask(crl.with(600, (crl[600] as number) ^ 1), 0) === 'unusable', 'a changed CRL is accepted');
  return [
    sync(bench, 'ceiling', () => hash('sha256', crl, 'buffer')),
    sync(bench, 'tegata', (index) => (ask(crl, index) === 'good' ? true : undefined)),
  ];
}
