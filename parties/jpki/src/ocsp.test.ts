import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { der } from '@tegata/der';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import {
  buildOcspRequest,
  type CertIdHash,
  type Certificate,
  parseCertificate,
  readOcspRequest,
  readOcspResponse,
  verifyOcspResponse,
} from '@tegata/x509';
import { buildJpkiCa, signOcspRequest } from '@tegata/x509-build';
import { ocspService } from './answer-ocsp.ts';
import { type Cardholder, type Issued, startWorld, type World } from './world-for-tests.ts';

const contentType = 'application/ocsp-request';

describe('the OCSP responder', () => {
  let world: World;
  let card: Cardholder;
  before(async () => {
    world = await startWorld('ocsp.test');
    card = await world.cardholder();
  });
  after(() => world.close());

  const issuerOf = ({ ca }: Issued): Certificate => world.authority[ca].certificate;
  const requestFor = (issued: Issued, more: { nonce?: Uint8Array; hash?: CertIdHash } = {}) =>
    buildOcspRequest({ certificate: issued.der, issuer: issuerOf(issued), ...more });
  const post = (body: Uint8Array) => world.as('nobody').request('POST', '/ocsp', { body, contentType });
  const inPath = (request: Uint8Array) => encodeURIComponent(Buffer.from(request).toString('base64'));
  const get = (path: string, headers: Record<string, string> = {}) =>
    world.as('nobody').request('GET', `/ocsp/${path}`, { headers });
  const verified = (issued: Issued, response: Uint8Array, more: { nonce?: Uint8Array; hash?: CertIdHash } = {}) =>
    verifyOcspResponse({ response, certificate: issued.der, issuer: issuerOf(issued), at: world.clock.now(), ...more });
  const errorOf = (response: Uint8Array) => readOcspResponse(response).status;

  it('gives everybody who sends no nonce the same octets, by POST and by GET', async () => {
    const request = requestFor(card.sign);
    const [one, two] = [await post(request), await get(inPath(request))];
    assert.deepEqual(two.body, one.body);
    assert.equal(verified(card.sign, one.body).status, 'good');
  });

  it('answers a nonce with an answer of its own that echoes it and that nobody may cache', async () => {
    const [one, two] = [world.random.bytes(32), world.random.bytes(1)];
    for (const nonce of [one, two, world.random.bytes(128)]) {
      const request = requestFor(card.auth, { nonce });
      for (const answer of [await post(request), await get(inPath(request))]) {
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        assert.equal(verified(card.auth, answer.body, { nonce }).status, 'good');
        assert.deepEqual(readOcspResponse(answer.body).basic?.nonce, nonce);
      }
    }
  });

  it('answers a CertID in SHA-1 with SHA-1 and one in SHA-256 with SHA-256', async () => {
    for (const hash of ['sha1', 'sha256', 'sha1'] as const) {
      const { body } = await post(requestFor(card.sign, { hash }));
      assert.equal(verified(card.sign, body, { hash }).status, 'good');
    }
  });

  it('tells caches how long an answer may be given on, and says that it is still the same', async () => {
    const path = inPath(requestFor(card.sign));
    world.clock.advance(7 * 60_000);
    const answer = await get(path);
    assert.equal(answer.headers.get('content-type'), 'application/ocsp-response');
    assert.equal(answer.headers.get('cache-control'), 'max-age=600, public, no-transform, must-revalidate');
    const single = readOcspResponse(answer.body).basic?.responses[0];
    assert.equal(answer.headers.get('last-modified'), single?.thisUpdate.toUTCString());
    assert.equal(answer.headers.get('expires'), single?.nextUpdate?.toUTCString());
    const etag = answer.headers.get('etag') as string;
    const again = await get(path, { 'if-none-match': etag });
    assert.deepEqual([again.status, again.body.length, again.headers.get('etag')], [304, 0, etag]);
    assert.equal((await get(path, { 'if-none-match': '"another"' })).status, 200);
  });

  it('takes a request in an address with slashes as they are, and nothing that is no base64', async () => {
    const request = requestFor(card.sign);
    const base64 = Buffer.from(request).toString('base64');
    assert.equal(verified(card.sign, (await get(base64.replaceAll('+', '%2B'))).body).status, 'good');
    for (const path of ['', '!', '%', '%zz', 'AAAA', `${base64}%00`, 'A'.repeat(5000)]) {
      const answer = await get(path);
      assert.equal(errorOf(answer.body), 'malformedRequest', path.slice(0, 20));
    }
  });

  it('changes its answer at once when the status changes', async () => {
    const { sign, person } = await world.cardholder();
    const request = requestFor(sign);
    assert.equal(verified(sign, (await post(request)).body).status, 'good');
    const of = { person };
    await world.post('operator', '/suspensions', { request: world.uuid(), of, device: 'card' });
    assert.equal(verified(sign, (await post(request)).body).reason, 'certificateHold');
    await world.post('operator', '/resumptions', { request: world.uuid(), of, device: 'card' });
    assert.equal(verified(sign, (await post(request)).body).status, 'good');
    await world.post('operator', '/revocations', { request: world.uuid(), event: 'death', of });
    assert.equal(verified(sign, (await post(request)).body).reason, 'cessationOfOperation');
  });

  it('changes its answer about an old phone when a new one takes its place', async () => {
    const { sign } = await world.cardholder();
    const apply = async () => world.issued(await world.post('smp', '/certificates', await world.phoneRequest(sign)));
    const old = await apply();
    assert.equal(verified(old, (await post(requestFor(old))).body).status, 'good');
    await apply();
    assert.equal(verified(old, (await post(requestFor(old))).body).status, 'revoked');
  });

  it('answers about several certificates at once, up to 32, of one generation', async () => {
    const issuer = issuerOf(card.sign);
    const single = (serial: Uint8Array) => {
      const certificate = { ...parseCertificate(card.sign.der), serial };
      const [certId] = readOcspRequest(buildOcspRequest({ certificate, issuer })).certIds;
      return der.sequence(certId?.raw as Uint8Array);
    };
    const asking = (count: number) => {
      const own = parseCertificate(card.sign.der).serial;
      const serials = Array.from({ length: count }, (_, index) => (index === 0 ? own : Uint8Array.of(1, index)));
      return der.sequence(der.sequence(der.sequence(...serials.map(single))));
    };
    const statuses = readOcspResponse((await post(asking(32))).body).basic?.responses.map(({ status }) => status);
    assert.deepEqual(statuses, ['good', ...Array.from({ length: 31 }, () => 'unknown')]);
    assert.equal(errorOf((await post(asking(33))).body), 'malformedRequest');
    const [first] = readOcspRequest(requestFor(card.sign)).certIds;
    const [second] = readOcspRequest(requestFor(card.auth)).certIds;
    const mixed = [first, second].map((certId) => der.sequence(certId?.raw as Uint8Array));
    assert.equal(errorOf((await post(der.sequence(der.sequence(der.sequence(...mixed))))).body), 'unauthorized');
  });

  it('says unauthorized, unsigned, about a CA that it does not speak for', async () => {
    const signer = softwareSigner(await generateSoftwareKey('P-384'));
    const issuer = await buildJpkiCa({ ca: 'sign', signer, random: world.random, notBefore: world.clock.now() });
    const { body } = await post(buildOcspRequest({ certificate: card.sign.der, issuer }));
    assert.equal(errorOf(body), 'unauthorized');
  });

  it('says malformedRequest to every request with a bit turned in its frame, and never falls over', async () => {
    const request = requestFor(card.sign, { nonce: world.random.bytes(16) });
    const service = ocspService({ ...world, db: world.database(), log: silentLog });
    const seen = new Set<string>();
    for (let at = 0; at < request.length; at++) {
      for (const bit of [0x01, 0x20, 0x80]) {
        const turned = Uint8Array.from(request);
        turned[at] = (turned[at] as number) ^ bit;
        seen.add(errorOf((await service.answer(turned)).body));
      }
    }
    for (let length = 0; length < request.length; length++) {
      assert.equal(errorOf((await service.answer(request.subarray(0, length))).body), 'malformedRequest');
    }
    assert.deepEqual([...seen].sort(), ['malformedRequest', 'successful', 'unauthorized']);
  });

  it('takes no body that is too large or of another type', async () => {
    const large = await post(new Uint8Array(17_000));
    assert.equal(large.status, 413);
    const other = await world
      .as('nobody')
      .request('POST', '/ocsp', { body: requestFor(card.sign), contentType: 'text/plain' });
    assert.equal(errorOf(other.body), 'malformedRequest');
  });

  it('says tryLater while the rows cannot be asked, which is no status', async () => {
    const lookup = () => Promise.reject(new Error('no connection'));
    const service = ocspService({ ...world, db: world.database(), log: silentLog, lookup });
    const { body } = await service.answer(requestFor(card.sign, { nonce: world.random.bytes(32) }));
    assert.equal(errorOf(body), 'tryLater');
    assert.equal(verified(card.sign, body).status, 'undetermined');
  });

  it('answers many at once with few questions to the rows', async () => {
    const request = requestFor(card.sign, { nonce: world.random.bytes(32) });
    const service = ocspService({ ...world, db: world.database(), log: silentLog });
    const answers = await Promise.all(Array.from({ length: 1200 }, () => service.answer(request)));
    for (const { body } of answers) assert.equal(errorOf(body), 'successful');
  });

  it('keeps its answers apart from those about the other CA with the same number', async () => {
    const twin = { ...card.sign, ca: 'auth' as const };
    assert.equal(verified(card.sign, (await post(requestFor(card.sign))).body).status, 'good');
    const { body } = await post(requestFor(twin));
    assert.equal(readOcspResponse(body).basic?.responses[0]?.status, 'unknown');
  });
});

