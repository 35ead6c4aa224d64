import assert from 'node:assert/strict';
import { createHash, sign as signWith } from 'node:crypto';
import { describe, it } from 'node:test';
import { DerReader, der, tag } from '@tegata/der';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildJpkiCa, buildOcspError, buildOcspResponse, type OcspResponseInput } from '@tegata/x509-build';
import { at, makeChains } from './chains-for-tests.ts';
import {
  buildCertId,
  buildOcspRequest,
  type CertIdHash,
  checkOcspExchange,
  type OcspExchange,
  oid,
  parseCertificate,
  readOcspResponse,
} from './index.ts';
import { algorithmDer, changing, resign } from './resign-for-tests.ts';

const { sign, signCa, responder } = await makeChains();
const random = seededRandom('ocsp-rules.test');
const certificate = parseCertificate(sign.der);
const issuer = parseCertificate(signCa.der);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const later = (milliseconds: number) => new Date(at.getTime() + milliseconds);

const request = (change: { nonce?: Uint8Array; hash?: CertIdHash } = {}) =>
  buildOcspRequest({ certificate, issuer, ...change });
const respond = (change: Partial<OcspResponseInput> = {}, hash: CertIdHash = 'sha256') =>
  buildOcspResponse({
    answers: [
      {
        certId: buildCertId(certificate, issuer, hash),
        status: { status: 'good' },
        thisUpdate: at,
        nextUpdate: later(HOUR),
      },
    ],
    producedAt: at,
    signer: responder.key,
    certificates: [responder.der],
    ...change,
  });
const check = (response: Uint8Array, change: Partial<OcspExchange> = {}) => {
  const { status, code } = checkOcspExchange({ response, request: request(), certificate, issuer, at, ...change });
  return [status, code];
};
const good = ['good', 'good'];

/** A response of which the signed part is put together from its members, and signed. */
async function assemble(
  change: (members: Uint8Array[]) => Uint8Array[],
  options: { signer?: Signer; algorithm?: Uint8Array; certificates?: Uint8Array[] } = {},
): Promise<Uint8Array> {
  const reader = DerReader.over(readOcspResponse(await respond()).basic?.tbs ?? new Uint8Array()).sequence();
  const members: Uint8Array[] = [];
  while (!reader.done) members.push(reader.element().raw);
  const tbs = der.sequence(...change(members));
  const signer = options.signer ?? responder.key;
  const certificates = options.certificates ?? [responder.der];
  const basic = der.sequence(
    tbs,
    options.algorithm ?? algorithmDer(signer),
    der.bitString(await signer.sign(tbs)),
    ...(certificates.length > 0 ? [der.explicit(0, der.sequence(...certificates))] : []),
  );
  const bytes = der.sequence(der.oid(oid.ocspBasic), der.octetString(basic));
  return der.sequence(der.enumerated(0), der.explicit(0, bytes));
}
const single = (certId: Uint8Array, ...rest: Uint8Array[]) => {
  const usual = [
    der.element(tag.primitive(0)),
    der.generalizedTime(at),
    der.explicit(0, der.generalizedTime(later(HOUR))),
  ];
  return der.sequence(certId, ...(rest.length > 0 ? rest : usual));
};
/** The members with another list of answers: responderID, producedAt, responses. */
const answering =
  (...singles: Uint8Array[]) =>
  (members: Uint8Array[]) =>
    [members[0], members[1], der.sequence(...singles)] as Uint8Array[];
const withExtensions =
  (...extensions: Uint8Array[]) =>
  (members: Uint8Array[]) => [...members.slice(0, 3), der.explicit(1, der.sequence(...extensions))];
const extension = (id: string, critical: boolean, value: Uint8Array) =>
  der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octetString(value));

