import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { der } from '@tegata/der';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { oid, parseCertificate } from '@tegata/x509';
import { buildCertificate, type ExtensionSpec, extension, randomSerial } from '@tegata/x509-build';
import fc from 'fast-check';
import { CmsError, cmsOid, type MessageInput, parseSignedData, verifyMessage } from './index.ts';

const TYPE = '2.999.8.5.9.1';
const at = new Date('2026-11-24T03:04:05Z');
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const random = seededRandom('verify-message.test');
const content = new TextEncoder().encode('通知の内容');
const rootKey = softwareSigner(await generateSoftwareKey('P-256'));
const [rsaPrivate, p256Private, p384Private, middlePrivate] = await Promise.all([
  generateSoftwareKey('RSA-2048'),
  generateSoftwareKey('P-256'),
  generateSoftwareKey('P-384'),
  generateSoftwareKey('P-256'),
]);
const sha = (name: string, data: Uint8Array) => new Uint8Array(createHash(name).update(data).digest());

interface Party {
  readonly certificate: Uint8Array;
  readonly sign: (hash: string | null, data: Uint8Array) => Uint8Array;
  readonly algorithm: Uint8Array;
}

let issued = 0;
async function certify(
  publicKey: Signer['publicKey'],
  change: {
    issuer?: Uint8Array;
    signer?: Signer;
    extensions?: ExtensionSpec[];
    subject?: string;
    notAfter?: Date;
    serial?: Uint8Array;
  } = {},
): Promise<Uint8Array> {
  return buildCertificate({
    subject: [['CN', change.subject ?? `TEST signer ${++issued}`]],
    issuer: change.issuer ? parseCertificate(change.issuer).subject.raw : [['CN', 'TEST root']],
    serial: change.serial ?? randomSerial(random, 8),
    notBefore: later(-86_400),
    notAfter: change.notAfter ?? later(86_400),
    publicKey,
    signer: change.signer ?? rootKey,
    extensions: change.extensions ?? [
      extension.keyUsage('digitalSignature'),
      extension.subjectKeyIdentifier(publicKey),
    ],
  });
}
const caExtensions = (publicKey: Signer['publicKey']) => [
  extension.basicConstraints(),
  extension.keyUsage('keyCertSign', 'cRLSign'),
  extension.subjectKeyIdentifier(publicKey),
];
const root = await certify(rootKey.publicKey, { subject: 'TEST root', extensions: caExtensions(rootKey.publicKey) });
const algorithm = (id: string, ...parameters: Uint8Array[]) => der.sequence(der.oid(id), ...parameters);
const rsaParty: Party = {
  certificate: await certify(softwareSigner(rsaPrivate).publicKey),
  sign: (hash, data) => new Uint8Array(sign(hash, data, rsaPrivate)),
  algorithm: algorithm(oid.rsaEncryption, der.null()),
};
const p256Party: Party = {
  certificate: await certify(softwareSigner(p256Private).publicKey),
  sign: (hash, data) => new Uint8Array(sign(hash, data, p256Private)),
  algorithm: algorithm(oid.ecdsaWithSHA256),
};
const p384Party: Party = {
  certificate: await certify(softwareSigner(p384Private).publicKey),
  sign: (hash, data) => new Uint8Array(sign(hash, data, p384Private)),
  algorithm: algorithm(oid.ecdsaWithSHA384),
};
const ed25519 = generateKeyPairSync('ed25519');
const edParty: Party = {
  certificate: await certify(ed25519.publicKey),
  sign: (_, data) => new Uint8Array(sign(null, data, ed25519.privateKey)),
  algorithm: algorithm(oid.ed25519),
};

const attribute = (id: string, ...values: Uint8Array[]) => der.sequence(der.oid(id), der.setOf(...values));
const byIssuer = (certificate: Uint8Array) => {
  const { issuer, serial } = parseCertificate(certificate);
  return der.sequence(issuer.raw, der.element(0x02, serial));
};
const byKey = (certificate: Uint8Array) =>
  der.implicit(0, der.octetString(parseCertificate(certificate).ski ?? new Uint8Array()));