describe('the responder with a gate for enrolled verifiers', () => {
  let world: World;
  let card: Cardholder;
  let verifier: Issued;
  const keyOf = async () => softwareSigner(await generateSoftwareKey('P-384'));
  let key: Awaited<ReturnType<typeof keyOf>>;
  before(async () => {
    key = await keyOf();
    world = await startWorld('ocsp.test gate');
    card = await world.cardholder();
    const request = await world.phoneRequest(card.sign, { signer: key });
    verifier = world.issued(await world.post('smp', '/certificates', request));
  });
  after(() => world.close());

  const ask = async (request: Uint8Array) => {
    const service = ocspService({ ...world, db: world.database(), log: silentLog, verifiers: [verifier.der] });
    return readOcspResponse((await service.answer(request)).body).status;
  };

  it('answers who is enrolled and signed the request, and nobody else', async () => {
    const request = buildOcspRequest({ certificate: card.sign.der, issuer: world.authority.sign.certificate });
    assert.equal(await ask(request), 'sigRequired');
    const signed = await signOcspRequest({ request, signer: key, certificate: verifier.der });
    assert.equal(await ask(signed), 'successful');
    const stranger = await keyOf();
    assert.equal(
      await ask(await signOcspRequest({ request, signer: stranger, certificate: verifier.der })),
      'unauthorized',
    );
    assert.equal(
      await ask(await signOcspRequest({ request, signer: key, certificate: card.sign.der })),
      'unauthorized',
    );
    const changed = Uint8Array.from(signed);
    const at = Buffer.from(signed).indexOf(Buffer.from(parseCertificate(card.sign.der).serial));
    changed[at] = (changed[at] as number) ^ 0x01;
    assert.equal(await ask(changed), 'unauthorized');
    world.clock.set(new Date('2040-01-01T00:00:00Z'));
    assert.equal(await ask(signed), 'unauthorized');
  });
});