describe('the responder of an OCSP answer', () => {
  const named = (name: Uint8Array) => (members: Uint8Array[]) => [der.explicit(1, name), ...members.slice(1)];
  const byKey = (key: Uint8Array) => (members: Uint8Array[]) => [
    der.explicit(2, der.octetString(key)),
    ...members.slice(1),
  ];
  const subject = parseCertificate(responder.der).subject.raw;

  it('is named by its key or by its name, and must be the one that is named', async () => {
    assert.deepEqual(check(await respond()), good);
    assert.deepEqual(check(await assemble(named(subject))), good);
    assert.deepEqual(check(await assemble(named(issuer.subject.raw))), ['reject', 'ocsp-signature']);
    assert.deepEqual(check(await assemble(named(certificate.subject.raw))), ['reject', 'ocsp-responder']);
    const ofCa = createHash('sha1').update(issuer.spki.key.bytes).digest();
    assert.deepEqual(check(await assemble(byKey(ofCa))), ['reject', 'ocsp-signature']);
    assert.deepEqual(check(await assemble(byKey(new Uint8Array(20)))), ['reject', 'ocsp-responder']);
    const inSha256 = createHash('sha256').update(parseCertificate(responder.der).spki.key.bytes).digest();
    assert.deepEqual(check(await assemble(byKey(inSha256))), ['reject', 'ocsp-responder']);
  });
  it('is the CA itself by either name, with no certificate along', async () => {
    const own = { signer: signCa.key, certificates: [] };
    assert.deepEqual(check(await assemble(named(issuer.subject.raw), own)), good);
    assert.deepEqual(check(await respond(own)), good);
  });
  it('is not a CA of the same name with another key', async () => {
    const signer = softwareSigner(await generateSoftwareKey('RSA-2048'));
    const twin = await buildJpkiCa({ ca: 'sign', signer, random, notBefore: at });
    const own = { signer, certificates: [twin] };
    assert.deepEqual(check(await assemble(named(issuer.subject.raw), own)), ['reject', 'ocsp-signature']);
    const delegated = await resign(responder.der, signer, {});
    assert.deepEqual(check(await respond({ certificates: [delegated] })), ['reject', 'ocsp-responder']);
  });
  it('may send an old certificate of its key along with the new one', async () => {
    const ended = await resign(responder.der, signCa.key, {
      notBefore: der.time(later(-2 * DAY)),
      notAfter: der.time(later(-DAY)),
    });
    assert.deepEqual(check(await respond({ certificates: [ended, responder.der] })), good);
    assert.deepEqual(check(await respond({ certificates: [ended] })), ['reject', 'ocsp-responder']);
  });
  it('has a certificate that has begun', async () => {
    const future = await resign(responder.der, signCa.key, { notBefore: der.time(later(1000)) });
    assert.deepEqual(check(await respond({ certificates: [future] })), ['reject', 'ocsp-responder']);
  });
  it('has a certificate with the purpose OCSPSigning, and for signing', async () => {
    for (const change of [
      { extensions: changing(oid.extKeyUsage, { value: der.sequence(der.oid(oid.clientAuth)) }) },
      { extensions: changing(oid.keyUsage, { value: der.namedBits([2]) }) },
    ]) {
      const odd = await resign(responder.der, signCa.key, change);
      assert.deepEqual(check(await respond({ certificates: [odd] })), ['reject', 'ocsp-responder']);
    }
  });
  it('is taken by the third certificate as well as by the first', async () => {
    assert.deepEqual(check(await respond({ certificates: [sign.der, signCa.der, responder.der] })), good);
  });
});

describe('the CertID of an OCSP answer', () => {
  const id = (change: { hash?: string; name?: Uint8Array; key?: Uint8Array; serial?: Uint8Array; nul?: boolean }) => {
    const algorithm = change.hash === 'sha1' ? oid.sha1 : (change.hash ?? oid.sha256);
    const digest = (bytes: Uint8Array) =>
      new Uint8Array(
        createHash(change.hash === 'sha1' ? 'sha1' : 'sha256')
          .update(bytes)
          .digest(),
      );
    return der.sequence(
      der.sequence(der.oid(algorithm), ...(change.nul === false ? [] : [der.null()])),
      der.octetString(change.name ?? digest(issuer.subject.raw)),
      der.octetString(change.key ?? digest(issuer.spki.key.bytes)),
      der.element(tag.integer, change.serial ?? certificate.serial),
    );
  };
  const answer = (change: Parameters<typeof id>[0]) => assemble(answering(single(id(change))));

  it('agrees in the digest, both hashes and the number, and nothing less', async () => {
    assert.deepEqual(check(await answer({})), good);
    assert.deepEqual(check(await answer({ nul: false })), good);
    const refused = ['reject', 'ocsp-cert-id'];
    assert.deepEqual(check(await answer({ name: new Uint8Array(32) })), refused);
    assert.deepEqual(check(await answer({ key: new Uint8Array(32) })), refused);
    assert.deepEqual(check(await answer({ serial: Uint8Array.of(1) })), refused);
    assert.deepEqual(check(await answer({ hash: 'sha1' })), refused);
    assert.deepEqual(check(await answer({ hash: oid.sha384 })), refused);
  });
  it('is found among answers for others, and must not be there twice', async () => {
    const other = single(id({ serial: Uint8Array.of(7) }));
    assert.deepEqual(check(await assemble(answering(other, single(id({})), other))), good);
    assert.deepEqual(check(await assemble(answering(single(id({})), single(id({}))))), ['reject', 'ocsp-cert-id']);
    assert.deepEqual(check(await assemble(answering(other))), ['reject', 'ocsp-cert-id']);
    assert.deepEqual(check(await assemble(answering())), ['reject', 'ocsp-cert-id']);
  });
  it('follows the digest of the request: SHA-1 is answered in SHA-1', async () => {
    assert.deepEqual(check(await respond({}, 'sha1'), { request: request({ hash: 'sha1' }) }), good);
    assert.deepEqual(check(await respond({}, 'sha1')), ['reject', 'ocsp-cert-id']);
  });
});

