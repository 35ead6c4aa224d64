/**
 * Messages that we refuse, each for one rule, for the tests that ask what other programs say of them. TEST ONLY.
 * @module
 */
import { createHash, sign } from 'node:crypto';
import { cmsOid, prepareSignedData } from '@tegata/cms';
import { DerReader, der, tag } from '@tegata/der';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { systemRandom } from '@tegata/random';
import { buildCertId, type Certificate, oid, parseCertificate, readOcspResponse } from '@tegata/x509';
import {
  buildCertificate,
  buildCrl,
  buildOcspResponder,
  buildOcspResponse,
  type ExtensionSpec,
  extension,
  randomSerial,
} from '@tegata/x509-build';

const DAY = 86_400_000;
const random = systemRandom;
// The other programs judge by the system's clock.
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const later = (days: number) => new Date(now.getTime() + days * DAY);

/** One message and what is odd about it. */
export interface DifferenceCase {
  /** As in the table of the README. */
  readonly id: string;
  readonly kind: 'certificate' | 'crl' | 'ocsp' | 'cms';
  readonly bytes: Uint8Array;
}

/** An authority with what it has issued, in sound form. */
export interface Differences {
  readonly ca: Certificate;
  readonly leaf: Certificate;
  readonly responder: Uint8Array;
  readonly request: { readonly nonce: Uint8Array };
  readonly content: Uint8Array;
  /** The sound message of each kind, which everybody accepts. */
  readonly sound: Readonly<Record<DifferenceCase['kind'], Uint8Array>>;
  readonly cases: readonly DifferenceCase[];
}

const rsaSha256 = der.sequence(der.oid(oid.sha256WithRSAEncryption), der.null());
const extensionDer = ({ oid: id, critical, value }: ExtensionSpec, asTrue = 0xff) =>
  der.sequence(
    der.oid(id),
    ...(critical ? [der.element(tag.boolean, Uint8Array.of(asTrue))] : []),
    der.octetString(value),
  );

/** Makes them all with fresh keys. */
export async function makeDifferences(): Promise<Differences> {
  const [caKey, leafPrivate, responderKey] = await Promise.all([
    generateSoftwareKey('RSA-2048').then(softwareSigner),
    generateSoftwareKey('RSA-2048'),
    generateSoftwareKey('P-256').then(softwareSigner),
  ]);
  const leafKey = softwareSigner(leafPrivate);
  const caDer = await buildCertificate({
    subject: [['CN', 'TEST differences CA']],
    issuer: [['CN', 'TEST differences CA']],
    serial: randomSerial(random, 8),
    notBefore: later(-2),
    notAfter: later(300),
    publicKey: caKey.publicKey,
    signer: caKey,
    extensions: [
      extension.basicConstraints(),
      extension.keyUsage('keyCertSign', 'cRLSign'),
      extension.subjectKeyIdentifier(caKey.publicKey),
    ],
  });
  const ca = parseCertificate(caDer);
  const issuer = { certificate: caDer, signer: caKey };
  const leafExtensions = [
    extension.keyUsage('digitalSignature', 'nonRepudiation'),
    extension.subjectKeyIdentifier(leafKey.publicKey),
    extension.authorityKeyIdentifier(caKey.publicKey),
  ];
  const leafDer = await buildCertificate({
    subject: [['CN', 'TEST differences leaf']],
    issuer: ca.subject.raw,
    serial: randomSerial(random, 8),
    notBefore: later(-1),
    notAfter: later(200),
    publicKey: leafKey.publicKey,
    signer: caKey,
    extensions: leafExtensions,
  });
  const leaf = parseCertificate(leafDer);
  const responder = await buildOcspResponder({
    issuer,
    publicKey: responderKey.publicKey,
    random,
    notBefore: later(-1),
    notAfter: later(60),
    subject: [['CN', 'TEST differences responder']],
  });
  const made = { ca, caKey, leaf, leafKey, leafPrivate, leafExtensions, responder, responderKey };
  const content = new TextEncoder().encode('The content of a message.\n');
  const nonce = random.bytes(32);
  const crl = await crls(made);
  const ocsp = await ocspResponses(made, nonce);
  const cms = await messages(made, content);
  return {
    ca,
    leaf,
    responder,
    request: { nonce },
    content,
    sound: { certificate: leafDer, crl: crl.sound, ocsp: ocsp.sound, cms: cms.sound },
    cases: [...(await certificates(made)), ...crl.cases, ...ocsp.cases, ...cms.cases],
  };
}

interface Made {
  readonly ca: Certificate;
  readonly caKey: Signer;
  readonly leaf: Certificate;
  readonly leafKey: Signer;
  readonly leafPrivate: Awaited<ReturnType<typeof generateSoftwareKey>>;
  readonly leafExtensions: readonly ExtensionSpec[];
  readonly responder: Uint8Array;
  readonly responderKey: Signer;
}

