import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { adjustableClock } from '@tegata/clock';
import type { Running } from '@tegata/http';
import { makeAuthority, ocspService, start } from '@tegata/jpki';
import { memoryKeys } from '@tegata/keys';
import { createLog, silentLog } from '@tegata/log';
import { seededRandom } from '@tegata/random';
import { openStore, type Store } from '@tegata/store';
import { noTap as tap } from '@tegata/tap';
import {
  buildOcspRequest,
  type Certificate,
  parseCertificate,
  readOcspResponse,
  verifyOcspResponse,
} from '@tegata/x509';
import { sql } from 'kysely';

/** Who answers everyone is asked by everyone: floods, noise, clocks that are wrong, answers that are repeated. */
describe('the certificate service, asked by people who mean it no good', () => {
  const clock = adjustableClock(new Date('2026-04-01T00:00:00Z'));
  const random = seededRandom('jpki-hostile.test');
  let log = '';
  let store: Store;
  let running: Running;
  let authority: Awaited<ReturnType<typeof makeAuthority>>;
  let issuer: Certificate;
  before(async () => {
    authority = await makeAuthority({ clock, random, keys: memoryKeys(), algorithm: 'P-384' });
    issuer = authority.sign.certificate;
    store = await openStore({});
    const logged = createLog({ party: 'jpki', clock, write: (line) => (log += line) });
    running = await start({ clock, random, log: logged, tap, store, authority, secret: 'secret-of-the-card-factory' });
    await sql`insert into jpki.certificate (ca, serial, reserved_at, fingerprint, not_after, issuer)
      values ('sign', '0A0B0C0D', ${clock.now()}, 'mine', ${issuer.notAfter}, ${authority.sign.keyId})`.execute(
      store.database(),
    );
  });
  after(async () => {
    await running.close();
    await store.close();
  });

  const mine = () => ({ ...issuer, serial: Uint8Array.of(0x0a, 0x0b, 0x0c, 0x0d) }) as Certificate;
  const numbered = (number: number) =>
    ({ ...issuer, serial: Uint8Array.of(0x7f, number >> 16, (number >> 8) & 0xff, number & 0xff) }) as Certificate;
  const post = (body: Uint8Array, headers: Record<string, string> = { 'content-type': 'application/ocsp-request' }) =>
    fetch(`${running.url}/ocsp`, { method: 'POST', headers, body: Uint8Array.from(body) });
  const ask = async (request: Uint8Array) => new Uint8Array(await (await post(request)).arrayBuffer());

  it('holds no memory for numbers that were never handed out', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const service = ocspService({ db: store.database(), authority, clock, log: silentLog });
    const flood = async (from: number, to: number) => {
      for (let number = from; number < to; number += 100) {
        const requests = Array.from({ length: 100 }, (_, index) =>
          buildOcspRequest({ certificate: numbered(number + index), issuer }),
        );
        const answers = await Promise.all(requests.map((request) => service.answer(request)));
        for (const { body } of answers) assert.equal(readOcspResponse(body).basic?.responses[0]?.status, 'unknown');
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    await flood(0, 1000);
    const before = await flood(1000, 2000);
    const after = await flood(2000, 5000);
    // Kept, three thousand answers would take five megabytes.
    assert(after - before < 2_000_000, `${after - before} octets more`);
  });

  it('answers its own holders during a flood', async () => {
    const strangers = Array.from({ length: 200 }, (_, index) =>
      ask(buildOcspRequest({ certificate: numbered(index), issuer, nonce: random.bytes(32) })),
    );
    const nonce = random.bytes(32);
    const response = await ask(buildOcspRequest({ certificate: mine(), issuer, nonce }));
    const result = verifyOcspResponse({ response, nonce, certificate: mine(), issuer, at: clock.now() });
    assert.equal(result.status, 'good');
    await Promise.all(strangers);
  });

  it('answers noise of every length with an error of the protocol, and goes on', async () => {
    for (let length = 0; length < 1200; length += 37) {
      const noise = random.bytes(length);
      assert.equal(readOcspResponse(await ask(noise)).status, 'malformedRequest', `${length} octets`);
      const began = Buffer.concat([buildOcspRequest({ certificate: mine(), issuer }).subarray(0, length), noise]);
      assert.match(readOcspResponse(await ask(began)).status, /^(malformedRequest|unauthorized)$/);
    }
    const deep = Buffer.concat([Buffer.alloc(8000, Buffer.from('3080', 'hex')), Buffer.alloc(8000)]);
    assert.equal(readOcspResponse(await ask(deep)).status, 'malformedRequest');
    const nested = Array.from({ length: 300 }).reduce<Buffer>(
      (inner) => Buffer.concat([Buffer.from([0x30, 0x82, inner.length >> 8, inner.length & 0xff]), inner]),
      Buffer.from([0x05, 0x00]),
    );
    assert.equal(readOcspResponse(await ask(nested)).status, 'malformedRequest');
  });

  it('refuses what is too large before it has read it, and bodies without an end', async () => {
    assert.equal((await post(new Uint8Array(20_000))).status, 413);
    const endless = new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(new Uint8Array(4096)) });
    const headers = { 'content-type': 'application/ocsp-request' };
    const answer = await fetch(`${running.url}/ocsp`, {
      method: 'POST',
      headers,
      body: endless,
      duplex: 'half',
    } as RequestInit).catch(() => undefined);
    assert(answer === undefined || answer.status === 413);
    assert.equal((await fetch(`${running.url}/ocsp/${'A'.repeat(15_000)}`)).status, 200);
    assert.equal(readOcspResponse(await ask(buildOcspRequest({ certificate: mine(), issuer }))).status, 'successful');
  });

  it('gives no file, no row and no trace at addresses that are made up', async () => {
    for (const path of [
      '/crl/../../etc/passwd',
      '/crl/%2e%2e%2fetc%2fpasswd.crl',
      `/crl/${authority.sign.keyId}/Tokyo-to'%20or%201=1/x.crl`,
      `/crl/${authority.sign.keyId}/%ff%fe/x.crl`,
      `/crl/${'a'.repeat(8000)}/full.crl`,
      '/crl/sign/full.crl/more',
      '/ca/../sign.cer',
      '/ca/%00.cer',
      '/ca/constructor.cer',
      '/persons/x/certificates',
    ]) {
      const answer = await fetch(`${running.url}${path}`);
      assert(answer.status === 404 || answer.status === 401, `${path.slice(0, 40)}: ${answer.status}`);
      assert.doesNotMatch(await answer.text(), /select|node_modules| at /);
    }
    assert.doesNotMatch(log, /unexpected-error/);
  });

  it('is believed by nobody whose clock is off by a day, nor a day later', async () => {
    const nonce = random.bytes(32);
    for (const request of [
      buildOcspRequest({ certificate: mine(), issuer, nonce }),
      buildOcspRequest({ certificate: mine(), issuer }),
    ]) {
      const response = await ask(request);
      for (const days of [-1, 1]) {
        const at = new Date(clock.now().getTime() + days * 86_400_000);
        assert.equal(verifyOcspResponse({ response, certificate: mine(), issuer, at }).status, 'undetermined');
      }
    }
  });

  it('is not repeated by others: an old answer does not fit a new nonce', async () => {
    const [old, fresh] = [random.bytes(32), random.bytes(32)];
    const response = await ask(buildOcspRequest({ certificate: mine(), issuer, nonce: old }));
    const asked = { response, certificate: mine(), issuer, at: clock.now() };
    assert.equal(verifyOcspResponse({ ...asked, nonce: old }).status, 'good');
    assert.equal(verifyOcspResponse({ ...asked, nonce: fresh }).status, 'undetermined');
  });

  it('speaks for its own CA only: another’s certificate with the same number is not good by it', async () => {
    const other = parseCertificate(authority.auth.ca);
    const nonce = random.bytes(32);
    const response = await ask(buildOcspRequest({ certificate: mine(), issuer, nonce }));
    const result = verifyOcspResponse({ response, nonce, certificate: mine(), issuer: other, at: clock.now() });
    assert.equal(result.status, 'undetermined');
  });
});