interface SignerParts {
  party: Party;
  version?: number;
  identifier?: Uint8Array;
  hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  digestAlgorithm?: Uint8Array;
  type?: string;
  content?: Uint8Array;
  /** Of the usual attributes contentType and messageDigest; null for none. */
  attributes?: ((usual: Uint8Array[]) => Uint8Array[]) | null;
  signatureAlgorithm?: Uint8Array;
  unsigned?: Uint8Array;
  signed?: Uint8Array;
  signature?: (sound: Uint8Array) => Uint8Array;
}

function signerInfo(parts: SignerParts): Uint8Array {
  const { party, hash = 'sha256', attributes = (usual) => usual } = parts;
  const digestAlgorithm = parts.digestAlgorithm ?? algorithm(oid[hash]);
  const octets = parts.content ?? content;
  const set =
    attributes &&
    der.setOf(
      ...attributes([
        attribute(cmsOid.contentType, der.oid(parts.type ?? TYPE)),
        attribute(cmsOid.messageDigest, der.octetString(sha(hash, octets))),
      ]),
    );
  const signature = party.sign(hash, parts.signed ?? set ?? octets);
  return der.sequence(
    der.integer(parts.version ?? 1),
    parts.identifier ?? byIssuer(party.certificate),
    digestAlgorithm,
    ...(set ? [der.implicit(0, set)] : []),
    parts.signatureAlgorithm ?? party.algorithm,
    der.octetString((parts.signature ?? ((same) => same))(signature)),
    ...(parts.unsigned ? [der.implicit(1, der.setOf(parts.unsigned))] : []),
  );
}

interface MessageParts {
  version?: number;
  type?: string;
  content?: Uint8Array | null;
  digests?: Uint8Array[];
  certificates?: Uint8Array[];
  crls?: Uint8Array;
  signers: Uint8Array[];
}

function message(parts: MessageParts): Uint8Array {
  const { type = TYPE, certificates = [rsaParty.certificate, p256Party.certificate, p384Party.certificate] } = parts;
  const inside = parts.content === undefined ? content : parts.content;
  // The sets stand as they come: RFC 5652 asks for DER of the signed attributes alone.
  const set = (identifier: number, members: Uint8Array[]) => der.element(identifier, ...members);
  const signedData = der.sequence(
    der.integer(parts.version ?? 3),
    set(0x31, parts.digests ?? [algorithm(oid.sha256)]),
    der.sequence(der.oid(type), ...(inside ? [der.explicit(0, der.octetString(inside))] : [])),
    ...(certificates.length > 0 ? [set(0xa0, certificates)] : []),
    ...(parts.crls ? [set(0xa1, [parts.crls])] : []),
    set(0x31, parts.signers),
  );
  return der.sequence(der.oid(cmsOid.signedData), der.explicit(0, signedData));
}

const verify = (cms: Uint8Array, change: Partial<MessageInput> = {}) =>
  verifyMessage({ cms, anchors: [root], at, ...change });
const codes = (cms: Uint8Array, change: Partial<MessageInput> = {}) => {
  const { checks, signers } = verify(cms, change);
  return [...checks, ...signers.flatMap((signer) => signer.checks)].flatMap(({ result, code }) =>
    result === 'failed' ? [code] : [],
  );
};
const one = (change: Partial<SignerParts> = {}, parts: Partial<MessageParts> = {}) =>
  message({ signers: [signerInfo({ party: rsaParty, ...change })], ...parts });
const plain = { type: cmsOid.data };

