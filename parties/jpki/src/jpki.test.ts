import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { adjustableClock } from '@tegata/clock';
import { peer, type Running } from '@tegata/http';
import { generateSoftwareKey, memoryKeys, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { seededRandom } from '@tegata/random';
import { openStore, type Store } from '@tegata/store';
import { noTap } from '@tegata/tap';
import {
  buildOcspRequest,
  type CertIdHash,
  compareAttributes,
  jpkiAttributes,
  parseCertificate,
  readOcspResponse,
  verifyOcspResponse,
  verifyPath,
} from '@tegata/x509';
import { buildJpkiCa } from '@tegata/x509-build';
import { makeAuthority, start } from './index.ts';
import type { Tables } from './schema.ts';

const clock = adjustableClock(new Date('2026-04-01T00:00:00Z'));
const random = seededRandom('jpki.test');
const keys = memoryKeys();
const secret = 'secret-of-the-card-factory';
const authority = await makeAuthority({ clock, random, keys });
const cardKey = softwareSigner(await generateSoftwareKey('RSA-2048'));
const publicKey = cardKey.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

const place = {
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  municipalityCode: '13101',
};
const person = { ...place, name: '試験　太郎', address: '東京都千代田区霞が関一丁目１－１', sex: '1' as const };

describe('JPKI', () => {
  let store: Store;
  let running: Running;
  const call = (path: string, json: unknown, withSecret = true) =>
    peer({ url: running.url, name: 'jpki', party: 'card', ...(withSecret ? { secret } : {}) }).request('POST', path, {
      json,
    });
  const ocsp = async (body: Uint8Array, contentType = 'application/ocsp-request') =>
    (await peer({ url: running.url, name: 'jpki', party: 'smp' }).request('POST', '/ocsp', { body, contentType })).body;
  const issue = async (profile: 'sign' | 'auth') => {
    const answer = await call('/certificates', { profile, publicKey, holder: profile === 'sign' ? person : place });
    assert.equal(answer.status, 201);
    const { certificate, serial } = answer.json() as { certificate: string; serial: string };
    return { certificate: new Uint8Array(Buffer.from(certificate, 'base64')), serial };
  };
  const status = async (certificate: Uint8Array, ca: 'sign' | 'auth' = 'sign', hash: CertIdHash = 'sha256') => {
    const issuer = authority[ca].certificate;
    const nonce = random.bytes(32);
    const response = await ocsp(buildOcspRequest({ certificate, issuer, nonce, hash }));
    return verifyOcspResponse({ response, nonce, certificate, issuer, at: clock.now(), hash });
  };

  before(async () => {
    store = await openStore({});
    running = await start({ clock, random, log: silentLog, tap: noTap, store, authority, secret });
  });
  after(async () => {
    await running.close();
    await store.close();
  });

  it('issues a signature certificate of its profile, with the attributes of the holder', async () => {
    const { certificate, serial } = await issue('sign');
    const path = verifyPath({ leaf: certificate, anchors: [authority.sign.ca], at: clock.now(), profile: 'jpki-sign' });
    assert.equal(path.code ?? path.result, 'passed');
    assert.equal(path.leaf?.serialHex, serial);
    assert.equal(serial.length, 8);
    const { name, address, birthDate, sex } = person;
    const compared = compareAttributes(jpkiAttributes(parseCertificate(certificate)), {
      name,
      address,
      birthDate,
      sex,
    });
    assert.equal(compared.code ?? compared.result, 'passed');
  });

  it('issues a user-authentication certificate of its profile, without the person', async () => {
    const { certificate } = await issue('auth');
    const path = verifyPath({ leaf: certificate, anchors: [authority.auth.ca], at: clock.now(), profile: 'jpki-auth' });
    assert.equal(path.code ?? path.result, 'passed');
    assert.equal(Buffer.from(certificate).includes(Buffer.from('太郎')), false);
  });

  it('keeps the two CAs apart', async () => {
    const { certificate } = await issue('auth');
    const path = verifyPath({ leaf: certificate, anchors: [authority.sign.ca], at: clock.now(), profile: 'jpki-auth' });
    assert.equal(path.code, 'no-path-to-anchor');
  });

  it('has the number and the fingerprint of a certificate in its rows, and nothing of the person', async () => {
    const { serial } = await issue('sign');
    const rows = await store.database<Tables>().selectFrom('jpki.certificate').selectAll().execute();
    const row = rows.find((candidate) => candidate.serial === serial);
    assert.match(row?.fingerprint ?? '', /^[0-9a-f]{64}$/);
    assert.doesNotMatch(JSON.stringify(rows), /太郎|千代田|Chiyoda|19800217/);
  });

  it('says good of a certificate that stands, whether the CertID is SHA-1 or SHA-256', async () => {
    const { certificate } = await issue('sign');
    assert.equal((await status(certificate, 'sign', 'sha256')).status, 'good');
    assert.equal((await status(certificate, 'sign', 'sha1')).status, 'good');
    assert.equal((await status((await issue('auth')).certificate, 'auth')).status, 'good');
  });

  it('says revoked, with time and reason, of a certificate that was revoked', async () => {
    const { certificate, serial } = await issue('sign');
    clock.advance(60_000);
    const at = clock.now();
    const answer = await call('/revocations', { ca: 'sign', serial, reason: 'affiliationChanged' });
    assert.equal(answer.status, 200);
    clock.advance(60_000);
    const result = await status(certificate);
    assert.equal(result.status, 'revoked');
    assert.equal(result.revokedAt?.getTime(), at.getTime());
    assert.equal(result.reason, 'affiliationChanged');
  });

  it('keeps the first time and reason when a certificate is revoked again', async () => {
    const { serial } = await issue('sign');
    const first = (await call('/revocations', { ca: 'sign', serial, reason: 'keyCompromise' })).json();
    clock.advance(60_000);
    const second = (await call('/revocations', { ca: 'sign', serial, reason: 'superseded' })).json();
    assert.deepEqual(second, first);
  });

  it('says unknown of a number that it never handed out', async () => {
    const { certificate } = await issue('sign');
    const issuer = authority.sign.certificate;
    const stranger = { ...parseCertificate(certificate), serial: Uint8Array.of(1, 2, 3, 4) };
    const response = await ocsp(buildOcspRequest({ certificate: stranger, issuer }));
    const result = verifyOcspResponse({ response, certificate: stranger, issuer, at: clock.now() });
    assert.equal(result.status, 'unknown');
  });

  it('says unknown of a number that was taken for a certificate which was never signed', async () => {
    const row = { ca: 'sign' as const, serial: '7ABBCCDD', reserved_at: clock.now(), device: 'card' as const };
    await store
      .database<Tables>()
      .insertInto('jpki.certificate')
      .values({ ...row, fingerprint: null, not_after: null, revoked_at: null, reason: null })
      .execute();
    const { certificate } = await issue('sign');
    const issuer = authority.sign.certificate;
    const reserved = { ...parseCertificate(certificate), serial: Uint8Array.of(0x7a, 0xbb, 0xcc, 0xdd) };
    const response = await ocsp(buildOcspRequest({ certificate: reserved, issuer }));
    assert.equal(verifyOcspResponse({ response, certificate: reserved, issuer, at: clock.now() }).status, 'unknown');
    assert.equal((await call('/revocations', { ca: 'sign', serial: '7ABBCCDD', reason: 'superseded' })).status, 404);
  });

  it('answers malformedRequest to what is no OCSP request', async () => {
    assert.equal(readOcspResponse(await ocsp(Uint8Array.of(0x30, 0x00))).status, 'malformedRequest');
    assert.equal(readOcspResponse(await ocsp(new Uint8Array())).status, 'malformedRequest');
    const { certificate } = await issue('sign');
    const request = buildOcspRequest({ certificate, issuer: authority.sign.certificate });
    assert.equal(readOcspResponse(await ocsp(request, 'application/octet-stream')).status, 'malformedRequest');
  });

  it('answers unauthorized about the certificates of another CA', async () => {
    const signer = softwareSigner(await generateSoftwareKey('RSA-2048'));
    const issuer = await buildJpkiCa({ ca: 'sign', signer, random, notBefore: clock.now() });
    const { certificate } = await issue('sign');
    assert.equal(readOcspResponse(await ocsp(buildOcspRequest({ certificate, issuer }))).status, 'unauthorized');
  });

  it('makes the responder’s certificate anew before it ends, and after the clock was set back', async () => {
    const { certificate } = await issue('auth');
    const start = clock.now();
    clock.advance(80 * 86_400_000);
    assert.equal((await status(certificate, 'auth')).status, 'good');
    clock.set(start);
    assert.equal((await status(certificate, 'auth')).status, 'good');
  });

  it('issues and revokes nothing without the secret', async () => {
    assert.equal((await call('/certificates', { profile: 'auth', publicKey, holder: place }, false)).status, 401);
    assert.equal((await call('/revocations', { ca: 'sign', serial: '01', reason: 'superseded' }, false)).status, 401);
  });

  it('refuses a request that is not of its form, or a holder or key that it cannot certify', async () => {
    const sign = (change: object) => ({ profile: 'sign', publicKey, holder: { ...person, ...change } });
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const other = short.export({ type: 'spki', format: 'der' }).toString('base64');
    for (const request of [
      {},
      { profile: 'root', publicKey, holder: person },
      sign({ municipalityCode: '1310' }),
      sign({ birthDate: '1980-02-17' }),
      sign({ nameSubstitutes: '0' }),
      sign({ extra: 1 }),
      { profile: 'auth', publicKey: other, holder: place },
      { profile: 'auth', publicKey: 'AAAA', holder: place },
    ]) {
      const answer = await call('/certificates', request);
      assert.equal(answer.status, 400, JSON.stringify(Object.keys(request)));
      assert.equal((answer.json() as { code: string }).code, 'bad-request');
    }
    assert.equal((await call('/revocations', { ca: 'sign', serial: '01', reason: 'because' })).status, 400);
    assert.equal((await call('/revocations', { ca: 'sign', serial: '01', reason: 'superseded' })).status, 404);
  });

  it('hands its CA certificates to anyone', async () => {
    for (const ca of ['sign', 'auth'] as const) {
      const answer = await peer({ url: running.url, name: 'jpki', party: 'smp' }).request('GET', `/ca/${ca}.cer`);
      assert.equal(answer.headers.get('content-type'), 'application/pkix-cert');
      assert.deepEqual(answer.body, authority[ca].ca);
    }
  });

  it('has the same CA certificates after a restart, and none of another key', async () => {
    const again = await makeAuthority({ clock, random, keys });
    assert.deepEqual([again.sign.ca, again.auth.ca], [authority.sign.ca, authority.auth.ca]);
    const swapped = { ...keys, certificateOrNew: async () => authority.auth.ca };
    await assert.rejects(makeAuthority({ clock, random, keys: swapped }), { code: 'ca-certificate-mismatch' });
  });
});
