import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DerReader, der, tag } from '@tegata/der';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildOcspError, buildOcspResponse, type OcspAnswer, type OcspResponseInput } from '@tegata/x509-build';
import fc from 'fast-check';
import { at, makeChains } from './chains-for-tests.ts';
import {
  buildCertId,
  buildOcspRequest,
  type OcspInput,
  oid,
  parseCertificate,
  readOcspRequest,
  readOcspResponse,
  verifyOcspResponse,
  X509Error,
} from './index.ts';
import { algorithmDer, changing, resign, without } from './resign-for-tests.ts';

const { sign, signCa, authCa, responder } = await makeChains();
const stranger = softwareSigner(await generateSoftwareKey('P-256'));
const random = seededRandom('ocsp.test');
const nonce = random.bytes(32);
const certificate = parseCertificate(sign.der);
const issuer = parseCertificate(signCa.der);
const HOUR = 3_600_000;
const later = (milliseconds: number) => new Date(at.getTime() + milliseconds);

const answer: OcspAnswer = {
  certId: buildCertId(certificate, issuer),
  status: { status: 'good' },
  thisUpdate: at,
  nextUpdate: later(HOUR),
};
const build = (change: Partial<OcspResponseInput> = {}) =>
  buildOcspResponse({
    answers: [answer],
    producedAt: at,
    signer: responder.key,
    certificates: [responder.der],
    nonce,
    ...change,
  });
const decide = (response: Uint8Array, change: Partial<OcspInput> = {}) =>
  verifyOcspResponse({ response, nonce, certificate, issuer, at, ...change });

/** Failed checks other than that of the status. */
const failed = (result: ReturnType<typeof decide>) =>
  result.checks.filter((check) => check.result === 'failed' && check.id !== 'cert-status').map(({ code }) => code);

async function undetermined(code: string, response: Uint8Array | Promise<Uint8Array>, change: Partial<OcspInput> = {}) {
  const result = decide(await response, change);
  assert.deepEqual(failed(result), [code]);
  assert.equal(result.status, 'undetermined');
  assert.equal(result.code, code);
}

/** A response whose signed part is changed as DER and signed anew. */
async function altered(
  change: (members: Uint8Array[]) => Uint8Array[],
  options: { signer?: Signer; signature?: (value: Uint8Array) => Uint8Array; certificates?: Uint8Array[] } = {},
): Promise<Uint8Array> {
  const signer = options.signer ?? responder.key;
  const basic = readOcspResponse(await build()).basic;
  const reader = DerReader.over(basic?.tbs ?? new Uint8Array()).sequence();
  const members: Uint8Array[] = [];
  while (!reader.done) members.push(reader.element().raw);
  const tbs = der.sequence(...change(members));
  const signature = (options.signature ?? ((same) => same))(await signer.sign(tbs));
  const certificates = options.certificates ?? [responder.der];
  const whole = der.sequence(
    tbs,
    algorithmDer(signer),
    der.bitString(signature),
    der.explicit(0, der.sequence(...certificates)),
  );
  return der.sequence(der.enumerated(0), der.explicit(0, der.sequence(der.oid(oid.ocspBasic), der.octetString(whole))));
}

describe('a request', () => {
  it('asks with SHA-256, and with the nonce as an OCTET STRING in the extension’s OCTET STRING', () => {
    const bytes = buildOcspRequest({ certificate: sign.der, issuer: signCa.der, nonce });
    const request = readOcspRequest(bytes);
    assert.equal(request.certIds[0]?.hash, 'sha256');
    assert.deepEqual(request.certIds[0]?.serial, certificate.serial);
    assert.deepEqual(request.nonce, nonce);
    assert(Buffer.from(bytes).includes(Buffer.concat([Buffer.of(4, 34, 4, 32), nonce])));
  });
  it('may ask with SHA-1 and without a nonce', () => {
    const request = readOcspRequest(buildOcspRequest({ certificate, issuer, hash: 'sha1' }));
    assert.equal(request.certIds[0]?.issuerKeyHash.length, 20);
    assert.equal(request.nonce, undefined);
  });
  const list = der.sequence(der.sequence(buildCertId(certificate, issuer)));
  const extension = (id: string, critical: boolean, value: Uint8Array) =>
    der.explicit(
      2,
      der.sequence(der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octetString(value))),
    );
  for (const [title, bytes] of [
    ['with octets after it', Uint8Array.of(...der.sequence(der.sequence(list)), 0)],
    ['for nothing', der.sequence(der.sequence(der.sequence()))],
    ['of another version', der.sequence(der.sequence(der.explicit(0, der.integer(1)), list))],
    ['with an unknown critical extension', der.sequence(der.sequence(list, extension('2.999.1', true, der.null())))],
    ['with a nonce of no octets', der.sequence(der.sequence(list, extension(oid.ocspNonce, false, der.octetString())))],
    [
      'with a nonce of 129 octets',
      der.sequence(der.sequence(list, extension(oid.ocspNonce, false, der.octetString(new Uint8Array(129))))),
    ],
    [
      'for too many certificates',
      der.sequence(der.sequence(der.sequence(...Array.from({ length: 33 }, () => der.sequence(answer.certId))))),
    ],
  ] as const) {
    it(`${title} is refused`, () => {
      assert.throws(
        () => readOcspRequest(bytes),
        (error) => error instanceof X509Error && error.code === 'ocsp-malformed',
      );
    });
  }
});

