import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DerReader, der, tag } from '@tegata/der';
import fc from 'fast-check';
import { at, makeChains } from './chains-for-tests.ts';
import {
  certificateToPem,
  describeCertificate,
  formatName,
  nameValues,
  oid,
  parseCertificate,
  pemToCertificates,
  readName,
  verifyPath,
  X509Error,
  type X509ErrorCode,
} from './index.ts';
import { type Alteration, adding, changing, extensionDer, resign } from './resign-for-tests.ts';

const chains = await makeChains();
const { sign, signCa, iaca, ds } = chains;

async function refuses(code: X509ErrorCode, change: Alteration) {
  const changed = await resign(sign.der, sign.by, change);
  assert.throws(
    () => parseCertificate(changed),
    (error) => error instanceof X509Error && error.code === code,
  );
}

describe('a certificate that is read', () => {
  const certificate = parseCertificate(sign.der);

  it('keeps its octets: the whole, the signed part, the names and the key', () => {
    assert.deepEqual(certificate.raw, sign.der);
    const outer = DerReader.over(sign.der).sequence();
    assert.deepEqual(certificate.tbs, outer.element().raw);
    assert.deepEqual(certificate.issuer.raw, parseCertificate(signCa.der).subject.raw);
    assert.deepEqual(Buffer.from(certificate.spki.raw), sign.key.publicKey.export({ type: 'spki', format: 'der' }));
  });
  it('gives its names as text in the order of the encoding', () => {
    assert.equal(
      formatName(certificate.issuer),
      'C=JP, O=Tegata TEST ONLY, OU=TEST digital signature, OU=Tegata test authority',
    );
    assert.deepEqual(nameValues(certificate.subject, oid.localityName), ['Tokyo-to', 'Chiyoda-ku']);
    assert.equal(certificate.subject.rdns[0]?.[0]?.tag, tag.printableString);
    assert.equal(certificate.subject.rdns[1]?.[0]?.tag, tag.utf8String);
  });
  it('has its extensions decoded', () => {
    assert.deepEqual([...(certificate.keyUsage ?? [])], ['digitalSignature', 'nonRepudiation']);
    assert.deepEqual(certificate.policies, [{ oid: '2.999.8.5.1.1.20', cps: ['https://tegata.example/cps.html'] }]);
    assert.deepEqual(
      [...certificate.sanOtherNames.keys()].map((id) => id.slice('2.999.8.5.5.'.length)),
      ['1', '4', '3', '5', '2', '6'],
    );
    const [access] = certificate.authorityInfoAccess ?? [];
    assert.deepEqual(access, { method: oid.ocsp, location: { type: 'uri', value: 'http://ocsp.tegata.example/ocsp' } });
    assert.deepEqual(certificate.aki?.keyIdentifier, parseCertificate(signCa.der).ski);
    assert.deepEqual(certificate.aki?.serial, parseCertificate(signCa.der).serial);
    assert.equal(certificate.basicConstraints, undefined);
    assert.deepEqual(parseCertificate(iaca.der).basicConstraints, { ca: true, pathLength: 0 });
    assert.deepEqual(parseCertificate(ds.der).extKeyUsage, [oid.mdlDs]);
  });
  it('is refused in version 1', () => refuses('certificate-version', { version: null }));
  it('is refused in version 2', () => refuses('certificate-version', { version: der.explicit(0, der.integer(1)) }));
  it('is refused with an extension twice', () =>
    refuses('extension-duplicate', { extensions: adding(oid.keyUsage, true, der.namedBits([0])) }));
  it('is refused with a GeneralizedTime before 2050', () =>
    refuses('certificate-malformed', { notAfter: der.generalizedTime(at) }));
  it('is read with a GeneralizedTime from 2050 on', async () => {
    const notAfter = new Date('2051-02-03T04:05:06Z');
    const changed = await resign(sign.der, sign.by, { notAfter: der.time(notAfter) });
    assert.deepEqual(parseCertificate(changed).notAfter, notAfter);
  });
  for (const [title, id, value] of [
    ['an octet after an extension’s value', oid.keyUsage, Uint8Array.of(...der.namedBits([0]), 0)],
    ['keyUsage that ends in a zero bit', oid.keyUsage, der.bitString(Uint8Array.of(0x80), 5)],
    ['keyUsage of no bits', oid.keyUsage, der.bitString(new Uint8Array())],
    ['an empty list of policies', oid.certificatePolicies, der.sequence()],
    ['an empty list of alternative names', oid.subjectAltName, der.sequence()],
    ['a relative name of the unknown tag 9', oid.subjectAltName, der.sequence(der.element(0x89))],
    [
      'a URI outside of ASCII',
      oid.authorityInfoAccess,
      der.sequence(der.sequence(der.oid(oid.ocsp), der.element(0x86, Uint8Array.of(0xe9)))),
    ],
  ] as const) {
    it(`is refused with ${title}`, () => refuses('extension-malformed', { extensions: changing(id, { value }) }));
  }
  it('is refused with cA written as FALSE', async () => {
    const value = der.sequence(der.boolean(false));
    await refuses('extension-malformed', { extensions: adding(oid.basicConstraints, true, value) });
  });
  it('is refused with critical written as FALSE', () => {
    const extension = { oid: '2.999.1', critical: false, value: der.null() };
    const odd = der.sequence(der.oid('2.999.1'), der.boolean(false), der.octetString(der.null()));
    const plain = extensionDer(extension);
    assert.notDeepEqual(odd, plain);
    const list = der.explicit(3, der.sequence(odd));
    const tbs = DerReader.over(parseCertificate(sign.der).tbs).sequence();
    const members: Uint8Array[] = [];
    while (!tbs.done) members.push(tbs.element().raw);
    const changed = der.sequence(
      der.sequence(...members.slice(0, -1), list),
      parseCertificate(sign.der).signatureAlgorithm.raw,
      der.bitString(new Uint8Array(256)),
    );
    assert.throws(
      () => parseCertificate(changed),
      (error) => error instanceof X509Error && error.code === 'extension-malformed',
    );
  });
  it('says which key it cannot use, and only when it is asked for it', async () => {
    const changed = await resign(sign.der, sign.by, {
      spki: der.sequence(der.sequence(der.oid('2.999.1')), der.bitString(Uint8Array.of(1))),
    });
    const read = parseCertificate(changed);
    assert.throws(
      () => read.publicKey,
      (error) => error instanceof X509Error && error.code === 'key-unsupported',
    );
    assert.equal(describeCertificate(read).key, '2.999.1');
  });
});

