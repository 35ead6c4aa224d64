import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Certificate, parseCertificate } from '@tegata/x509';
import { buildJpkiAuth } from '@tegata/x509-build';
import { type FetchPort, type OcspStatusOptions, ocspStatus } from './index.ts';
import { jpkiForTests, noise, responderUrl } from './jpki-for-tests.ts';

describe('the status by OCSP', () => {
  let jpki: Awaited<ReturnType<typeof jpkiForTests>>;
  let certificate: Certificate;
  let issuer: Certificate;
  before(async () => {
    jpki = await jpkiForTests();
    certificate = parseCertificate(jpki.auth.certificate);
    issuer = parseCertificate(jpki.ca.auth);
  });
  const ask = (options: Partial<OcspStatusOptions>, of = certificate) => {
    const base = { responders: [responderUrl], random: jpki.random, fetch: jpki.fetchFor('auth') };
    return ocspStatus({ ...base, ...options })({ certificate: of, issuer, at: jpki.clock.now() });
  };
  const answering = (status: number, type: string, body: Uint8Array): FetchPort => {
    return async () => new Response(Uint8Array.from(body), { status, headers: { 'content-type': type } });
  };

  it('is good with a fresh nonce each time, and keeps the answer as it came', async () => {
    jpki.responder.nonces.length = 0;
    const first = await ask({});
    await ask({});
    assert.equal(first.status, 'good');
    assert.equal(jpki.responder.nonces[0]?.length, 32);
    assert.notDeepEqual(jpki.responder.nonces[0], jpki.responder.nonces[1]);
    assert.deepEqual(first.answer?.nonce, jpki.responder.nonces[0]);
    assert.ok((first.answer?.response.length ?? 0) > 100);
  });

  it('is asked without a nonce where the responder signs ahead', async () => {
    jpki.responder.nonces.length = 0;
    assert.equal((await ask({ nonce: 'none' })).status, 'good');
    assert.deepEqual(jpki.responder.nonces, [undefined]);
  });

  it('tells when and why a certificate was revoked', async () => {
    const revokedAt = new Date('2026-11-01T00:00:00Z');
    jpki.responder.status = { status: 'revoked', revokedAt, reason: 'cessationOfOperation' };
    const { status, reason, revokedAt: told } = await ask({});
    jpki.responder.status = { status: 'good' };
    assert.deepEqual([status, reason, told], ['revoked', 'cessationOfOperation', revokedAt]);
  });

  it('is asked at addresses of the list alone, whatever a certificate names', async () => {
    const { random, clock } = jpki;
    const hostile = await buildJpkiAuth({
      issuer: jpki.issuer.auth,
      publicKey: certificate.publicKey,
      holder: { birthDate: '19800217', prefecture: 'Tokyo-to', municipality: 'Chiyoda-ku', municipalityCode: '13101' },
      random,
      at: clock.now(),
      ocspUrl: 'http://169.254.169.254/latest',
    });
    jpki.responder.asked.length = 0;
    await ask({ responders: ['https://ocsp.example/first', responderUrl] });
    await ask({ responders: ['https://ocsp.example/first'] }, parseCertificate(hostile));
    assert.deepEqual(jpki.responder.asked, [responderUrl, 'https://ocsp.example/first']);
  });

  it('is undetermined when the answer is not signed by the CA or its delegate', async () => {
    jpki.responder.signer = jpki.issuer.sign.signer;
    const { status, code } = await ask({});
    jpki.responder.signer = undefined;
    assert.deepEqual([status, code], ['undetermined', 'ocsp-responder']);
  });

  it('is undetermined when an old answer is played again', async () => {
    const { answer } = await ask({});
    const replay = answering(200, 'application/ocsp-response', answer?.response ?? noise(1));
    assert.deepEqual(
      [(await ask({ fetch: replay })).status, (await ask({ fetch: replay })).code],
      ['undetermined', 'ocsp-nonce'],
    );
  });

  const silent: FetchPort = () => new Promise(() => {});
  const endless: FetchPort = async () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(4096)) }), {
      headers: { 'content-type': 'application/ocsp-response' },
    });
  const broken: [string, string, Partial<OcspStatusOptions>][] = [
    [
      'cannot be reached',
      'responder-unreachable',
      { fetch: async () => Promise.reject(new TypeError('fetch failed')) },
    ],
    ['never answers', 'responder-timeout', { fetch: silent, timeoutMs: 20 }],
    ['answers 503', 'responder-refused', { fetch: answering(503, 'text/plain', noise(3)) }],
    ['answers with a web page', 'response-type', { fetch: answering(200, 'text/html', noise(3)) }],
    ['never stops', 'response-too-large', { fetch: endless }],
    ['answers noise', 'ocsp-malformed', { fetch: answering(200, 'application/ocsp-response', noise(200)) }],
  ];
  for (const [what, code, options] of broken) {
    it(`is undetermined when the responder ${what}`, async () => {
      const result = await ask(options);
      assert.deepEqual([result.status, result.code], ['undetermined', code]);
    });
  }

  it('has addresses that are http or https, at least one, without a user', () => {
    for (const responders of [[], ['ftp://a.example'], ['http://me@a.example'], ['ocsp']]) {
      assert.throws(() => ocspStatus({ responders, random: jpki.random }), { code: 'responder-invalid' });
    }
  });
});
