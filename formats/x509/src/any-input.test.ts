import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DerError, der, parseDer } from '@tegata/der';
import { seededRandom } from '@tegata/random';
import { buildCrl, buildOcspResponse } from '@tegata/x509-build';
import fc from 'fast-check';
import { at, makeChains } from './chains-for-tests.ts';
import {
  buildCertId,
  buildOcspRequest,
  checkCrl,
  checkOcspExchange,
  createCrlChecker,
  describeCertificate,
  jpkiAttributes,
  oid,
  parseCertificate,
  parseForeignRoot,
  pemToCertificates,
  readCrl,
  readOcspRequest,
  readOcspResponse,
  verifyPath,
  X509Error,
} from './index.ts';

fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 5280) });
/** More with TEGATA_FUZZ_RUNS, for the night before a release. */
const runs = (usual: number) => Number(process.env['TEGATA_FUZZ_RUNS'] ?? usual);

const { sign, signCa, ds, iaca, responder } = await makeChains();
const later = new Date(at.getTime() + 3_600_000);
const [certificate, issuer] = [parseCertificate(sign.der), parseCertificate(signCa.der)];
const nonce = seededRandom('any-input').bytes(32);
const request = buildOcspRequest({ certificate, issuer, nonce });
const response = await buildOcspResponse({
  answers: [
    { certId: buildCertId(certificate, issuer), status: { status: 'good' }, thisUpdate: at, nextUpdate: later },
  ],
  producedAt: at,
  signer: responder.key,
  certificates: [responder.der],
  nonce,
});
const crl = await buildCrl({
  issuer: { certificate: signCa.der, signer: signCa.key },
  number: 3,
  thisUpdate: at,
  nextUpdate: later,
  revoked: [
    { serial: Uint8Array.of(1, 2, 3), revokedAt: at, reason: 'keyCompromise' },
    { serial: Uint8Array.of(0x7f, 2), revokedAt: at },
  ],
  partition: { name: { uri: 'https://x.example/1.crl' }, only: 'user' },
});

/** Positions at which elements begin, found once in the sound message. */
function elementsOf(bytes: Uint8Array): { offset: number; content: number; end: number }[] {
  const found: { offset: number; content: number; end: number }[] = [];
  const walk = (node: ReturnType<typeof parseDer>) => {
    const { offset, contentOffset, raw } = node;
    found.push({ offset, content: contentOffset, end: offset + raw.length });
    node.children?.forEach(walk);
  };
  walk(parseDer(bytes));
  return found;
}

/** Damage of the kinds that a careless or hostile encoder makes: octets, and whole elements lost, doubled, retagged, cut or grown. */
const damage = fc.record({
  how: fc.constantFrom('octet', 'tag', 'length', 'drop', 'double', 'cut', 'insert', 'zero'),
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  octet: fc.integer({ min: 0, max: 255 }),
});
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged(sound: Uint8Array, changes: readonly Damage[]): Uint8Array {
  const elements = elementsOf(sound);
  let bytes = Buffer.from(sound);
  for (const { how, where, octet } of changes) {
    const { offset, content, end } = elements[Math.floor(where * elements.length)] as (typeof elements)[number];
    const at = Math.min(Math.floor(where * bytes.length), bytes.length - 1);
    const joined = (...parts: Uint8Array[]) => Buffer.concat(parts);
    if (how === 'octet') bytes[at] = octet;
    if (how === 'tag' && offset < bytes.length) bytes[offset] = octet;
    if (how === 'length' && offset + 1 < bytes.length) bytes[offset + 1] = octet;
    if (how === 'drop') bytes = joined(bytes.subarray(0, offset), bytes.subarray(end));
    if (how === 'double') bytes = joined(bytes.subarray(0, end), bytes.subarray(offset, end), bytes.subarray(end));
    if (how === 'cut') bytes = bytes.subarray(0, at);
    if (how === 'insert') bytes = joined(bytes.subarray(0, at), Uint8Array.of(octet), bytes.subarray(at));
    if (how === 'zero') bytes.fill(0, Math.min(content, bytes.length), Math.min(end, content + 8, bytes.length));
    if (bytes.length === 0) break;
  }
  return new Uint8Array(bytes);
}

/** Runs something that may refuse, and only in our own way. */
function orRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof X509Error || error instanceof DerError) return undefined;
    throw error;
  }
}