describe('a name as text', () => {
  const text = (value: Uint8Array) =>
    formatName(readName(DerReader.over(der.sequence(der.setOf(der.sequence(der.oid(oid.commonName), value))))));

  it('escapes what would read as another part', () => {
    assert.equal(text(der.utf8('a, O=b+c\\"')), 'CN=a\\, O\\=b\\+c\\\\\\"');
    assert.equal(text(der.utf8(' #x ')), 'CN=\\ #x\\ ');
    assert.equal(text(der.utf8('#x')), 'CN=\\#x');
    assert.equal(text(der.utf8('a\nb')), 'CN=a\\0ab');
  });
  it('shows a value that is no string as hex', () => assert.equal(text(der.integer(5)), 'CN=#020105'));
});

describe('PEM', () => {
  it('gives back the certificates in order', () => {
    const both = `a remark\n${certificateToPem(sign.der)}\n${certificateToPem(ds.der)}`;
    assert.deepEqual(pemToCertificates(both), [sign.der, ds.der]);
  });
  it('is refused when a block is not base64', () => {
    assert.throws(() => pemToCertificates('-----BEGIN CERTIFICATE-----\n§\n-----END CERTIFICATE-----'), X509Error);
  });
});

describe('a description', () => {
  it('is plain JSON with values to read', () => {
    const description = describeCertificate(sign.der);
    assert.deepEqual(JSON.parse(JSON.stringify(description)), description);
    assert.equal(description.key, 'RSA-2048');
    assert.equal(description.signatureAlgorithm, 'sha256WithRSAEncryption');
    assert.deepEqual(
      description.extensions.map(({ name, critical }) => `${name}${critical ? '!' : ''}`),
      [
        'keyUsage!',
        'subjectAltName',
        'certificatePolicies!',
        'issuerAltName',
        'cRLDistributionPoints',
        'authorityInfoAccess',
        'authorityKeyIdentifier',
        'subjectKeyIdentifier',
      ],
    );
    const [, names, , , points] = description.extensions;
    assert.equal(names?.values[1], 'otherName 2.999.8.5.5.4: 319800217');
    assert.equal(
      points?.values[0],
      'directoryName: C=JP, O=Tegata TEST ONLY, OU=TEST digital signature, OU=CRL Distribution Points, OU=Tokyo-to, CN=Chiyoda-ku CRLDP',
    );
  });
});

