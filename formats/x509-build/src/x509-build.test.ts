import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { type Certificate, describeCertificate, formatName, oidName, parseCertificate, verifyPath } from '@tegata/x509';
import {
  buildAttestationRoot,
  buildAttestationSigner,
  buildCertificate,
  buildDocumentSigner,
  buildIaca,
  buildJpkiAuth,
  buildJpkiCa,
  buildJpkiSign,
  extension,
  type JpkiSignHolder,
  randomSerial,
  X509BuildError,
  type X509BuildErrorCode,
} from './index.ts';

const random = seededRandom('x509-build.test');
const at = new Date('2026-11-24T03:04:05.678Z');
const [caKey, holderKey] = (await Promise.all(
  [0, 1].map(async () => softwareSigner(await generateSoftwareKey('RSA-2048'))),
)) as [ReturnType<typeof softwareSigner>, ReturnType<typeof softwareSigner>];
const p384 = softwareSigner(await generateSoftwareKey('P-384'));
const p256 = softwareSigner(await generateSoftwareKey('P-256'));

const holder: JpkiSignHolder = {
  name: '試験　太郎',
  address: '東京都清瀬市中里五丁目８４２',
  sex: '1',
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Kiyose-shi',
  municipalityCode: '13221',
};
const signCa = await buildJpkiCa({ ca: 'sign', signer: caKey, random, notBefore: at });
const authCa = await buildJpkiCa({ ca: 'auth', signer: caKey, random, notBefore: at });
const issue = { publicKey: holderKey.publicKey, random, at };
const signBy = { ...issue, issuer: { certificate: signCa, signer: caKey } };
const authBy = { ...issue, issuer: { certificate: authCa, signer: caKey } };

const order = (certificate: Certificate) =>
  certificate.extensions.map(({ oid, critical }) => `${oidName(oid)}${critical ? '!' : ''}`);
const refuses = (code: X509BuildErrorCode, field: string | undefined, made: Promise<unknown>) =>
  assert.rejects(made, (error) => {
    assert(error instanceof X509BuildError);
    assert.deepEqual([error.code, error.context['field']], [code, field]);
    return true;
  });

describe('a JPKI CA', () => {
  const ca = parseCertificate(signCa);

  it('has the extensions of the real one in their order, and no authorityKeyIdentifier', () => {
    const expected = [
      'keyUsage!',
      'subjectAltName',
      'basicConstraints!',
      'cRLDistributionPoints',
      'subjectKeyIdentifier',
    ];
    assert.deepEqual(order(ca), expected);
    assert.deepEqual(ca.basicConstraints, { ca: true });
    assert.equal(Buffer.from(ca.extension('2.5.29.15')?.value ?? []).toString('hex'), '03020106');
  });
  it('names itself in a distribution point, and in Japanese with four parts', () => {
    const [point] = ca.crlDistributionPoints ?? [];
    const [name] = point?.fullName ?? [];
    assert(name?.type === 'directoryName');
    assert.deepEqual(name.name.raw, ca.subject.raw);
    const [japanese] = ca.subjectAltName ?? [];
    assert(japanese?.type === 'directoryName');
    assert.equal(formatName(japanese.name), 'C=JP, O=Tegata 見本, OU=見本 署名用, OU=Tegata 試験用認証局');
  });
  it('ends 23:59:59 in Japan on the day before its tenth anniversary', () => {
    assert.equal(ca.notBefore.toISOString(), '2026-11-24T03:04:05.000Z');
    assert.equal(ca.notAfter.toISOString(), '2036-11-23T14:59:59.000Z');
  });
  it('signs with sha256WithRSAEncryption and NULL parameters', () => {
    assert.equal(Buffer.from(ca.signatureAlgorithm.raw).toString('hex'), '300d06092a864886f70d01010b0500');
  });
});

