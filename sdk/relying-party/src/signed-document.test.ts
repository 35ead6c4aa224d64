import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  decodeEvidence,
  encodeEvidence,
  ocspStatus,
  RelyingPartyError,
  reverifySignedDocument,
  type SignedDocumentOptions,
  verifySignedDocument,
} from './index.ts';
import { detached, jpkiForTests, noise, responderUrl, signDocument } from './jpki-for-tests.ts';

const ID_DATA = '1.2.840.113549.1.7.1';
const OWN = '2.999.8.5.9.1';
const content = new TextEncoder().encode('申込書: 見本 TEST ONLY');

describe('a signed document', () => {
  let jpki: Awaited<ReturnType<typeof jpkiForTests>>;
  let cms: Uint8Array;
  let options: SignedDocumentOptions;
  before(async () => {
    jpki = await jpkiForTests();
    const { clock, random } = jpki;
    cms = signDocument(jpki.signature, content, clock.now(), ID_DATA);
    options = {
      cms,
      trust: { anchors: [jpki.ca.sign] },
      status: ocspStatus({ responders: [responderUrl], random, fetch: jpki.fetchFor('sign') }),
      clock,
      random,
    };
  });
  const verify = (change: Partial<SignedDocumentOptions> = {}) => verifySignedDocument({ ...options, ...change });

  it('gives content, signer, device and evidence when every check has passed', async () => {
    const report = await verify();
    assert.deepEqual([report.result, report.status, report.device], ['passed', 'good', 'card']);
    assert.deepEqual(report.content, content);
    assert.deepEqual(report.signingTime, jpki.clock.now());
    assert.deepEqual(report.signer?.raw, jpki.signature.certificate);
    assert.deepEqual(report.evidence?.at, jpki.clock.now());
  });

  it('may be signed by a phone', async () => {
    const byPhone = signDocument(jpki.phoneSignature, content, jpki.clock.now(), ID_DATA);
    const report = await verify({ cms: byPhone });
    assert.deepEqual([report.result, report.device], ['passed', 'phone']);
  });

  it('may stand beside its signature, which then covers it and nothing else', async () => {
    const beside = detached(cms);
    const report = await verify({ cms: beside, content });
    assert.deepEqual([report.result, report.content], ['passed', content]);
    assert.ok(report.evidence);
    const again = { cms: beside, trust: options.trust, evidence: report.evidence };
    assert.equal(reverifySignedDocument({ ...again, content }).result, 'passed');
    assert.equal(reverifySignedDocument({ ...again, content: noise(20) }).code, 'message-digest');
    assert.equal((await verify({ cms: beside, content: noise(20) })).code, 'message-digest');
    assert.equal((await verify({ cms: beside })).code, 'content-missing');
  });

  it('gives nothing but checks when one has failed', async () => {
    const report = await verify({ cms: cms.with(cms.length - 1, (cms.at(-1) as number) ^ 1) });
    assert.deepEqual(Object.keys(report).sort(), ['checks', 'code', 'result', 'status']);
    assert.deepEqual([report.code, report.status], ['signature', 'undetermined']);
    assert.equal((await verify({ cms: noise(300) })).code, 'cms-malformed');
  });

  it('is not accepted when it was signed to log in, or under another content type', async () => {
    const asLogin = signDocument(jpki.auth, content, jpki.clock.now(), ID_DATA);
    assert.equal((await verify({ cms: asLogin })).result, 'failed');
    const application = signDocument(jpki.signature, content, jpki.clock.now(), OWN);
    assert.equal((await verify({ cms: application })).code, 'version');
    assert.equal((await verify({ cms: application, contentType: OWN })).result, 'passed');
  });

  it('is not accepted when the certificate is revoked, or nobody could tell', async () => {
    jpki.responder.status = {
      status: 'revoked',
      revokedAt: new Date('2026-11-01T00:00:00Z'),
      reason: 'affiliationChanged',
    };
    const revoked = await verify();
    jpki.responder.status = { status: 'good' };
    assert.deepEqual([revoked.code, revoked.status, revoked.evidence], ['certificate-revoked', 'revoked', undefined]);
    const silent = async () => Promise.reject(new TypeError('fetch failed'));
    const undetermined = await verify({
      status: ocspStatus({ responders: [responderUrl], random: jpki.random, fetch: silent }),
    });
    assert.deepEqual([undetermined.code, undetermined.status], ['certificate-undetermined', 'undetermined']);
  });

  it('can be verified again from its evidence alone, years later and after the revocation of the certificate', async () => {
    const { evidence } = await verify();
    assert.ok(evidence);
    const kept = encodeEvidence(evidence);
    const before = jpki.clock.now();
    jpki.clock.advance(12 * 365 * 86_400_000);
    jpki.responder.asked.length = 0;
    const again = reverifySignedDocument({ cms, trust: options.trust, evidence: decodeEvidence(kept) });
    jpki.clock.set(before);
    assert.deepEqual([again.result, again.status, jpki.responder.asked], ['passed', 'good', []]);
    assert.deepEqual(again.content, content);
  });

  it('has evidence of its own: that of another document, certificate or time proves nothing', async () => {
    const { evidence } = await verify();
    assert.ok(evidence);
    const other = signDocument(jpki.signature, noise(20), jpki.clock.now(), ID_DATA);
    const code = (change: object, document = cms) =>
      reverifySignedDocument({ cms: document, trust: options.trust, evidence: { ...evidence, ...change } }).code;
    assert.equal(code({}), undefined);
    assert.equal(code({}, other), 'certificate-undetermined');
    assert.equal(code({ salt: noise(32) }), 'certificate-undetermined');
    assert.equal(code({ response: noise(100) }), 'certificate-undetermined');
    assert.equal(code({ certificate: jpki.phoneSignature.certificate }), 'evidence-mismatch');
    assert.equal(code({ issuer: jpki.ca.auth }), 'evidence-mismatch');
    assert.equal(code({ at: new Date(evidence.at.getTime() + 2 * 3_600_000) }), 'certificate-undetermined');
    assert.equal(code({ at: new Date(evidence.at.getTime() - 2 * 3_600_000) }), 'signing-time');
  });

  it('keeps evidence of the anchors of then only as long as the relying party trusts them', async () => {
    const { evidence } = await verify();
    assert.ok(evidence);
    const trust = { anchors: [jpki.ca.auth] };
    assert.equal(reverifySignedDocument({ cms, trust, evidence }).code, 'no-path-to-anchor');
  });

  it('has evidence of one form: anything else is refused with an error of this package', async () => {
    const { evidence } = await verify();
    assert.ok(evidence);
    const text = encodeEvidence(evidence);
    assert.deepEqual(decodeEvidence(text), evidence);
    const malformed = (error: unknown) => error instanceof RelyingPartyError && error.code === 'evidence-malformed';
    for (const other of [
      '',
      '{',
      '1',
      'null',
      text.replace('evidence/1', 'evidence/2'),
      text.replace('"salt":"', '"salt":"!'),
      `${text}${' '.repeat(65_536)}`,
    ]) {
      assert.throws(() => decodeEvidence(other), malformed);
    }
  });
});
