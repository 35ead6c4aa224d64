import assert from 'node:assert/strict';
import { createHash, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { der } from '@tegata/der';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { oid, parseCertificate } from '@tegata/x509';
import { buildAttestationRoot, buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import fc from 'fast-check';
import { CmsError, type CmsInput, cmsOid, parseSignedData, prepareSignedData, verifySignedData } from './index.ts';

const TYPE = '2.999.8.5.9.1';
const at = new Date('2026-11-24T03:04:05Z');
const random = seededRandom('cms.test');
const content = new TextEncoder().encode('申請の内容');
const [caPrivate, holderPrivate] = await Promise.all([
  generateSoftwareKey('RSA-2048'),
  generateSoftwareKey('RSA-2048'),
]);
const [caKey, holderKey] = [softwareSigner(caPrivate), softwareSigner(holderPrivate)];
const holderWithSha384: Signer = {
  ...holderKey,
  sign: async (data) => new Uint8Array(sign('sha384', data, holderPrivate)),
};
const [p256, p384] = [
  softwareSigner(await generateSoftwareKey('P-256')),
  softwareSigner(await generateSoftwareKey('P-384')),
];
const ca = await buildJpkiCa({ ca: 'sign', signer: caKey, random, notBefore: new Date(at.getTime() - 1000) });
const issueTo = (publicKey: Signer['publicKey'], serial?: Uint8Array) =>
  buildJpkiSign({
    issuer: { certificate: ca, signer: caKey },
    publicKey,
    random,
    at: new Date(at.getTime() - 1000),
    serial,
    holder: {
      name: '試験　太郎',
      address: '東京都清瀬市中里五丁目８４２',
      sex: '1',
      birthDate: '19800217',
      prefecture: 'Tokyo-to',
      municipality: 'Kiyose-shi',
      municipalityCode: '13221',
    },
  });
const certificate = await issueTo(holderKey.publicKey);
const other = await issueTo(holderKey.publicKey);

const sha = (name: string, data: Uint8Array) => new Uint8Array(createHash(name).update(data).digest());
const algorithm = (id: string, ...parameters: Uint8Array[]) => der.sequence(der.oid(id), ...parameters);
const attribute = (id: string, ...values: Uint8Array[]) => der.sequence(der.oid(id), der.setOf(...values));
const identifierOf = (cert: Uint8Array) => {
  const { issuer, serial } = parseCertificate(cert);
  return der.sequence(issuer.raw, der.element(0x02, serial));
};
const ess = (cert: Uint8Array) => der.sequence(der.sequence(der.sequence(der.octetString(sha('sha256', cert)))));

/** The parts of a message; each test changes one. */
interface Parts {
  version: number;
  digestAlgorithms: Uint8Array[];
  eContentType: string;
  content: Uint8Array | null;
  certificates: Uint8Array[];
  crls: Uint8Array | null;
  signerVersion: number;
  identifier: Uint8Array;
  digestAlgorithm: Uint8Array;
  attributes: Uint8Array[] | null;
  unsigned: Uint8Array | null;
  signatureAlgorithm: Uint8Array;
  signer: Signer;
  signers: number;
  /** Octets that are signed, in place of the SET OF of the attributes. */
  signed?: Uint8Array;
}

const sound: Parts = {
  version: 3,
  digestAlgorithms: [algorithm(oid.sha256)],
  eContentType: TYPE,
  content,
  certificates: [certificate],
  crls: null,
  signerVersion: 1,
  identifier: identifierOf(certificate),
  digestAlgorithm: algorithm(oid.sha256),
  attributes: [
    attribute(cmsOid.contentType, der.oid(TYPE)),
    attribute(cmsOid.messageDigest, der.octetString(sha('sha256', content))),
    attribute(cmsOid.signingTime, der.time(at)),
    attribute(cmsOid.signingCertificateV2, ess(certificate)),
  ],
  unsigned: null,
  signatureAlgorithm: algorithm(oid.rsaEncryption, der.null()),
  signer: holderKey,
  signers: 1,
};

/** The attributes with one of them replaced, or left out. */
const attributes = (id: string, ...values: Uint8Array[]) => {
  const marker = Buffer.from(der.oid(id));
  const rest = (sound.attributes ?? []).filter((item) => !Buffer.from(item).includes(marker));
  return [...rest, ...values];
};

async function message(change: Partial<Parts> = {}): Promise<Uint8Array> {
  const parts = { ...sound, ...change };
  const set = parts.attributes && der.setOf(...parts.attributes);
  const signature = await parts.signer.sign(parts.signed ?? set ?? parts.content ?? content);
  const signerInfo = der.sequence(
    der.integer(parts.signerVersion),
    parts.identifier,
    parts.digestAlgorithm,
    ...(set ? [der.implicit(0, set)] : []),
    parts.signatureAlgorithm,
    der.octetString(signature),
    ...(parts.unsigned ? [der.implicit(1, der.setOf(parts.unsigned))] : []),
  );
  const signedData = der.sequence(
    der.integer(parts.version),
    der.setOf(...parts.digestAlgorithms),
    der.sequence(
      der.oid(parts.eContentType),
      ...(parts.content ? [der.explicit(0, der.octetString(parts.content))] : []),
    ),
    ...(parts.certificates.length > 0 ? [der.implicit(0, der.setOf(...parts.certificates))] : []),
    ...(parts.crls ? [der.implicit(1, der.setOf(parts.crls))] : []),
    der.setOf(...Array.from({ length: parts.signers }, () => signerInfo)),
  );
  return der.sequence(der.oid(cmsOid.signedData), der.explicit(0, signedData));
}

const verify = (cms: Uint8Array, change: Partial<CmsInput> = {}) =>
  verifySignedData({ cms, eContentType: TYPE, at, ...change });
const codes = (cms: Uint8Array, change: Partial<CmsInput> = {}) =>
  verify(cms, change).checks.flatMap(({ result, code }) => (result === 'failed' ? [code] : []));

describe('a SignedData', () => {
  it('with every rule kept gives content, certificate and signing time', async () => {
    const result = verify(await message());
    assert.deepEqual(
      result.checks.filter((check) => check.result !== 'passed'),
      [],
    );
    assert.deepEqual(result.content, content);
    assert.deepEqual(result.certificate?.raw, certificate);
    assert.deepEqual(result.signingTime, at);
  });

  const rows: readonly (readonly [string, Partial<Parts>, string])[] = [
    ['the version 1', { version: 1 }, 'version'],
    ['no content', { content: null, signed: der.setOf(...(sound.attributes ?? [])) }, 'content-missing'],
    ['another content under the same digest attribute', { content: new Uint8Array(3) }, 'message-digest'],
    ['no certificate', { certificates: [] }, 'certificate-count'],
    ['a second certificate', { certificates: [certificate, ca] }, 'certificate-count'],
    ['a certificate that is none', { certificates: [der.sequence()] }, 'certificate'],
    ['revocation lists', { crls: der.sequence() }, 'crls'],
    ['no signer', { signers: 0 }, 'signer-count'],
    ['two signers', { signers: 2 }, 'signer-count'],
    ['the issuer and number of another certificate', { identifier: identifierOf(other) }, 'signer-identifier'],
    ['SignerInfo of version 3 by issuer and number', { signerVersion: 3 }, 'signer-identifier'],
    ['unsigned attributes', { unsigned: attribute('2.999.1', der.null()) }, 'unsigned-attributes'],
    ['no signed attributes', { attributes: null }, 'signed-attributes-missing'],
    ['no contentType', { attributes: attributes(cmsOid.contentType) }, 'content-type-attribute'],
    [
      'another contentType among the attributes',
      { attributes: attributes(cmsOid.contentType, attribute(cmsOid.contentType, der.oid(cmsOid.data))) },
      'content-type-attribute',
    ],
    [
      'contentType with two values',
      { attributes: attributes(cmsOid.contentType, attribute(cmsOid.contentType, der.oid(TYPE), der.oid('2.999.1'))) },
      'content-type-attribute',
    ],
    ['no messageDigest', { attributes: attributes(cmsOid.messageDigest) }, 'message-digest'],
    [
      'messageDigest twice',
      {
        attributes: [
          ...(sound.attributes ?? []),
          attribute(cmsOid.messageDigest, der.octetString(sha('sha256', content))),
        ],
      },
      'message-digest',
    ],
    [
      'a cut messageDigest',
      {
        attributes: attributes(
          cmsOid.messageDigest,
          attribute(cmsOid.messageDigest, der.octetString(sha('sha256', content).subarray(0, 20))),
        ),
      },
      'message-digest',
    ],
    ['no signingTime', { attributes: attributes(cmsOid.signingTime) }, 'signing-time'],
    [
      'a signingTime before the certificate',
      {
        attributes: attributes(
          cmsOid.signingTime,
          attribute(cmsOid.signingTime, der.time(new Date(at.getTime() - 2000))),
        ),
      },
      'signing-time',
    ],
    [
      'a signingTime in the future',
      {
        attributes: attributes(
          cmsOid.signingTime,
          attribute(cmsOid.signingTime, der.time(new Date(at.getTime() + 301_000))),
        ),
      },
      'signing-time',
    ],
    [
      'a signingTime as GeneralizedTime before 2050',
      { attributes: attributes(cmsOid.signingTime, attribute(cmsOid.signingTime, der.generalizedTime(at))) },
      'signing-time',
    ],
    ['no signingCertificateV2', { attributes: attributes(cmsOid.signingCertificateV2) }, 'signing-certificate'],
    [
      'the hash of another certificate',
      { attributes: attributes(cmsOid.signingCertificateV2, attribute(cmsOid.signingCertificateV2, ess(other))) },
      'signing-certificate',
    ],
    ['two digests', { digestAlgorithms: [algorithm(oid.sha256), algorithm(oid.sha384)] }, 'digest-algorithm'],
    ['another digest in the set', { digestAlgorithms: [algorithm(oid.sha384)] }, 'digest-algorithm'],
    [
      'a signature algorithm of another digest',
      { signatureAlgorithm: algorithm(oid.sha384WithRSAEncryption, der.null()), signer: holderWithSha384 },
      'digest-algorithm',
    ],
    ['a signature of another key', { signer: caKey }, 'signature'],
    ['a signature over the content', { signed: content }, 'signature'],
    [
      'a signature over the attributes under the tag [0]',
      { signed: der.implicit(0, der.setOf(...(sound.attributes ?? []))) },
      'signature',
    ],
  ];
  for (const [title, change, code] of rows) {
    it(`with ${title} is refused by ${code} alone`, async () => {
      const cms = await message(change);
      assert.deepEqual(codes(cms), [code]);
      assert.equal(verify(cms).content, undefined);
      assert.equal(verify(cms).certificate, undefined);
    });
  }

  it('of another type than expected is refused by content-type', async () => {
    assert.deepEqual(codes(await message(), { eContentType: '2.999.1' }), ['content-type']);
  });
  it('of id-data has the version 1', async () => {
    const data = attributes(cmsOid.contentType, attribute(cmsOid.contentType, der.oid(cmsOid.data)));
    const parts = { eContentType: cmsOid.data, attributes: data };
    assert.deepEqual(codes(await message({ ...parts, version: 1 }), { eContentType: cmsOid.data }), []);
    assert.deepEqual(codes(await message(parts), { eContentType: cmsOid.data }), ['version']);
  });
  it('with SHA-1 is refused by digest-algorithm', async () => {
    const cms = await message({ digestAlgorithms: [algorithm(oid.sha1)], digestAlgorithm: algorithm(oid.sha1) });
    assert.equal(verify(cms).code, 'digest-algorithm');
  });
  it('may name its digest with NULL parameters, and its signature by sha256WithRSAEncryption', async () => {
    const withNull = algorithm(oid.sha256, der.null());
    const cms = await message({
      digestAlgorithms: [withNull],
      digestAlgorithm: withNull,
      signatureAlgorithm: algorithm(oid.sha256WithRSAEncryption, der.null()),
    });
    assert.deepEqual(codes(cms), []);
  });
  it('may name its signer by key identifier in version 3', async () => {
    const { ski } = parseCertificate(certificate);
    const identifier = (bytes: Uint8Array) => der.implicit(0, der.octetString(bytes));
    const by = (bytes: Uint8Array) => message({ signerVersion: 3, identifier: identifier(bytes) });
    assert.deepEqual(codes(await by(ski ?? new Uint8Array())), []);
    assert.deepEqual(codes(await by(new Uint8Array(20))), ['signer-identifier']);
  });
  it('with detached content is verified only when the content is given, and not inside as well', async () => {
    const signed = der.setOf(...(sound.attributes ?? []));
    const detached = await message({ content: null, signed });
    assert.deepEqual(codes(detached, { content }), []);
    assert.deepEqual(codes(await message(), { content }), ['content-unexpected']);
  });
  it('whose attributes are shown as content is refused: a signature over attributes is none over content', async () => {
    const signed = der.setOf(...(sound.attributes ?? []));
    const cms = await message({ content: signed, attributes: null, signed });
    assert.deepEqual(codes(cms), ['signed-attributes-missing']);
  });
});

describe('the reader', () => {
  const malformed = (bytes: Uint8Array) =>
    assert.throws(
      () => parseSignedData(bytes),
      (error) => error instanceof CmsError && error.code === 'cms-malformed',
    );

  it('refuses octets after the message', async () => malformed(Uint8Array.of(...(await message()), 0)));
  it('refuses attributes that are not in DER order', async () => {
    const cms = Buffer.from(await message());
    const set = der.setOf(...(sound.attributes ?? [])).subarray(3);
    const reversed = Buffer.concat([...(sound.attributes ?? [])].sort((a, b) => Buffer.compare(b, a)));
    const start = cms.indexOf(set);
    assert.ok(start > 0);
    reversed.copy(cms, start);
    malformed(cms);
  });
  it('refuses another content type than SignedData', () => {
    malformed(der.sequence(der.oid(cmsOid.data), der.explicit(0, der.octetString())));
  });
  it('refuses a message above its limit', async () => {
    const cms = await message({ content: new Uint8Array(5000) });
    assert.throws(() => parseSignedData(cms, { maxBytes: 4000 }), CmsError);
    assert.equal(parseSignedData(cms).content?.length, 5000);
  });
  it('refuses more signers or certificates than it reads', async () => {
    malformed(await message({ signers: 5 }));
    malformed(await message({ certificates: Array.from({ length: 9 }, () => certificate) }));
  });
  it('reads any input, or refuses it with a CmsError; what changes anything is not accepted', async () => {
    const whole = await message();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (position, octet) => {
        const damaged = whole.with(position, octet);
        try {
          parseSignedData(damaged);
        } catch (error) {
          assert(error instanceof CmsError, String(error));
        }
        const result = verify(damaged);
        if (result.result === 'passed') assert.deepEqual(result.content, content);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        assert.equal(verify(input).result, 'failed');
      }),
    );
  });
});