describe('the times of an OCSP answer', () => {
  const timed = (thisUpdate: Date, nextUpdate?: Date, producedAt = thisUpdate) =>
    respond({
      producedAt,
      answers: [{ certId: buildCertId(certificate, issuer), status: { status: 'good' }, thisUpdate, nextUpdate }],
    });
  const early = ['reject', 'ocsp-not-yet'];
  const late = ['reject', 'ocsp-expired'];

  it('hold the answer between thisUpdate and nextUpdate, with a minute for the responder’s clock', async () => {
    assert.deepEqual(check(await timed(later(60_000), later(HOUR))), good);
    assert.deepEqual(check(await timed(later(61_000), later(HOUR))), early);
    assert.deepEqual(check(await timed(later(-HOUR), later(0))), good);
    assert.deepEqual(check(await timed(later(-HOUR), later(-1000))), late);
  });
  it('refuse a clock that is off by a day, either way', async () => {
    assert.deepEqual(check(await timed(later(DAY), later(2 * DAY))), early);
    assert.deepEqual(check(await timed(later(-DAY), later(-DAY + HOUR))), late);
  });
  it('refuse an answer that ends before it begins', async () => {
    assert.deepEqual(check(await timed(later(30_000), later(-30_000))), late);
  });
  it('say nothing by producedAt, except that a clock runs ahead', async () => {
    const response = await timed(later(-HOUR), later(HOUR), later(DAY));
    const { status, checks } = checkOcspExchange({ response, request: request(), certificate, issuer, at });
    assert.equal(status, 'good');
    assert.deepEqual(
      checks.flatMap(({ id, result, code }) => (result === 'warning' ? [[id, code]] : [])),
      [['produced-at', 'ocsp-produced-later']],
    );
  });
  it('give an answer without an end one hour', async () => {
    assert.deepEqual(check(await timed(later(-HOUR))), good);
    assert.deepEqual(check(await timed(later(-HOUR - 1000))), late);
  });
  it('are written as GeneralizedTime, without fractions', async () => {
    const certId = buildCertId(certificate, issuer);
    const utc = single(certId, der.element(tag.primitive(0)), der.utcTime(at));
    assert.deepEqual(check(await assemble(answering(utc))), ['reject', 'ocsp-malformed']);
    const fraction = der.element(tag.generalizedTime, Buffer.from('20261124030405.5Z'));
    const odd = single(certId, der.element(tag.primitive(0)), fraction);
    assert.deepEqual(check(await assemble(answering(odd))), ['reject', 'ocsp-malformed']);
  });
});

describe('the nonce of an OCSP answer', () => {
  const nonce = (octets: Uint8Array) => extension(oid.ocspNonce, false, der.octetString(octets));
  it('has 1 to 128 octets and is the request’s', async () => {
    for (const length of [1, 16, 32, 128]) {
      const own = random.bytes(length);
      const change = { request: request({ nonce: own }), requireNonce: true };
      assert.deepEqual(check(await assemble(withExtensions(nonce(own))), change), good);
      const other = own.with(0, (own[0] as number) ^ 1);
      assert.deepEqual(check(await assemble(withExtensions(nonce(other))), change), ['reject', 'ocsp-nonce']);
      assert.deepEqual(check(await assemble(withExtensions(nonce(own.subarray(1)))), change)[0], 'reject');
    }
    for (const length of [0, 129]) {
      assert.deepEqual(check(await assemble(withExtensions(nonce(new Uint8Array(length))))), [
        'reject',
        'ocsp-malformed',
      ]);
    }
  });
  it('is an OCTET STRING in the extension, once', async () => {
    const bare = extension(oid.ocspNonce, false, new Uint8Array(32).fill(7));
    assert.deepEqual(check(await assemble(withExtensions(bare))), ['reject', 'ocsp-malformed']);
    const twice = nonce(new Uint8Array(8));
    assert.deepEqual(check(await assemble(withExtensions(twice, twice))), ['reject', 'ocsp-malformed']);
  });
  it('may be marked critical, as any extension that is understood', async () => {
    const own = random.bytes(32);
    const critical = extension(oid.ocspNonce, true, der.octetString(own));
    assert.deepEqual(check(await assemble(withExtensions(critical)), { request: request({ nonce: own }) }), good);
  });
  it('tells a replayed answer: it is another question’s', async () => {
    const [first, second] = [random.bytes(32), random.bytes(32)];
    const recorded = await respond({ nonce: first });
    assert.deepEqual(check(recorded, { request: request({ nonce: first }), requireNonce: true }), good);
    assert.deepEqual(check(recorded, { request: request({ nonce: second }) }), ['reject', 'ocsp-nonce']);
    const prepared = await respond();
    assert.deepEqual(check(prepared, { request: request({ nonce: second }), requireNonce: true }), [
      'reject',
      'ocsp-nonce',
    ]);
  });
});