/** The outer SEQUENCE with its length in one octet more than needed: the signature does not cover it. */
function longLength(bytes: Uint8Array): Uint8Array {
  const count = (bytes[1] as number) & 0x7f;
  return Uint8Array.of(0x30, 0x80 | (count + 1), 0, ...bytes.subarray(2));
}

async function certificates({ ca, caKey, leaf, leafExtensions }: Made): Promise<DifferenceCase[]> {
  const make = async (id: string, change: { serial?: Uint8Array; dates?: Uint8Array; extensions?: Uint8Array }) => {
    const tbs = der.sequence(
      der.explicit(0, der.integer(2)),
      der.element(tag.integer, change.serial ?? leaf.serial),
      rsaSha256,
      ca.subject.raw,
      change.dates ?? der.sequence(der.time(leaf.notBefore), der.time(leaf.notAfter)),
      leaf.subject.raw,
      leaf.spki.raw,
      der.explicit(3, change.extensions ?? der.sequence(...leafExtensions.map((item) => extensionDer(item)))),
    );
    const bytes = der.sequence(tbs, rsaSha256, der.bitString(await caKey.sign(tbs)));
    return { id, kind: 'certificate', bytes } as const;
  };
  const twice = [...leafExtensions, leafExtensions[1] as ExtensionSpec];
  return [
    { id: 'certificate-trailing', kind: 'certificate', bytes: Uint8Array.of(...leaf.raw, 0) },
    { id: 'certificate-long-length', kind: 'certificate', bytes: longLength(leaf.raw) },
    await make('certificate-boolean', {
      extensions: der.sequence(...leafExtensions.map((item) => extensionDer(item, 1))),
    }),
    await make('certificate-time', {
      dates: der.sequence(der.generalizedTime(leaf.notBefore), der.generalizedTime(leaf.notAfter)),
    }),
    await make('certificate-serial-negative', { serial: Uint8Array.of(0x80, 1) }),
    await make('certificate-serial-long', { serial: new Uint8Array(21).fill(1) }),
    await make('certificate-extension-twice', { extensions: der.sequence(...twice.map((item) => extensionDer(item))) }),
  ];
}

async function crls({ ca, caKey }: Made): Promise<{ sound: Uint8Array; cases: DifferenceCase[] }> {
  const issuer = { certificate: ca, signer: caKey };
  const other = { serial: Uint8Array.of(5, 6), revokedAt: later(-1) };
  const sound = await buildCrl({ issuer, number: 1, thisUpdate: later(-1), nextUpdate: later(1), revoked: [other] });
  const tbs = der.sequence(der.integer(1), rsaSha256, ca.subject.raw, der.time(later(-1)));
  const endless = der.sequence(tbs, rsaSha256, der.bitString(await caKey.sign(tbs)));
  const withCritical = (id: string, value: Uint8Array) =>
    buildCrl({
      issuer,
      number: 1,
      thisUpdate: later(-1),
      nextUpdate: later(1),
      revoked: [other],
      extensions: [{ oid: id, critical: true, value }],
    });
  const scope = (...members: Uint8Array[]) => withCritical(oid.issuingDistributionPoint, der.sequence(...members));
  const elsewhere = der.implicit(6, der.ia5('https://tegata.example/other.crl'));
  return {
    sound,
    cases: [
      { id: 'crl-trailing', kind: 'crl', bytes: Uint8Array.of(...sound, 0) },
      { id: 'crl-long-length', kind: 'crl', bytes: longLength(sound) },
      { id: 'crl-no-next-update', kind: 'crl', bytes: endless },
      { id: 'crl-some-reasons', kind: 'crl', bytes: await scope(der.implicit(3, der.namedBits([1]))) },
      { id: 'crl-other-partition', kind: 'crl', bytes: await scope(der.explicit(0, der.explicit(0, elsewhere))) },
      { id: 'crl-of-cas', kind: 'crl', bytes: await scope(der.implicit(2, der.boolean(true))) },
      { id: 'crl-unknown-critical', kind: 'crl', bytes: await withCritical('2.999.1', der.null()) },
    ],
  };
}