describe('a message of anybody', () => {
  it('is valid with its content inside, and gives it', () => {
    const report = verify(one());
    assert.deepEqual([report.result, report.code, report.signers.length], ['passed', undefined, 1]);
    assert.deepEqual(report.content, content);
    assert.deepEqual(report.signers[0]?.certificate?.raw, rsaParty.certificate);
    assert.equal(report.eContentType, TYPE);
  });
  it('is valid with its content beside it, and only with that content', () => {
    const detached = one({}, { content: null });
    assert.deepEqual(codes(detached, { content }), []);
    assert.deepEqual(verify(detached, { content }).content, content);
    assert.deepEqual(codes(detached), ['content-missing']);
    assert.deepEqual(codes(detached, { content: content.slice(1) }), ['message-digest']);
    assert.deepEqual(codes(detached, { content: new Uint8Array() }), ['message-digest']);
    assert.deepEqual(codes(one(), { content }), []);
    assert.deepEqual(codes(one(), { content: content.slice(1) }), ['content-mismatch', 'message-digest']);
  });
  it('may have several signers, with other keys and digests each', () => {
    const signers = [
      signerInfo({ party: rsaParty }),
      signerInfo({ party: p256Party }),
      signerInfo({ party: p384Party, hash: 'sha384' }),
    ];
    const digests = [algorithm(oid.sha256), algorithm(oid.sha384)];
    const report = verify(message({ signers, digests }));
    assert.deepEqual([report.result, report.signers.length], ['passed', 3]);
    assert.deepEqual(codes(message({ signers: signers.reverse(), digests: digests.reverse() })), []);
  });
  it('is valid only when every signer is', () => {
    const bad = signerInfo({ party: p256Party, signature: (sound) => sound.with(20, (sound[20] as number) ^ 1) });
    for (const signers of [
      [signerInfo({ party: rsaParty }), bad],
      [bad, signerInfo({ party: rsaParty })],
    ]) {
      const report = verify(message({ signers }));
      assert.deepEqual([report.result, report.code, report.content], ['failed', 'signature', undefined]);
      assert.deepEqual(report.signers.map(({ result }) => result).sort(), ['failed', 'passed']);
    }
  });
  it('may be signed with Ed25519 over the attributes, with SHA-512 (RFC 8419)', () => {
    const parts = { certificates: [edParty.certificate], digests: [algorithm(oid.sha512)] };
    assert.deepEqual(codes(one({ party: edParty, hash: 'sha512' }, parts)), []);
    const other = { certificates: [edParty.certificate], digests: [algorithm(oid.sha256)] };
    assert.deepEqual(codes(one({ party: edParty, hash: 'sha256' }, other)), ['digest-algorithm']);
  });
  it('may name its signer by key identifier, in version 3 of SignerInfo and of SignedData', () => {
    const identifier = byKey(rsaParty.certificate);
    assert.deepEqual(codes(one({ identifier, version: 3 })), []);
    assert.deepEqual(codes(one({ identifier, version: 1 })), ['signer-identifier']);
    const data = { ...plain, identifier, version: 3 };
    assert.deepEqual(codes(one(data, { ...plain, version: 3 })), []);
    assert.deepEqual(codes(one(data, { ...plain, version: 1 })), ['version']);
    assert.deepEqual(codes(one({ version: 3 })), ['signer-identifier']);
  });
  it('of plain data has the version 1, and needs no signed attributes', () => {
    assert.deepEqual(codes(one(plain, { ...plain, version: 1 })), []);
    assert.deepEqual(codes(one(plain, { ...plain, version: 3 })), ['version']);
    assert.deepEqual(codes(one({ attributes: null }, { ...plain, version: 1 })), []);
    const altered = one({ attributes: null, content: content.slice(1) }, { ...plain, version: 1 });
    assert.deepEqual(codes(altered), ['signature']);
  });
  it('of any other type needs signed attributes: those of another message must not be shown as content', () => {
    const set = der.setOf(
      attribute(cmsOid.contentType, der.oid(TYPE)),
      attribute(cmsOid.messageDigest, der.octetString(sha('sha256', content))),
    );
    const mixedUp = { attributes: null, content: set, signed: set };
    assert.deepEqual(codes(one(mixedUp, { content: set })), ['signed-attributes-missing']);
    assert.deepEqual(codes(one({ attributes: null })), ['signed-attributes-missing']);
  });
  it('may carry unsigned attributes and CRLs: nothing rests on them', () => {
    assert.deepEqual(codes(one({ unsigned: attribute('2.999.1', der.null()) })), []);
    assert.deepEqual(codes(one({}, { crls: der.sequence() })), []);
  });
  it('without a signer proves nothing', () => {
    const report = verify(message({ signers: [] }));
    assert.deepEqual([report.result, report.code, report.signers], ['failed', 'signer-count', []]);
  });
});