describe('a response', () => {
  it('of a delegated responder is good when every rule holds', async () => {
    const result = decide(await build());
    assert.deepEqual(failed(result), []);
    assert.equal(result.status, 'good');
    assert.deepEqual(result.nextUpdate, later(HOUR));
  });
  it('of the CA itself is good', async () => {
    assert.equal(decide(await build({ signer: signCa.key, certificates: [] })).status, 'good');
  });
  it('of a pinned responder is good while its certificate is valid', async () => {
    const foreign = await resign(responder.der, stranger, {
      spki: stranger.publicKey.export({ type: 'spki', format: 'der' }),
    });
    const response = await build({ signer: stranger, certificates: [] });
    assert.equal(decide(response, { pinnedResponders: [foreign] }).status, 'good');
    const far = later(91 * 24 * HOUR);
    await undetermined(
      'ocsp-responder',
      build({
        signer: stranger,
        certificates: [],
        producedAt: far,
        answers: [{ ...answer, thisUpdate: far, nextUpdate: later(92 * 24 * HOUR) }],
      }),
      {
        pinnedResponders: [foreign],
        at: far,
      },
    );
    await undetermined('ocsp-responder', response);
  });
  it('that says revoked gives time and reason', async () => {
    const revokedAt = later(-HOUR);
    const status = { status: 'revoked', revokedAt, reason: 'keyCompromise' } as const;
    const result = decide(await build({ answers: [{ ...answer, status }] }));
    assert.deepEqual(
      [result.status, result.code, result.revokedAt, result.reason],
      ['revoked', 'revoked', revokedAt, 'keyCompromise'],
    );
  });
  it('that says unknown is not good', async () => {
    const result = decide(await build({ answers: [{ ...answer, status: { status: 'unknown' } }] }));
    assert.deepEqual([result.status, result.code], ['unknown', 'unknown']);
  });
  it('without signature is never good', async () => {
    for (const status of ['malformedRequest', 'internalError', 'tryLater', 'unauthorized'] as const) {
      await undetermined('ocsp-unsuccessful', buildOcspError(status));
    }
  });
  it('of another type proves nothing', async () => {
    const other = der.explicit(0, der.sequence(der.oid('2.999.1'), der.octetString(der.null())));
    await undetermined('ocsp-type', der.sequence(der.enumerated(0), other));
  });
  it('with octets after it proves nothing', async () => {
    await undetermined('ocsp-malformed', Uint8Array.of(...(await build()), 0));
  });
  it('that is successful without content proves nothing', () =>
    undetermined('ocsp-malformed', der.sequence(der.enumerated(0))));
  it('with an unknown critical extension proves nothing', async () => {
    const critical = der.sequence(der.oid('2.999.1'), der.boolean(true), der.octetString(der.null()));
    const extensions = (members: Uint8Array[]) => {
      const own = DerReader.over(members.at(-1) ?? new Uint8Array())
        .inside(tag.constructed(1))
        .sequence()
        .element().raw;
      return [...members.slice(0, -1), der.explicit(1, der.sequence(own, critical))];
    };
    await undetermined('ocsp-critical-extension', altered(extensions));
  });
  it('whose signature was changed proves nothing', () =>
    undetermined(
      'ocsp-signature',
      altered((same) => same, { signature: (value) => value.with(20, (value[20] as number) ^ 1) }),
    ));
  it('signed by another key than the responder’s proves nothing', () =>
    undetermined(
      'ocsp-signature',
      altered((same) => same, { signer: stranger }),
    ));
  it('of a responder whose certificate does not come along proves nothing', () =>
    undetermined('ocsp-responder', build({ certificates: [] })));
  it('of a responder without id-kp-OCSPSigning proves nothing', async () => {
    const plain = await resign(responder.der, signCa.key, { extensions: without(oid.extKeyUsage) });
    await undetermined('ocsp-responder', build({ certificates: [plain] }));
  });
  it('of a responder that may be revoked counts only when the caller knows that it is not', async () => {
    const point = der.explicit(0, der.explicit(0, der.implicit(6, der.ia5('https://x.example/1.crl'))));
    const revocable = await resign(responder.der, signCa.key, {
      extensions: (list) => [
        ...without(oid.ocspNoCheck)(list),
        { oid: oid.cRLDistributionPoints, critical: false, value: der.sequence(der.sequence(point)) },
      ],
    });
    const response = await build({ certificates: [revocable] });
    await undetermined('ocsp-responder', response);
    for (const answer of ['revoked', 'undetermined'] as const) {
      await undetermined('ocsp-responder', response, { responderRevocation: () => answer });
    }
    assert.equal(decide(response, { responderRevocation: () => 'good' }).status, 'good');
  });
  it('of a responder whose extKeyUsage is not critical is good: RFC 6960 does not ask for it', async () => {
    const plain = await resign(responder.der, signCa.key, {
      extensions: changing(oid.extKeyUsage, { critical: false }),
    });
    assert.equal(decide(await build({ certificates: [plain] })).status, 'good');
  });
  it('of a responder that another CA delegated proves nothing', async () => {
    const foreign = await resign(responder.der, authCa.key, { issuer: parseCertificate(authCa.der).subject.raw });
    await undetermined('ocsp-responder', build({ certificates: [foreign] }));
  });
  it('of a responder that is delegated by name alone proves nothing', async () => {
    const forged = await resign(responder.der, stranger, {});
    await undetermined('ocsp-responder', build({ certificates: [forged] }));
  });
  it('of a responder whose certificate has ended proves nothing', async () => {
    const ended = await resign(responder.der, signCa.key, {
      notBefore: der.time(later(-2 * HOUR)),
      notAfter: der.time(later(-HOUR)),
    });
    await undetermined('ocsp-responder', build({ certificates: [ended] }));
  });
  it('of the person’s own certificate proves nothing', () =>
    undetermined('ocsp-responder', build({ signer: sign.key, certificates: [sign.der] })));
  it('about another certificate of the CA proves nothing', async () => {
    const other = { ...certificate, serial: Uint8Array.of(1) };
    await undetermined('ocsp-cert-id', build({ answers: [{ ...answer, certId: buildCertId(other, issuer) }] }));
  });
  it('about the same number of another CA proves nothing', async () => {
    const certId = buildCertId(certificate, parseCertificate(authCa.der));
    await undetermined('ocsp-cert-id', build({ answers: [{ ...answer, certId }] }));
  });
  it('in another hash than was asked in proves nothing', async () => {
    const certId = buildCertId(certificate, issuer, 'sha1');
    await undetermined('ocsp-cert-id', build({ answers: [{ ...answer, certId }] }));
    assert.equal(decide(await build({ answers: [{ ...answer, certId }] }), { hash: 'sha1' }).status, 'good');
  });
  it('with two answers for the certificate proves nothing', () =>
    undetermined('ocsp-cert-id', build({ answers: [answer, { ...answer, status: { status: 'unknown' } }] })));
  it('with no answer proves nothing', () => undetermined('ocsp-cert-id', build({ answers: [] })));
  it('of the future proves nothing beyond the skew', async () => {
    const ahead = (milliseconds: number) => build({ answers: [{ ...answer, thisUpdate: later(milliseconds) }] });
    assert.equal(decide(await ahead(60_000)).status, 'good');
    await undetermined('ocsp-not-yet', ahead(61_000));
  });
  it('past its nextUpdate proves nothing', async () => {
    const response = await build();
    assert.equal(decide(response, { at: later(HOUR) }).status, 'good');
    await undetermined('ocsp-expired', response, { at: later(HOUR + 1000) });
  });
  it('without nextUpdate has an age limit', async () => {
    const { nextUpdate: _, ...open } = answer;
    const response = await build({ answers: [open] });
    assert.equal(decide(response, { at: later(HOUR) }).status, 'good');
    await undetermined('ocsp-expired', response, { at: later(HOUR + 1000) });
    await undetermined('ocsp-expired', response, { at: later(11_000), maxAge: 10 });
  });
  it('without the nonce of the request proves nothing', () => undetermined('ocsp-nonce', build({ nonce: undefined })));
  it('with another nonce proves nothing', () => undetermined('ocsp-nonce', build({ nonce: random.bytes(32) })));
  it('is judged without nonce only when none was sent, and says so', async () => {
    const result = decide(await build({ nonce: undefined }), { nonce: undefined });
    assert.equal(result.status, 'good');
    assert.equal(result.checks.find(({ id }) => id === 'nonce')?.result, 'not_performed');
  });
  it('that says revoked is believed only under the same rules', () => {
    const status = { status: 'revoked', revokedAt: at } as const;
    return undetermined('ocsp-nonce', build({ answers: [{ ...answer, status }], nonce: random.bytes(32) }));
  });
});

describe('any OCSP message', () => {
  it('is read, or refused with an X509Error', async () => {
    const [response, request] = [await build(), buildOcspRequest({ certificate, issuer, nonce })];
    const harmless = (read: (bytes: Uint8Array) => unknown, bytes: Uint8Array) => {
      try {
        read(bytes);
      } catch (error) {
        assert(error instanceof X509Error, String(error));
      }
    };
    fc.assert(
      fc.property(fc.constantFrom(response, request), fc.nat(), fc.nat(255), (sound, position, octet) => {
        const damaged = sound.with(position % sound.length, octet);
        harmless(readOcspRequest, damaged);
        harmless(readOcspResponse, damaged);
        if (decide(damaged).status === 'good') assert.deepEqual(damaged, response);
      }),
      { numRuns: 1000 },
    );
  });
});