describe('a prepared SignedData', () => {
  const prepare = () => prepareSignedData({ content, eContentType: TYPE, certificate, signingTime: at });

  it('hands out the SET OF that is signed, and its digest for the card', () => {
    const { toBeSigned, digest } = prepare();
    assert.equal(toBeSigned[0], 0x31);
    assert.deepEqual(digest, sha('sha256', toBeSigned));
  });
  it('is verified when the signature comes back', async () => {
    const prepared = prepare();
    const cms = prepared.finish(await holderKey.sign(prepared.toBeSigned));
    assert.deepEqual(verify(cms).content, content);
    assert.equal(parseSignedData(cms).version, 3);
    assert.equal(parseSignedData(cms).signers[0]?.version, 1);
  });
  it('refuses the signature of another key', async () => {
    const prepared = prepare();
    const signature = await caKey.sign(prepared.toBeSigned);
    assert.throws(
      () => prepared.finish(signature),
      (error) => error instanceof CmsError && error.code === 'cms-signature-mismatch',
    );
  });
  it('is made with P-256 and SHA-256, and with P-384 and SHA-384', async () => {
    for (const [signer, digestAlgorithm] of [
      [p256, 'sha256'],
      [p384, 'sha384'],
    ] as const) {
      const own = await issueTo(signer.publicKey);
      const prepared = prepareSignedData({ content, eContentType: TYPE, certificate: own, signingTime: at });
      assert.equal(prepared.digestAlgorithm, digestAlgorithm);
      assert.deepEqual(codes(prepared.finish(await signer.sign(prepared.toBeSigned))), []);
    }
  });
  it('is made from any certificate: whether to trust it is asked elsewhere', async () => {
    const root = await buildAttestationRoot({ signer: p256, random, notBefore: at });
    const prepared = prepareSignedData({ content, eContentType: TYPE, certificate: root, signingTime: at });
    assert.deepEqual(codes(prepared.finish(await p256.sign(prepared.toBeSigned))), []);
  });
});