const attributesWith = (id: string, ...values: Uint8Array[]): Partial<SignerParts> => ({
  attributes: (usual) => [...usual.filter((item) => !Buffer.from(item).includes(Buffer.from(der.oid(id)))), ...values],
});
const essWith = (...members: Uint8Array[]) =>
  attribute(cmsOid.signingCertificateV2, der.sequence(der.sequence(der.sequence(...members))));
const protection = (digest: Uint8Array, signature: Uint8Array) =>
  attribute(cmsOid.algorithmProtection, der.sequence(digest, der.implicit(1, signature)));
const hashOf = (certificate: Uint8Array) => der.octetString(sha('sha256', certificate));
const issuerSerial = (certificate: Uint8Array, serial?: Uint8Array) => {
  const { issuer, serial: own } = parseCertificate(certificate);
  return der.sequence(der.sequence(der.explicit(4, issuer.raw)), der.element(0x02, serial ?? own));
};

describe('the rules of signed attributes', () => {
  const rows: readonly (readonly [string, Partial<SignerParts>, readonly string[]])[] = [
    ['no contentType', attributesWith(cmsOid.contentType), ['content-type-attribute']],
    [
      'the contentType of another message',
      attributesWith(cmsOid.contentType, attribute(cmsOid.contentType, der.oid(cmsOid.data))),
      ['content-type-attribute'],
    ],
    [
      'contentType twice',
      { attributes: (usual) => [...usual, attribute(cmsOid.contentType, der.oid(TYPE), der.oid('2.999.1'))] },
      ['content-type-attribute'],
    ],
    [
      'contentType without a value',
      attributesWith(cmsOid.contentType, attribute(cmsOid.contentType)),
      ['content-type-attribute'],
    ],
    ['no messageDigest', attributesWith(cmsOid.messageDigest), ['message-digest']],
    [
      'messageDigest with two values',
      attributesWith(
        cmsOid.messageDigest,
        attribute(cmsOid.messageDigest, der.octetString(sha('sha256', content)), der.octetString(new Uint8Array(32))),
      ),
      ['message-digest'],
    ],
    [
      'messageDigest in another digest',
      attributesWith(cmsOid.messageDigest, attribute(cmsOid.messageDigest, der.octetString(sha('sha384', content)))),
      ['message-digest'],
    ],
    ['SHA-1', { hash: 'sha1' }, ['digest-algorithm']],
    ['MD5 by name', { digestAlgorithm: algorithm('1.2.840.113549.2.5', der.null()) }, ['digest-algorithm']],
    [
      'another digest in the signature algorithm than in SignerInfo',
      { signatureAlgorithm: algorithm(oid.sha512WithRSAEncryption, der.null()) },
      ['digest-algorithm', 'signature'],
    ],
    ['a digest that the message does not list', { hash: 'sha512' }, ['digest-algorithm']],
    [
      'a signingTime in the future',
      attributesWith(cmsOid.signingTime, attribute(cmsOid.signingTime, der.time(later(301)))),
      ['signing-time'],
    ],
    [
      'a signingTime before the certificate begins',
      attributesWith(cmsOid.signingTime, attribute(cmsOid.signingTime, der.time(later(-86_401)))),
      ['signing-time'],
    ],
    [
      'signingTime twice',
      { attributes: (usual) => [...usual, attribute(cmsOid.signingTime, der.time(at), der.time(later(-1)))] },
      ['signing-time'],
    ],
    [
      'the hash of another certificate in ESSCertIDv2',
      attributesWith(cmsOid.signingCertificateV2, essWith(hashOf(p256Party.certificate))),
      ['signing-certificate'],
    ],
    [
      'another serial number in ESSCertIDv2',
      attributesWith(
        cmsOid.signingCertificateV2,
        essWith(hashOf(rsaParty.certificate), issuerSerial(rsaParty.certificate, Uint8Array.of(9))),
      ),
      ['signing-certificate'],
    ],
    [
      'ESSCertIDv2 twice',
      {
        attributes: (usual) => [
          ...usual,
          attribute(
            cmsOid.signingCertificateV2,
            der.sequence(der.sequence(der.sequence(hashOf(rsaParty.certificate)))),
            der.sequence(der.sequence(der.sequence(hashOf(p256Party.certificate)))),
          ),
        ],
      },
      ['signing-certificate'],
    ],
    [
      'another digest in CMSAlgorithmProtection',
      attributesWith(cmsOid.algorithmProtection, protection(algorithm(oid.sha512), rsaParty.algorithm)),
      ['digest-algorithm'],
    ],
    [
      'another signature algorithm in CMSAlgorithmProtection',
      attributesWith(cmsOid.algorithmProtection, protection(algorithm(oid.sha256), p256Party.algorithm)),
      ['digest-algorithm'],
    ],
    ['a signature over the content', { signed: content }, ['signature']],
    [
      'a signature over the attributes under their tag [0]',
      {
        signed: der.implicit(
          0,
          der.setOf(
            attribute(cmsOid.contentType, der.oid(TYPE)),
            attribute(cmsOid.messageDigest, der.octetString(sha('sha256', content))),
          ),
        ),
      },
      ['signature'],
    ],
    ['another key’s algorithm', { signatureAlgorithm: algorithm(oid.ecdsaWithSHA256) }, ['signature']],
  ];
  for (const [title, change, expected] of rows) {
    it(`refuse ${title} by ${expected.join(' and ')}`, () => {
      assert.deepEqual(codes(one(change)), expected);
    });
  }
  it('take signingTime, ESSCertIDv2 and CMSAlgorithmProtection that are right', () => {
    const report = verify(
      one({
        attributes: (usual) => [
          ...usual,
          attribute(cmsOid.signingTime, der.time(later(-60))),
          essWith(hashOf(rsaParty.certificate), issuerSerial(rsaParty.certificate)),
          protection(algorithm(oid.sha256), rsaParty.algorithm),
        ],
      }),
    );
    assert.equal(report.result, 'passed');
    assert.deepEqual(report.signers[0]?.signingTime, later(-60));
  });
});

