import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { BasicOCSPResponse, OCSPResponse } from '@peculiar/asn1-ocsp';
import { AsnConvert } from '@peculiar/asn1-schema';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import {
  buildOcspRequest,
  parseCertificate,
  readOcspRequest,
  readOcspResponse,
  verifyOcspResponse,
} from '@tegata/x509';
import {
  buildCsr,
  buildJpkiAuth,
  buildJpkiCa,
  buildOcspError,
  buildOcspResponder,
  buildOcspResponse,
  jpkiCaName,
  type OcspStatus,
  ocspWriter,
  revocationReasons,
  signOcspRequest,
} from './index.ts';

const random = seededRandom('ocsp-writer.test');
const at = new Date('2026-04-01T00:00:00Z');
const nextUpdate = new Date('2026-04-01T01:00:00Z');
const caKey = softwareSigner(await generateSoftwareKey('P-384'));
const issuer = await buildJpkiCa({ ca: 'auth', signer: caKey, random, notBefore: at });
const keys = await Promise.all(
  (['P-256', 'P-384', 'RSA-2048'] as const).map(async (kind) => softwareSigner(await generateSoftwareKey(kind))),
);
const certificate = await buildJpkiAuth({
  issuer: { certificate: issuer, signer: caKey },
  publicKey: (keys[1] as (typeof keys)[0]).publicKey,
  random,
  at,
  holder: { birthDate: '19800217', prefecture: 'Tokyo-to', municipality: 'Kiyose-shi', municipalityCode: '13221' },
});
const responders = await Promise.all(
  keys.map(async (signer) => ({
    signer,
    certificates: [
      await buildOcspResponder({
        issuer: { certificate: issuer, signer: caKey },
        publicKey: signer.publicKey,
        random,
        notBefore: at,
        notAfter: new Date('2026-06-01T00:00:00Z'),
        subject: [...jpkiCaName('auth'), ['CN', 'TEST OCSP responder']],
      }),
    ],
  })),
);
const [certId] = readOcspRequest(buildOcspRequest({ certificate, issuer })).certIds.map(({ raw }) => raw) as [
  Uint8Array,
];
const statuses: OcspStatus[] = [
  { status: 'good' },
  { status: 'unknown' },
  { status: 'revoked', revokedAt: at },
  ...(Object.keys(revocationReasons) as (keyof typeof revocationReasons)[]).map(
    (reason) => ({ status: 'revoked', revokedAt: at, reason }) as const,
  ),
];

describe('an OCSP response', () => {
  for (const responder of responders) {
    it(`of a responder with ${responder.signer.algorithm} says what it was made to say, and is accepted`, async () => {
      const answer = ocspWriter(responder);
      for (const status of statuses) {
        const nonce = random.bytes(32);
        const response = await answer({
          answers: [{ certId, status, thisUpdate: at, nextUpdate }],
          producedAt: at,
          nonce,
        });
        const result = verifyOcspResponse({ response, nonce, certificate, issuer, at });
        assert.equal(result.status, status.status);
        if (status.status === 'revoked') assert.equal(result.reason, status.reason);
      }
    });
  }

  it('is read by the library, which writes the same octets', async () => {
    for (const nonce of [undefined, random.bytes(1), random.bytes(128)]) {
      for (const count of [1, 2, 20]) {
        const answers = Array.from({ length: count }, (_, index) => ({
          certId,
          status: statuses[index % statuses.length] as OcspStatus,
          thisUpdate: at,
          ...(index % 2 ? { nextUpdate } : {}),
        }));
        const made = await buildOcspResponse({
          ...(responders[count % 3] as (typeof responders)[0]),
          answers,
          producedAt: at,
          ...(nonce ? { nonce } : {}),
        });
        const read = AsnConvert.parse(made, OCSPResponse);
        assert.deepEqual(new Uint8Array(AsnConvert.serialize(read)), made);
        const inner = new Uint8Array(read.responseBytes?.response.buffer as ArrayBuffer);
        const basic = AsnConvert.parse(inner, BasicOCSPResponse);
        assert.deepEqual(new Uint8Array(AsnConvert.serialize(basic)), inner);
        assert.equal(readOcspResponse(made).basic?.responses.length, count);
      }
    }
  });

  it('carries no certificate where the CA answers itself', async () => {
    const answers = [{ certId, status: { status: 'good' }, thisUpdate: at } as const];
    const response = await buildOcspResponse({ answers, producedAt: at, signer: caKey, certificates: [] });
    assert.equal(verifyOcspResponse({ response, certificate, issuer, at }).status, 'good');
  });

  it('is not made for something that is no CertID', async () => {
    const status = { status: 'good' } as const;
    for (const bad of [new Uint8Array(), certId.subarray(1), Buffer.concat([certId, Uint8Array.of(0)])]) {
      const answers = [{ certId: bad, status, thisUpdate: at }];
      const made = buildOcspResponse({ answers, producedAt: at, signer: caKey, certificates: [] });
      await assert.rejects(made, { code: 'cert-id-invalid' });
    }
  });

  it('that says why there is none is three octets in a SEQUENCE', () => {
    const errors = ['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const;
    assert.deepEqual(
      errors.map((error) => buildOcspError(error)[4]),
      [1, 2, 3, 5, 6],
    );
    for (const error of errors) assert.equal(readOcspResponse(buildOcspError(error)).status, error);
  });
});

describe('a signed OCSP request', () => {
  it('asks the same, and names who asks', async () => {
    const nonce = random.bytes(32);
    const request = buildOcspRequest({ certificate, issuer, nonce });
    const [signer] = keys;
    const signed = await signOcspRequest({ request, signer: signer as (typeof keys)[0], certificate });
    const read = readOcspRequest(signed);
    assert.deepEqual(read.nonce, nonce);
    assert.deepEqual(read.certIds[0]?.raw, certId);
    assert(Buffer.from(signed).includes(parseCertificate(certificate).subject.raw));
    assert(Buffer.from(signed).includes(certificate));
  });
});

describe('a certification request', () => {
  it('is read by the library, which writes the same octets', async () => {
    for (const signer of keys) {
      const csr = await buildCsr({ signer, subject: [['CN', 'a phone']] });
      assert.deepEqual(new Uint8Array(AsnConvert.serialize(AsnConvert.parse(csr, CertificationRequest))), csr);
    }
  });
});