const changes = fc.array(damage, { minLength: 1, maxLength: 4 });
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe('any damage', () => {
  it('to a certificate is told, and no path is made of what was not signed', () => {
    fc.assert(
      fc.property(fc.constantFrom(sign, ds), changes, (link, list) => {
        const bytes = damaged(link.der, list);
        orRefused(() => describeCertificate(bytes));
        orRefused(() => parseForeignRoot(bytes));
        orRefused(() => jpkiAttributes(parseCertificate(bytes)));
        const [profile, anchor] = link === ds ? (['ds', iaca] as const) : (['jpki-sign', signCa] as const);
        const path = verifyPath({ leaf: bytes, anchors: [anchor.der], intermediates: [bytes], at, profile });
        if (path.result === 'passed') assert.ok(same(bytes, link.der));
      }),
      { numRuns: runs(600) },
    );
  });
  it('to a root that is trusted is told by an error, or by its checks', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const root = damaged(iaca.der, list);
        const path = orRefused(() => verifyPath({ leaf: ds.der, anchors: [root], at, profile: 'ds', mode: 'interop' }));
        if (path?.result === 'passed') assert.ok(same(root, iaca.der));
      }),
      { numRuns: runs(200) },
    );
  });
  it('to a CRL leaves it unusable, for every certificate', () => {
    const checker = (bytes: Uint8Array) =>
      createCrlChecker({ crls: [bytes], issuers: [issuer] }).check(certificate, at);
    fc.assert(
      fc.property(changes, (list) => {
        const bytes = damaged(crl, list);
        orRefused(() => readCrl(bytes));
        if (same(bytes, crl)) return;
        assert.equal(checkCrl({ crl: bytes, certificate, issuer, at }).status, 'unusable');
        assert.equal(checker(bytes).status, 'unusable');
      }),
      { numRuns: runs(600) },
    );
  });
  it('to an OCSP message makes it no answer', () => {
    fc.assert(
      fc.property(fc.boolean(), changes, (ofResponse, list) => {
        const bytes = damaged(ofResponse ? response : request, list);
        orRefused(() => readOcspRequest(bytes));
        orRefused(() => readOcspResponse(bytes));
        const given = ofResponse ? { response: bytes, request } : { response, request: bytes };
        const { status } = checkOcspExchange({ ...given, certificate, issuer, at, requireNonce: true });
        assert.notEqual(status, 'revoked');
        // Of a damaged request only what does not belong to the question can be another.
        if (status === 'good' && ofResponse) assert.ok(same(bytes, response));
      }),
      { numRuns: runs(600) },
    );
  });
  it('to nothing at all: octets without any form are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.equal(
          orRefused(() => parseCertificate(bytes)),
          undefined,
        );
        assert.equal(
          orRefused(() => readCrl(bytes)),
          undefined,
        );
        assert.equal(
          orRefused(() => readOcspRequest(bytes)),
          undefined,
        );
        orRefused(() => readOcspResponse(bytes));
        orRefused(() => pemToCertificates(Buffer.from(bytes).toString('latin1')));
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('a message made to cost much', () => {
  const many = (count: number, item: Uint8Array) => Array.from({ length: count }, () => item);
  const refused = (read: (bytes: Uint8Array) => unknown, bytes: Uint8Array) =>
    assert.throws(() => read(bytes), X509Error);

  it('is refused by its size before anything of it is read', () => {
    refused(parseCertificate, new Uint8Array(64 * 1024 + 1));
    refused(readOcspRequest, new Uint8Array(16 * 1024 + 1));
    refused(readOcspResponse, new Uint8Array(64 * 1024 + 1));
    refused(readCrl, new Uint8Array(128 * 1024 * 1024 + 1));
  });
  it('is refused by its depth', () => {
    let deep = der.null();
    for (let level = 0; level < 2000; level++) deep = der.sequence(deep);
    for (const read of [parseCertificate, readCrl, readOcspRequest, readOcspResponse]) refused(read, deep);
  });
  it('is refused by the number of its parts', () => {
    const rdn = der.setOf(der.sequence(der.oid(oid.commonName), der.utf8('x')));
    const name = (count: number) => der.sequence(...many(count, rdn));
    const tbs = (issuerName: Uint8Array, ...extensions: Uint8Array[]) =>
      der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(1),
        certificate.innerAlgorithm.raw,
        issuerName,
        der.sequence(der.time(at), der.time(later)),
        certificate.subject.raw,
        certificate.spki.raw,
        ...(extensions.length > 0 ? [der.explicit(3, der.sequence(...extensions))] : []),
      );
    const whole = (signed: Uint8Array) =>
      der.sequence(signed, certificate.signatureAlgorithm.raw, der.bitString(certificate.signature));
    parseCertificate(whole(tbs(name(64))));
    refused(parseCertificate, whole(tbs(name(65))));
    const extension = (index: number) => der.sequence(der.oid(`2.999.${index}`), der.octetString(Uint8Array.of(5, 0)));
    const extensions = (count: number) => Array.from({ length: count }, (_, index) => extension(index));
    parseCertificate(whole(tbs(name(1), ...extensions(64))));
    refused(parseCertificate, whole(tbs(name(1), ...extensions(65))));
    const names = der.sequence(...many(257, der.implicit(6, der.ia5('https://x.example/'))));
    const alternative = der.sequence(der.oid(oid.issuerAltName), der.octetString(names));
    refused(parseCertificate, whole(tbs(name(1), alternative)));
    const purposes = der.sequence(...many(6000, der.oid(oid.clientAuth)));
    const usage = der.sequence(der.oid(oid.extKeyUsage), der.octetString(purposes));
    refused(parseCertificate, whole(tbs(name(1), usage)));
  });
  it('is refused by an identifier or a number that is too long', () => {
    const long = (octets: number) => der.element(0x06, new Uint8Array(octets).fill(0x81).with(octets - 1, 1));
    refused(
      readOcspRequest,
      der.sequence(der.sequence(der.sequence(der.sequence(der.sequence(der.sequence(long(129))))))),
    );
    const number = { oid: oid.cRLNumber, critical: false, value: der.integer(1n << 161n) };
    return assert.rejects(
      buildCrl({
        issuer: { certificate: signCa.der, signer: signCa.key },
        number: 1,
        thisUpdate: at,
        nextUpdate: later,
        revoked: [],
        extensions: [number],
      }).then(readCrl),
      X509Error,
    );
  });
});