describe('a JPKI signature certificate', () => {
  it('has the extensions of the real one in their order', async () => {
    const certificate = parseCertificate(await buildJpkiSign({ ...signBy, holder }));
    assert.deepEqual(order(certificate), [
      'keyUsage!',
      'subjectAltName',
      'certificatePolicies!',
      'issuerAltName',
      'cRLDistributionPoints',
      'authorityInfoAccess',
      'authorityKeyIdentifier',
      'subjectKeyIdentifier',
    ]);
    assert.equal(Buffer.from(certificate.extension('2.5.29.15')?.value ?? []).toString('hex'), '030206c0');
  });
  it('names prefecture, municipality and a number of 23 characters that ends in S', async () => {
    const { subject, serial, issuer } = parseCertificate(await buildJpkiSign({ ...signBy, holder }));
    assert.match(formatName(subject), /^C=JP, L=Tokyo-to, L=Kiyose-shi, CN=[A-Z0-9]{14}13221003S$/);
    assert.equal(serial.length, 4);
    assert.deepEqual(issuer.raw, parseCertificate(signCa).subject.raw);
  });
  it('points to the revocation list of the municipality', async () => {
    const { extensions } = describeCertificate(await buildJpkiSign({ ...signBy, holder }));
    assert.equal(
      extensions[4]?.values[0],
      'directoryName: C=JP, O=Tegata TEST ONLY, OU=TEST digital signature, OU=CRL Distribution Points, OU=Tokyo-to, CN=Kiyose-shi CRLDP',
    );
  });
  it('carries the real test OIDs when asked, and never a production policy', async () => {
    const certificate = parseCertificate(await buildJpkiSign({ ...signBy, holder, oids: 'jpki-test' }));
    assert.deepEqual(
      certificate.policies?.map(({ oid }) => oid),
      ['1.2.392.200149.8.5.1.0.20'],
    );
    assert(certificate.sanOtherNames.has('1.2.392.200149.8.5.5.1'));
  });
  it('has the policy of phones when it is for a phone', async () => {
    const { policies } = parseCertificate(await buildJpkiSign({ ...signBy, holder, device: 'phone' }));
    assert.equal(policies?.[0]?.oid, '2.999.8.5.1.1.40');
  });
  it('ends with the card when the card ends first', async () => {
    const made = await buildJpkiSign({ ...signBy, holder: { ...holder, cardExpires: '20281231' } });
    assert.equal(parseCertificate(made).notAfter.toISOString(), '2028-12-31T14:59:59.000Z');
  });
  for (const [field, change] of [
    ['birthDate', { birthDate: '1980-2-17' }],
    ['birthDate', { birthDate: '19801301' }],
    ['prefecture', { prefecture: '東京都' }],
    ['municipality', { municipality: 'Kiyose' }],
    ['municipalityCode', { municipalityCode: '132217' }],
    ['cardExpires', { cardExpires: 'soon' }],
    ['name', { name: '' }],
    ['address', { address: '東'.repeat(201) }],
    ['sex', { sex: '3' as '9' }],
    ['nameSubstitutes', { nameSubstitutes: '0000' }],
    ['addressSubstitutes', { addressSubstitutes: '2'.repeat(14) }],
  ] as const) {
    it(`is not made with a wrong ${field} (${Object.values(change)[0]?.slice(0, 10)})`, () =>
      refuses('holder-invalid', field, buildJpkiSign({ ...signBy, holder: { ...holder, ...change } })));
  }
});

describe('a JPKI user-authentication certificate', () => {
  it('has the extensions of the real one in their order, and nothing of the person', async () => {
    const certificate = parseCertificate(await buildJpkiAuth({ ...authBy, holder }));
    assert.deepEqual(order(certificate), [
      'keyUsage!',
      'extKeyUsage',
      'certificatePolicies!',
      'issuerAltName',
      'cRLDistributionPoints',
      'authorityInfoAccess',
      'authorityKeyIdentifier',
      'subjectKeyIdentifier',
    ]);
    assert.match(formatName(certificate.subject), /^C=JP, CN=[A-Z0-9]{14}13221003A$/);
    assert.equal(certificate.subjectAltName, undefined);
    assert.equal(certificate.policies?.[0]?.oid, '2.999.8.5.1.3.30');
  });
});

