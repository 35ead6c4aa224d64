import { fork } from 'node:child_process';
import { adjustableClock } from '@tegata/clock';
import { makeAuthority, ocspService, start } from '@tegata/jpki';
import { memoryKeys } from '@tegata/keys';
import { silentLog as log } from '@tegata/log';
import { systemRandom as random } from '@tegata/random';
import { openStore } from '@tegata/store';
import { noTap as tap } from '@tegata/tap';
import { buildOcspRequest, type Certificate, readCrl, readOcspResponse } from '@tegata/x509';
import { buildCrl, type CrlEntry } from '@tegata/x509-build';
import { sql } from 'kysely';
import type { Load } from './http-load.ts';
import { async, type Case } from './measure.ts';
import type { Suite } from './run.ts';

const CERTIFICATES = 1000;
const IN_FLIGHT = 64;
const CONNECTIONS = 32;
const CRL_ENTRIES = 1_000_000;
const contentType = 'application/ocsp-request';

/**
 * The certificate service: OCSP on demand and from kept answers, over HTTP and without, and the CRL of a nation.
 *
 * What each number means:
 * - ocsp-on-demand: a request with a nonce is read, the status looked up, an answer with the nonce signed with P-256. `tegata` looks up in memory;
 *   `rows` asks PGlite in this process, 64 requests in flight. The ceiling is the signature alone.
 * - ocsp-kept: a request without nonce is read and given the answer that was signed for everybody, for 1,000 certificates in turn.
 * - ocsp-http-…: the same by POST over loopback on 32 connections that are kept alive. The load comes from a process of its own: the CPU time is the
 *   server's alone.
 * - crl-1m: a CRL with a million entries of 20 octets and a reason each, signed with P-384; one operation is the whole list.
 */
export async function jpkiSuite(): Promise<Suite> {
  const clock = adjustableClock(new Date());
  const authority = await makeAuthority({ clock, random, keys: memoryKeys(), algorithm: 'P-384' });
  const store = await openStore({});
  const running = await start({ clock, random, log, tap, store, authority, secret: 'nobody calls here' });
  const db = store.database<never>();
  const { certificate: issuer, keyId } = authority.sign;

  const first = 0x10000000;
  await sql`insert into jpki.certificate (ca, serial, reserved_at, fingerprint, not_after, issuer)
    select 'sign', upper(to_hex(${first}::bigint + number)), ${clock.now()}, 'bench ' || number, ${issuer.notAfter}, ${keyId}
    from generate_series(0, ${CERTIFICATES - 1}) as number`.execute(db);
  const serials = Array.from({ length: CERTIFICATES }, (_, index) => Buffer.from((first + index).toString(16), 'hex'));
  // A certificate is asked for by its number alone.
  const asked = (serial: Uint8Array, nonce?: Uint8Array) =>
    buildOcspRequest({ certificate: { ...issuer, serial } as Certificate, issuer, ...(nonce ? { nonce } : {}) });
  const plain = serials.map((serial) => asked(serial));
  const withNonce = serials.map((serial) => asked(serial, random.bytes(32)));
  const inMemory = ocspService({
    db: store.database(),
    authority,
    clock,
    log,
    lookup: async () => ({ status: 'good' }),
  });
  const overRows = ocspService({ db: store.database(), authority, clock, log });
  for (const service of [inMemory, overRows]) {
    for (const request of [...plain, ...withNonce]) mustBeGood((await service.answer(request)).body);
  }
  const crl = readCrl(await nationalCrl(authority.sign, clock.now()));
  if (crl.summary.count !== CRL_ENTRIES) throw new Error('the CRL has another number of entries');

  const { signer } = await authority.sign.responder();
  const tbs = random.bytes(220);
  const load = loadProcess();
  const http = (bench: string, requests: readonly Uint8Array[]): Case => {
    const bodies = requests.map((request) => Buffer.from(request).toString('base64'));
    const run = (times: number) =>
      load.run({ url: `${running.url}/ocsp`, contentType, bodies, times, connections: CONNECTIONS });
    return { bench, variant: 'tegata', run };
  };
  const of = (requests: readonly Uint8Array[], index: number) => requests[index % CERTIFICATES] as Uint8Array;

  return {
    cases: [
      async('ocsp-on-demand', 'ceiling', () => signer.sign(tbs)),
      async('ocsp-on-demand', 'tegata', (index) => inMemory.answer(of(withNonce, index))),
      inFlight('ocsp-on-demand', 'rows', (index) => overRows.answer(of(withNonce, index))),
      async('ocsp-kept', 'tegata', (index) => overRows.answer(of(plain, index))),
      http('ocsp-http-on-demand', withNonce),
      http('ocsp-http-kept', plain),
      async('crl-1m', 'tegata', () => nationalCrl(authority.sign, clock.now())),
    ],
    skipped: [],
    async close() {
      load.end();
      await running.close();
      await store.close();
    },
  };
}

function mustBeGood(response: Uint8Array): void {
  if (readOcspResponse(response).basic?.responses[0]?.status !== 'good') throw new Error('an answer is not good');
}

/** Many at once, as a server has them. */
function inFlight(bench: string, variant: string, once: (index: number) => Promise<unknown>): Case {
  let index = 0;
  const run = async (times: number) => {
    let left = times;
    const worker = async () => {
      while (left-- > 0) if ((await once(index++)) === undefined) throw new Error('nothing came out');
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  };
  return { bench, variant, run };
}

function nationalCrl(issuer: Parameters<typeof buildCrl>[0]['issuer'], thisUpdate: Date): Promise<Uint8Array> {
  const nextUpdate = new Date(thisUpdate.getTime() + 86_400_000);
  return buildCrl({ issuer, number: 1, thisUpdate, nextUpdate, revoked: entries(thisUpdate.getTime()) });
}

/** Numbers of 20 octets, as a scattering of numbers gives them, revoked over five years. */
function* entries(now: number): Generator<CrlEntry> {
  const serial = new Uint8Array(20).fill(0x5a);
  const view = new DataView(serial.buffer);
  const one = { serial, revokedAt: new Date(now), reason: 'affiliationChanged' as const };
  for (let index = 0; index < CRL_ENTRIES; index++) {
    view.setUint32(4, index);
    view.setUint32(12, Math.imul(index, 0x9e3779b1));
    one.revokedAt.setTime(now - index * 157_000);
    yield one;
  }
}

/** A process that posts. */
function loadProcess(): { run(load: Load): Promise<void>; end(): void } {
  const child = fork(new URL('./http-load.ts', import.meta.url));
  return {
    run: (load) =>
      new Promise((resolve, reject) => {
        child.once('message', (said) => (said === 'done' ? resolve() : reject(new Error(String(said)))));
        child.send(load);
      }),
    end: () => child.disconnect(),
  };
}
