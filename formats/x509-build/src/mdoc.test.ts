import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { oidName, parseCertificate, readCrl, verifyPath } from '@tegata/x509';
import {
  buildCrl,
  buildIaca,
  buildIacaLink,
  buildReaderAuth,
  buildReaderRoot,
  buildVicalSigner,
  READER_MAX_VALIDITY,
  X509BuildError,
} from './index.ts';

const random = seededRandom('mdoc.test');
const at = new Date('2026-11-24T03:04:05Z');
const [old, next, leafKey] = (await Promise.all(
  [0, 1, 2].map(async () => softwareSigner(await generateSoftwareKey('P-256'))),
)) as [ReturnType<typeof softwareSigner>, ReturnType<typeof softwareSigner>, ReturnType<typeof softwareSigner>];
const base = { random, notBefore: at };
const root = await buildIaca({ signer: old, ...base });
const issuer = { certificate: root, signer: old };

const order = (der: Uint8Array) =>
  parseCertificate(der).extensions.map(({ oid, critical }) => `${oidName(oid)}${critical ? '!' : ''}`);

describe('the link of a new root', () => {
  it('carries the new key under the old name and ends with the old root', async () => {
    const link = parseCertificate(await buildIacaLink({ issuer, publicKey: next.publicKey, ...base }));
    const parent = parseCertificate(root);
    assert.deepEqual(link.subject.raw, link.issuer.raw);
    assert.ok(link.publicKey.equals(next.publicKey));
    assert.deepEqual(link.notAfter, parent.notAfter);
    assert.deepEqual(link.aki?.keyIdentifier, parent.ski);
    assert.deepEqual(link.basicConstraints, { ca: true, pathLength: 0 });
  });
});

describe('the certificates of readers and of VICAL signers', () => {
  it('are told apart by their purpose, and last 1187 days at most', async () => {
    const readers = await buildReaderRoot({ signer: old, ...base });
    const input = { issuer: { certificate: readers, signer: old }, publicKey: leafKey.publicKey, ...base };
    const [reader, vical] = await Promise.all([buildReaderAuth(input), buildVicalSigner(input)]);
    const ask = (leaf: Uint8Array, profile: 'reader-auth' | 'vical-signer') =>
      verifyPath({ leaf, anchors: [readers], at, profile }).code ?? 'passed';
    assert.deepEqual([ask(reader, 'reader-auth'), ask(reader, 'vical-signer')], ['passed', 'eku']);
    assert.deepEqual([ask(vical, 'vical-signer'), ask(vical, 'reader-auth')], ['passed', 'eku']);
    const { notBefore, notAfter } = parseCertificate(reader);
    assert.equal(notAfter.getTime() - notBefore.getTime(), READER_MAX_VALIDITY);
    assert.deepEqual(order(reader), [
      'authorityKeyIdentifier',
      'subjectKeyIdentifier',
      'cRLDistributionPoints',
      'keyUsage!',
      'extKeyUsage!',
    ]);
  });
});

describe('a CRL', () => {
  const list = (serials: Uint8Array[], more: object = {}) =>
    buildCrl({
      issuer,
      number: 3,
      thisUpdate: at,
      nextUpdate: new Date(at.getTime() + 1000),
      revoked: serials.map((serial, index) => ({
        serial,
        revokedAt: new Date(Date.UTC(2026, 10, 20 + index, 0, 0, 59 - index)),
        reason: index % 2 ? ('superseded' as const) : ('unspecified' as const),
      })),
      ...more,
    });

  it('has AKI and a number, and a critical issuingDistributionPoint where it is a partition', async () => {
    const extensions = (der: Uint8Array) =>
      readCrl(der).extensions.map(({ oid, critical }) => `${oidName(oid)}${critical ? '!' : ''}`);
    assert.deepEqual(extensions(await list([])), ['authorityKeyIdentifier', 'cRLNumber']);
    const partition = await list([], { partition: { name: { uri: 'https://x.example/1.crl' }, only: 'user' } });
    assert.deepEqual(extensions(partition), ['authorityKeyIdentifier', 'cRLNumber', 'issuingDistributionPoint!']);
    const { distribution, number } = readCrl(partition);
    assert.deepEqual([distribution?.only, number], ['user', 3n]);
    assert.deepEqual(distribution?.fullName, [{ type: 'uri', value: 'https://x.example/1.crl' }]);
  });
  it('has one entry per certificate, also beyond its first buffer', async () => {
    const serials = Array.from({ length: 5000 }, (_, index) => Uint8Array.of(1, index >> 8, index & 0xff));
    const crl = readCrl(await list(serials));
    assert.deepEqual([crl.version, crl.summary.count, crl.summary.removes], [2, 5000, false]);
  });
  it('is not made with a serial number that is none', async () => {
    for (const serial of [new Uint8Array(), Uint8Array.of(0x80), new Uint8Array(21).fill(1)]) {
      await assert.rejects(list([serial]), X509BuildError);
    }
  });
});