describe('the signer of a message', () => {
  it('needs its certificate: inside, or named by the caller', () => {
    const bare = one({}, { certificates: [] });
    assert.deepEqual(codes(bare), ['certificate-missing']);
    assert.deepEqual(codes(bare, { signers: [rsaParty.certificate] }), []);
    assert.deepEqual(codes(one({ identifier: byIssuer(edParty.certificate) })), ['certificate-missing']);
  });
  it('is exactly the one who is expected', () => {
    assert.deepEqual(codes(one(), { signers: [rsaParty.certificate] }), []);
    assert.deepEqual(codes(one(), { signers: [p256Party.certificate] }), ['signer-missing', 'signer-unexpected']);
    const both = message({ signers: [signerInfo({ party: rsaParty }), signerInfo({ party: p256Party })] });
    assert.deepEqual(codes(both, { signers: [p256Party.certificate, rsaParty.certificate] }), []);
    assert.deepEqual(codes(both, { signers: [p256Party.certificate] }), ['signer-unexpected']);
    assert.deepEqual(codes(one(), { signers: [p256Party.certificate, rsaParty.certificate] }), ['signer-missing']);
  });
  it('has a path to a trusted root, over certificates that come along', async () => {
    const middleKey = softwareSigner(middlePrivate);
    const middle = await certify(middleKey.publicKey, {
      subject: 'TEST middle',
      extensions: caExtensions(middleKey.publicKey),
    });
    const leaf = await certify(softwareSigner(p256Private).publicKey, { issuer: middle, signer: middleKey });
    const party = { ...p256Party, certificate: leaf };
    const with_ = (...certificates: Uint8Array[]) => one({ party }, { certificates });
    assert.deepEqual(codes(with_(leaf, middle)), []);
    assert.deepEqual(codes(with_(middle, leaf)), []);
    assert.deepEqual(codes(with_(leaf)), ['no-path-to-anchor']);
    assert.deepEqual(codes(with_(leaf, middle, root), { anchors: [] }), ['no-path-to-anchor']);
    assert.deepEqual(codes(with_(leaf, middle, root), { anchors: [middle] }), []);
  });
  it('may be trusted by its very certificate', () => {
    assert.deepEqual(codes(one(), { anchors: [rsaParty.certificate] }), []);
    assert.deepEqual(codes(one({}, { certificates: [] }), { anchors: [rsaParty.certificate] }), []);
  });
  it('has a certificate that is valid at receipt, for signing, without unknown critical extensions', async () => {
    const key = softwareSigner(rsaPrivate).publicKey;
    const refused: readonly [Parameters<typeof certify>[1], string][] = [
      [{ notAfter: later(-1) }, 'validity'],
      [{ extensions: [extension.keyUsage('keyEncipherment')] }, 'ku-bits'],
      [{ extensions: [{ oid: '2.999.1', critical: true, value: der.null() }] }, 'unknown-critical'],
      [{ signer: softwareSigner(p256Private) }, 'signature'],
    ];
    for (const [change, code] of refused) {
      const certificate = await certify(key, change);
      const cms = one({ party: { ...rsaParty, certificate } }, { certificates: [certificate] });
      assert.deepEqual(codes(cms), [code]);
      assert.equal(
        verify(cms)
          .signers[0]?.checks.find(({ result }) => result === 'failed')
          ?.id.startsWith('path.'),
        true,
      );
    }
    const open = await certify(key, { extensions: [extension.subjectKeyIdentifier(key)] });
    assert.deepEqual(codes(one({ party: { ...rsaParty, certificate: open } }, { certificates: [open] })), []);
  });
  it('is not confused by another certificate of the same number, or one that cannot be read', async () => {
    const { serial } = parseCertificate(rsaParty.certificate);
    const other = await buildCertificate({
      subject: [['CN', 'x']],
      issuer: [['CN', 'TEST other root']],
      serial,
      notBefore: later(-1),
      notAfter: later(1),
      publicKey: rootKey.publicKey,
      signer: rootKey,
      extensions: [extension.keyUsage('digitalSignature')],
    });
    assert.deepEqual(codes(one({}, { certificates: [other, der.sequence(), rsaParty.certificate] })), []);
  });
});