async function ocspResponses(
  { ca, leaf, responder, responderKey }: Made,
  nonce: Uint8Array,
): Promise<{ sound: Uint8Array; cases: DifferenceCase[] }> {
  const sound = await buildOcspResponse({
    answers: [
      { certId: buildCertId(leaf, ca), status: { status: 'good' }, thisUpdate: later(-0.01), nextUpdate: later(1) },
    ],
    producedAt: later(-0.01),
    signer: responderKey,
    certificates: [responder],
    nonce,
  });
  const reader = DerReader.over(readOcspResponse(sound).basic?.tbs ?? new Uint8Array()).sequence();
  const [who, when, answers, extensions] = Array.from({ length: 4 }, () => reader.element().raw) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const signed = async (...members: Uint8Array[]) => {
    const tbs = der.sequence(...members);
    const algorithm = der.sequence(der.oid(oid.ecdsaWithSHA256));
    const certificates = der.explicit(0, der.sequence(responder));
    const basic = der.sequence(tbs, algorithm, der.bitString(await responderKey.sign(tbs)), certificates);
    const bytes = der.sequence(der.oid(oid.ocspBasic), der.octetString(basic));
    return der.sequence(der.enumerated(0), der.explicit(0, bytes));
  };
  const inner = DerReader.over(extensions).inside(tag.constructed(1)).sequence().element().raw;
  const critical = der.sequence(der.oid('2.999.1'), der.boolean(true), der.octetString(der.null()));
  const single = DerReader.over(answers).sequence().element().raw;
  return {
    sound,
    cases: [
      { id: 'ocsp-trailing', kind: 'ocsp', bytes: Uint8Array.of(...sound, 0) },
      { id: 'ocsp-long-length', kind: 'ocsp', bytes: longLength(sound) },
      {
        id: 'ocsp-critical-extension',
        kind: 'ocsp',
        bytes: await signed(who, when, answers, der.explicit(1, der.sequence(inner, critical))),
      },
      {
        id: 'ocsp-two-answers',
        kind: 'ocsp',
        bytes: await signed(who, when, der.sequence(single, single), extensions),
      },
      { id: 'ocsp-no-nonce', kind: 'ocsp', bytes: await signed(who, when, answers) },
    ],
  };
}

async function messages(
  { leaf, leafKey, leafPrivate }: Made,
  content: Uint8Array,
): Promise<{ sound: Uint8Array; cases: DifferenceCase[] }> {
  const type = '2.999.8.5.9.1';
  const prepared = prepareSignedData({ content, eContentType: type, certificate: leaf, signingTime: now });
  const sound = prepared.finish(await leafKey.sign(prepared.toBeSigned));
  const attribute = (id: string, value: Uint8Array) => der.sequence(der.oid(id), der.setOf(value));
  const digest = (name: string) => new Uint8Array(createHash(name).update(content).digest());
  const make = (
    id: string,
    parts: {
      hash?: 'sha1' | 'sha256';
      attributes?: Uint8Array[];
      order?: (set: Uint8Array[]) => Uint8Array[];
      signed?: Uint8Array;
    },
  ): DifferenceCase => {
    const hash = parts.hash ?? 'sha256';
    const algorithm = der.sequence(der.oid(oid[hash]), der.null());
    const attributes = parts.attributes;
    const set = attributes && der.setOf(...attributes);
    const signature = new Uint8Array(sign(hash, parts.signed ?? set ?? content, leafPrivate));
    const stands = attributes && der.element(tag.constructed(0), ...(parts.order ?? ((same) => same))(attributes));
    const signer = der.sequence(
      der.integer(1),
      der.sequence(leaf.issuer.raw, der.element(tag.integer, leaf.serial)),
      algorithm,
      ...(stands ? [stands] : []),
      der.sequence(der.oid(oid.rsaEncryption), der.null()),
      der.octetString(signature),
    );
    const signedData = der.sequence(
      der.integer(3),
      der.setOf(algorithm),
      der.sequence(der.oid(type), der.explicit(0, der.octetString(content))),
      der.implicit(0, der.setOf(leaf.raw)),
      der.setOf(signer),
    );
    const bytes = der.sequence(der.oid(cmsOid.signedData), der.explicit(0, signedData));
    return { id, kind: 'cms', bytes };
  };
  const usual = (hash: 'sha1' | 'sha256') => [
    attribute(cmsOid.contentType, der.oid(type)),
    attribute(cmsOid.messageDigest, der.octetString(digest(hash))),
  ];
  const sorted = (set: Uint8Array[]) => [...set].sort((a, b) => Buffer.compare(a, b));
  return {
    sound,
    cases: [
      { id: 'cms-trailing', kind: 'cms', bytes: Uint8Array.of(...sound, 0) },
      { id: 'cms-long-length', kind: 'cms', bytes: longLength(sound) },
      make('cms-sha1', { hash: 'sha1', attributes: usual('sha1'), order: sorted }),
      make('cms-unsorted', { attributes: usual('sha256'), order: (set) => sorted(set).reverse() }),
      make('cms-no-attributes', {}),
      make('cms-content-type', {
        attributes: [attribute(cmsOid.contentType, der.oid(cmsOid.data)), usual('sha256')[1] as Uint8Array],
        order: sorted,
      }),
      make('cms-digest-twice', {
        attributes: [...usual('sha256'), attribute(cmsOid.messageDigest, der.octetString(digest('sha256')))],
        order: sorted,
      }),
    ],
  };
}
