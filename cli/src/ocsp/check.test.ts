import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { buildCertId, buildOcspRequest, parseCertificate } from '@tegata/x509';
import { buildOcspError, buildOcspResponse, type OcspResponseInput, type OcspStatus } from '@tegata/x509-build';
import { b64, days, makeStatusSamples, NOW, random, runSubcommandForTests } from '../status-samples-for-tests.ts';
import type { OcspCheckResult } from './check.ts';
import { ocspCommand } from './command.ts';

let samples: Awaited<ReturnType<typeof makeStatusSamples>>;
const nonce = random.bytes(32);
before(async () => {
  samples = await makeStatusSamples();
});

const run = (args: readonly string[], input?: string) =>
  runSubcommandForTests<OcspCheckResult>(ocspCommand, ['check', ...args], input);
const certId = (hash: 'sha1' | 'sha256' = 'sha256') =>
  buildCertId(parseCertificate(samples.person.certificate), parseCertificate(samples.ca.certificate), hash);
const respond = (change: Partial<OcspResponseInput> = {}, status: OcspStatus = { status: 'good' }) =>
  buildOcspResponse({
    answers: [{ certId: certId(), status, thisUpdate: NOW, nextUpdate: days(1) }],
    producedAt: NOW,
    signer: samples.responder.signer,
    certificates: [samples.responder.certificate],
    nonce,
    ...change,
  });
const request = (change: { nonce?: Uint8Array; hash?: 'sha1' } = { nonce }) =>
  buildOcspRequest({ certificate: samples.person.certificate, issuer: samples.ca.certificate, ...change });
const parts = (response: Uint8Array, asked = request()) => [
  ...['--response', b64(response), '--request', b64(asked)],
  ...['--cert', b64(samples.person.certificate), '--issuer', b64(samples.ca.certificate)],
];
const ask = async (response: Uint8Array, asked?: Uint8Array, ...more: string[]) => {
  const { code, results } = await run([...parts(response, asked), ...more, '--json']);
  const [result] = results as [OcspCheckResult];
  return [code, result.status, result.code];
};

describe('tegata ocsp check', () => {
  it('keeps good, revoked, unknown, an unsigned error and a refused response apart', async () => {
    assert.deepEqual(await ask(await respond()), [0, 'good', 'good']);
    const revoked = { status: 'revoked', revokedAt: days(-1), reason: 'keyCompromise' } as const;
    assert.deepEqual(await ask(await respond({}, revoked)), [1, 'revoked', 'revoked']);
    assert.deepEqual(await ask(await respond({}, { status: 'unknown' })), [1, 'unknown', 'unknown']);
    for (const status of ['malformedRequest', 'internalError', 'tryLater', 'unauthorized'] as const) {
      assert.deepEqual(await ask(buildOcspError(status)), [1, 'error', status]);
    }
    assert.deepEqual(await ask(Uint8Array.of(...(await respond()), 0)), [1, 'reject', 'ocsp-malformed']);
    assert.deepEqual(await ask(await respond({ certificates: [] })), [1, 'reject', 'ocsp-responder']);
  });
  it('says since when and why', async () => {
    const revoked = { status: 'revoked', revokedAt: days(-1), reason: 'superseded' } as const;
    const { results } = await run([...parts(await respond({}, revoked)), '--json']);
    assert.deepEqual([results[0]?.reason, results[0]?.revokedAt], ['superseded', days(-1).toISOString()]);
    assert.match((await run(parts(await respond({}, revoked)))).out, /REVOKED since 2026-11-23.*superseded/);
  });
  it('takes an answer without a nonce, unless one is required; never another nonce', async () => {
    const without = await respond({ nonce: undefined });
    assert.deepEqual(await ask(without), [0, 'good', 'good']);
    assert.deepEqual(await ask(without, undefined, '--require-nonce'), [1, 'reject', 'ocsp-nonce']);
    assert.deepEqual(await ask(await respond(), undefined, '--require-nonce'), [0, 'good', 'good']);
    const other = await respond({ nonce: random.bytes(32) });
    assert.deepEqual(await ask(other), [1, 'reject', 'ocsp-nonce']);
    const plain = request({});
    assert.deepEqual(await ask(without, plain), [0, 'good', 'good']);
    assert.deepEqual(await ask(without, plain, '--require-nonce'), [1, 'reject', 'ocsp-nonce']);
  });
  it('takes the digest of the CertID from the request', async () => {
    const answers = [
      { certId: certId('sha1'), status: { status: 'good' } as const, thisUpdate: NOW, nextUpdate: days(1) },
    ];
    const inSha1 = await respond({ answers });
    assert.deepEqual(await ask(inSha1, request({ nonce, hash: 'sha1' })), [0, 'good', 'good']);
    assert.deepEqual(await ask(inSha1), [1, 'reject', 'ocsp-cert-id']);
    assert.deepEqual(await ask(await respond(), request({ nonce, hash: 'sha1' })), [1, 'reject', 'ocsp-cert-id']);
  });
  it('refuses a request for another certificate, and an issuer that is not the issuer', async () => {
    const responder = parseCertificate(samples.responder.certificate);
    const other = buildOcspRequest({ certificate: responder, issuer: samples.ca.certificate, nonce });
    assert.deepEqual(await ask(await respond(), other), [1, 'reject', 'ocsp-request']);
    assert.deepEqual(await ask(await respond(), Uint8Array.of(0x30, 0)), [1, 'reject', 'ocsp-request']);
    const args = parts(await respond());
    args[args.length - 1] = b64(samples.iaca.certificate);
    assert.equal((await run([...args, '--json'])).results[0]?.code, 'ocsp-issuer');
  });
  it('judges at the time of --at: a replayed answer is too old, one of tomorrow too young', async () => {
    const response = await respond();
    assert.deepEqual(await ask(response, undefined, '--at', days(2).toISOString()), [1, 'reject', 'ocsp-expired']);
    assert.deepEqual(await ask(response, undefined, '--at', days(-1).toISOString()), [1, 'reject', 'ocsp-not-yet']);
  });
  it('answers a batch in order, and ends with 2 when the arguments cannot be used', async () => {
    const line = {
      request: b64(request()),
      cert: b64(samples.person.certificate),
      issuer: b64(samples.ca.certificate),
    };
    const lines = [
      { id: 1, ...line, response: b64(await respond()) },
      { id: 2, ...line, response: b64(await respond({ nonce: undefined })), 'require-nonce': true },
      { id: 3, ...line },
    ].map((item) => JSON.stringify(item));
    const { code, results } = await run(['--batch', '-'], lines.join('\n'));
    assert.equal(code, 1);
    assert.deepEqual(
      results.map(({ id, status, code: of }) => [id, status, of]),
      [
        [1, 'good', 'good'],
        [2, 'reject', 'ocsp-nonce'],
        [3, 'reject', 'usage'],
      ],
    );
    for (const args of [[], parts(await respond()).slice(2), [...parts(await respond()), '--at', '1']]) {
      assert.equal((await run(args)).code, 2);
    }
  });
});