describe('the mdoc certificates', () => {
  it('have a root that mirrors the Japanese one', async () => {
    const root = parseCertificate(
      await buildIaca({ signer: p384, random, notBefore: new Date('2025-01-29T02:23:04Z') }),
    );
    assert.deepEqual(order(root), [
      'basicConstraints!',
      'authorityKeyIdentifier',
      'issuerAltName',
      'subjectAltName',
      'cRLDistributionPoints',
      'subjectKeyIdentifier',
      'keyUsage!',
    ]);
    assert.equal(formatName(root.subject), 'CN=Tegata TEST mdoc root, O=Tegata TEST ONLY, C=JP');
    assert.equal(root.notAfter.toISOString(), '2030-05-29T02:23:03.000Z');
    assert.equal(root.serial.length, 20);
    assert.deepEqual(root.aki?.keyIdentifier, root.ski);
  });
  it('have a signer that never outlasts its root', async () => {
    const root = await buildIaca({ signer: p384, random, notBefore: at });
    const issuer = { certificate: root, signer: p384 };
    const early = parseCertificate(
      await buildDocumentSigner({ issuer, publicKey: p256.publicKey, random, notBefore: at }),
    );
    assert.equal((early.notAfter.getTime() - early.notBefore.getTime()) / 86_400_000, 457);
    const notBefore = new Date('2032-01-01T00:00:00Z');
    const late = parseCertificate(await buildDocumentSigner({ issuer, publicKey: p256.publicKey, random, notBefore }));
    assert.deepEqual(late.notAfter, parseCertificate(root).notAfter);
  });
  it('reach the last day of a month that lacks the day', async () => {
    const root = parseCertificate(
      await buildIaca({ signer: p384, random, notBefore: new Date('2026-10-31T00:00:00Z') }),
    );
    assert.equal(root.notAfter.toISOString(), '2032-02-28T23:59:59.000Z');
  });
});

describe('a certificate', () => {
  const base = {
    subject: [['CN', 'x']] as const,
    issuer: [['CN', 'x']] as const,
    serial: Uint8Array.of(1),
    notBefore: at,
    notAfter: at,
    publicKey: p256.publicKey,
    signer: p256,
    extensions: [extension.basicConstraints()],
  };

  it('has UTCTime to 2049 and GeneralizedTime from 2050 on, without a fraction', async () => {
    const notBefore = new Date('2049-12-31T23:59:59.999Z');
    const made = await buildCertificate({ ...base, notBefore, notAfter: new Date('2050-01-01T00:00:00.999Z') });
    const text = Buffer.from(made).toString('latin1');
    assert(text.includes('\x17\x0d491231235959Z\x18\x0f20500101000000Z'));
    assert.equal(parseCertificate(made).notAfter.toISOString(), '2050-01-01T00:00:00.000Z');
  });
  it('is not made with a serial number that is zero, negative or too long', async () => {
    for (const serial of [Uint8Array.of(0), Uint8Array.of(0x80), new Uint8Array(21).fill(1), new Uint8Array()]) {
      await refuses('serial-invalid', undefined, buildCertificate({ ...base, serial }));
    }
  });
  it('is not made with an empty name or a country that is not two letters', async () => {
    await refuses('name-invalid', undefined, buildCertificate({ ...base, subject: [['CN', '']] }));
    await refuses('name-invalid', undefined, buildCertificate({ ...base, subject: [['C', 'jp']] }));
  });
  it('gets random serial numbers that are positive and of full length', () => {
    for (let i = 0; i < 300; i++) {
      const serial = randomSerial(random, 4);
      assert.equal(serial.length, 4);
      assert((serial[0] as number) > 0 && (serial[0] as number) < 0x80);
    }
  });
});

describe('the attestation certificates', () => {
  it('make a path for key attestations and for nothing of JPKI or mdoc', async () => {
    const root = await buildAttestationRoot({ signer: p384, random, notBefore: at });
    const issuer = { certificate: root, signer: p384 };
    const leaf = await buildAttestationSigner({ issuer, publicKey: p256.publicKey, random, notBefore: at });
    const ask = (profile: 'key-attestation' | 'ds' | 'jpki-sign') =>
      verifyPath({ leaf, anchors: [root], at, profile }).result;
    assert.deepEqual([ask('key-attestation'), ask('ds'), ask('jpki-sign')], ['passed', 'failed', 'failed']);
  });
});