describe('the form of an OCSP response', () => {
  it('has no octets after it, at any level', async () => {
    const sound = await respond();
    assert.deepEqual(check(Uint8Array.of(...sound, 0)), ['reject', 'ocsp-malformed']);
    assert.deepEqual(check(Uint8Array.of(...sound, ...sound)), ['reject', 'ocsp-malformed']);
    const basic = readOcspResponse(sound).basic?.tbs as Uint8Array;
    const padded = der.sequence(
      der.enumerated(0),
      der.explicit(0, der.sequence(der.oid(oid.ocspBasic), der.octetString(basic, Uint8Array.of(5, 0)))),
    );
    assert.deepEqual(check(padded), ['reject', 'ocsp-malformed']);
  });
  it('has no critical extension that is unknown, in the response or in an answer', async () => {
    const unknown = (critical: boolean) => extension('2.999.1', critical, der.null());
    assert.deepEqual(check(await assemble(withExtensions(unknown(false)))), good);
    assert.deepEqual(check(await assemble(withExtensions(unknown(true)))), ['reject', 'ocsp-critical-extension']);
    const inAnswer = (critical: boolean) =>
      answering(
        single(
          buildCertId(certificate, issuer),
          der.element(tag.primitive(0)),
          der.generalizedTime(at),
          der.explicit(1, der.sequence(unknown(critical))),
        ),
      );
    assert.deepEqual(check(await assemble(inAnswer(false))), good);
    assert.deepEqual(check(await assemble(inAnswer(true))), ['reject', 'ocsp-critical-extension']);
  });
  it('is signed in an algorithm that is accepted: SHA-1 is none', async () => {
    const key = await generateSoftwareKey('RSA-2048');
    const signer: Signer = {
      algorithm: 'RS256',
      publicKey: softwareSigner(key).publicKey,
      sign: async (data) => new Uint8Array(signWith('sha1', data, key)),
    };
    const spki = signer.publicKey.export({ type: 'spki', format: 'der' });
    const identifier = createHash('sha1')
      .update(parseCertificate(await resign(responder.der, signCa.key, { spki })).spki.key.bytes)
      .digest();
    const weak = await resign(responder.der, signCa.key, {
      spki,
      extensions: changing(oid.subjectKeyIdentifier, { value: der.octetString(identifier) }),
    });
    const algorithm = der.sequence(der.oid('1.2.840.113549.1.1.5'), der.null());
    const byItself = (members: Uint8Array[]) => [der.explicit(2, der.octetString(identifier)), ...members.slice(1)];
    const response = await assemble(byItself, { signer, algorithm, certificates: [weak] });
    assert.deepEqual(check(response), ['reject', 'ocsp-signature']);
  });
  it('is never good without a signature, whatever the responder says', () => {
    for (const status of ['malformedRequest', 'internalError', 'tryLater', 'unauthorized'] as const) {
      assert.deepEqual(check(buildOcspError(status)), ['error', status]);
    }
    assert.deepEqual(check(der.sequence(der.enumerated(5))), ['error', 'sigRequired']);
    for (const odd of [der.enumerated(4), der.enumerated(7), der.enumerated(0)]) {
      assert.deepEqual(check(der.sequence(odd)), ['reject', 'ocsp-malformed']);
    }
    const bytes = der.explicit(0, der.sequence(der.oid(oid.ocspBasic), der.octetString(der.sequence())));
    assert.deepEqual(check(der.sequence(der.enumerated(3), bytes)), ['reject', 'ocsp-malformed']);
  });
  it('of version 1 does not say so, since that is the default', async () => {
    const versioned = (number: number) => (members: Uint8Array[]) => [der.explicit(0, der.integer(number)), ...members];
    for (const number of [0, 1]) {
      assert.deepEqual(check(await assemble(versioned(number))), ['reject', 'ocsp-malformed']);
    }
  });
});

describe('the question behind an OCSP answer', () => {
  it('is about this certificate, and its issuer is its issuer, valid now', async () => {
    const response = await respond();
    const other = buildOcspRequest({ certificate: responder.der, issuer });
    assert.deepEqual(check(response, { request: other }), ['reject', 'ocsp-request']);
    assert.deepEqual(check(response, { request: new Uint8Array() }), ['reject', 'ocsp-request']);
    assert.deepEqual(check(response, { issuer: responder.der }), ['reject', 'ocsp-issuer']);
    const late = later(11 * 365 * DAY);
    assert.deepEqual(check(response, { at: late }), ['reject', 'ocsp-issuer']);
  });
});