describe('the form of a message', () => {
  it('has attributes that are SEQUENCEs, in the order of DER', () => {
    const usual = (change: (list: Uint8Array[]) => Uint8Array[]) => one({ attributes: (list) => change(list) });
    assert.deepEqual(codes(usual((list) => list)), []);
    const retagged = (list: Uint8Array[]) => list.map((item) => Uint8Array.of(0x31, ...item.subarray(1)));
    assert.deepEqual(codes(usual(retagged)), ['cms-malformed']);
  });
});

describe('the limits of a message', () => {
  it('are of certificates, signers and octets', () => {
    const signers = (count: number) => Array.from({ length: count }, () => signerInfo({ party: p256Party }));
    assert.deepEqual(codes(message({ signers: signers(16) })), []);
    assert.deepEqual(codes(message({ signers: signers(17) })), ['cms-malformed']);
    const certificates = (count: number) => Array.from({ length: count }, () => rsaParty.certificate);
    assert.deepEqual(codes(one({}, { certificates: certificates(32) })), []);
    assert.deepEqual(codes(one({}, { certificates: certificates(33) })), ['cms-malformed']);
    assert.deepEqual(codes(one(), { limits: { maxBytes: 100 } }), ['cms-malformed']);
  });
  it('and any damage end in a report, never in content that was not signed', () => {
    const sound = message({ signers: [signerInfo({ party: rsaParty }), signerInfo({ party: p256Party })] });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const damaged = sound.slice();
          for (const [position, octet] of changes) damaged[position] = octet;
          const report = verify(damaged);
          if (report.result === 'passed') assert.deepEqual(report.content, content);
          try {
            parseSignedData(damaged);
          } catch (error) {
            assert(error instanceof CmsError, String(error));
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