describe('the published Japanese mdoc root', () => {
  const folder = process.env['TEGATA_VECTORS'];
  it('conforms to the profile of an IACA', { skip: folder ? false : 'TEGATA_VECTORS is not set' }, () => {
    const pem = readFileSync(join(folder ?? '', 'production-anchors', 'jp-mncmdocrootca.pem'), 'utf8');
    const [root] = pemToCertificates(pem) as [Uint8Array];
    const certificate = parseCertificate(root);
    assert.equal(certificate.serialHex, '4FB7B01CA3CD6731A5E449699E7165AAEAAD139F');
    const path = verifyPath({ leaf: certificate, anchors: [root], at, profile: 'iaca' });
    assert.equal(path.code ?? path.result, 'passed');
  });
});

describe('the certificates of ISO/IEC 18013-5 Annex D', () => {
  const folder = process.env['TEGATA_VECTORS'];
  const skip = folder ? false : 'TEGATA_VECTORS is not set';
  for (const [file, profile] of [
    ['ds_cert.hex', 'ds'],
    ['reader_cert.hex', 'reader-auth'],
  ] as const) {
    it(`follow the profile ${profile} in all but the root, which the annex does not print`, { skip }, () => {
      const text = readFileSync(join(folder ?? '', 'iso18013-5-annex-d', file), 'utf8');
      const leaf = Uint8Array.from(Buffer.from(text.trim(), 'hex'));
      const path = verifyPath({ leaf, anchors: [iaca.der], at: new Date('2021-03-01T00:00:00Z'), profile });
      const failed = path.checks.flatMap(({ result, code }) => (result === 'failed' ? [code] : []));
      assert.deepEqual(failed, ['no-path-to-anchor']);
    });
  }
});

describe('any input', () => {
  const harmless = (input: Uint8Array) => {
    try {
      const certificate = parseCertificate(input);
      describeCertificate(certificate);
      verifyPath({ leaf: certificate, anchors: [signCa.der], at, profile: 'jpki-sign' });
    } catch (error) {
      assert(error instanceof X509Error, String(error));
    }
  };
  it('is read, or refused with an X509Error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), harmless));
  });
  it('that is a damaged certificate is read, or refused with an X509Error', () => {
    const damage = fc.array(fc.tuple(fc.nat(ds.der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = ds.der.slice();
        for (const [position, octet] of changes) damaged[position] = octet;
        harmless(damaged);
      }),
      { numRuns: 1000 },
    );
  });
  it('that is a certificate with its extensions damaged is described, or refused with an X509Error', async () => {
    const value = fc.tuple(fc.constantFrom(...parseCertificate(sign.der).extensions), fc.nat(), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(value, async ([extension, position, octet]) => {
        const damaged = extension.value.slice();
        damaged[position % damaged.length] = octet;
        const list = changing(extension.oid, { value: damaged });
        harmless(await resign(ds.der, ds.by, { extensions: () => list(parseCertificate(sign.der).extensions) }));
      }),
      { numRuns: 300 },
    );
  });
});
