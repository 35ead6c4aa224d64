import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode } from '@tegata/cbor';
import { adjustableClock } from '@tegata/clock';
import { type PeerAnswer, peer } from '@tegata/http';
import { decrypt, dpopProof } from '@tegata/jose';
import { createLog } from '@tegata/log';
import { randomUuid, systemRandom } from '@tegata/random';
import { openStore, type Store } from '@tegata/store';
import type { Tap, TapStep } from '@tegata/tap';
import { sql } from 'kysely';
import type { SmpConfig, Timing } from './config.ts';
import { fakeIaca, fakeJpki, fakeWalletProvider } from './peers-for-tests.ts';
import { type Person, type Phone, type SigningOptions, START, signApplication, trust } from './person-for-tests.ts';
import type { ApplicationRow, Tables } from './schema.ts';
import { start } from './start.ts';
import type { Status } from './status.ts';

const random = systemRandom;

/** The stores under which the tests of rows run. */
export const STORES: readonly { name: string; open: () => Promise<Store> }[] = [
  { name: 'PGlite', open: () => openStore({}) },
  ...(process.env['TEGATA_POSTGRES'] ? [{ name: 'PostgreSQL', open: freshDatabase }] : []),
];
if (!process.env['TEGATA_POSTGRES']) console.log('skipped: PostgreSQL (set TEGATA_POSTGRES to a URL)');

/** A database of its own on the server that TEGATA_POSTGRES names. */
export async function freshDatabase(): Promise<Store & { readonly url: string }> {
  const url = new URL(process.env['TEGATA_POSTGRES'] as string);
  const name = `smp_${randomUuid(random).replaceAll('-', '')}`;
  const admin = await openStore({ url: url.href, connections: 1 });
  await sql.raw(`create database ${name}`).execute(admin.database<Tables>());
  await admin.close();
  url.pathname = `/${name}`;
  const store = await openStore({ url: url.href });
  return {
    ...store,
    url: url.href,
    async close() {
      await store.close();
      const again = await openStore({ url: process.env['TEGATA_POSTGRES'] as string, connections: 1 });
      await sql.raw(`drop database ${name} with (force)`).execute(again.database<Tables>());
      await again.close();
    },
  };
}

/** An opened session. */
export interface Session {
  readonly session: string;
  readonly challenge: string;
  readonly expires: string;
}

/** The SMP under test among fake parties, and hands to move it. */
export type World = Awaited<ReturnType<typeof makeWorld>>;

/** Starts an SMP over a store. Sweeps are by hand; jobs run. */
export async function makeWorld(options: { store: Store; timing?: Partial<Timing> }) {
  const clock = adjustableClock(START);
  const lines: string[] = [];
  const steps: TapStep[] = [];
  const tap: Tap = { message() {}, step: (step) => void steps.push(step) };
  const jpki = await fakeJpki(clock);
  const iaca = await fakeIaca();
  const walletProvider = await fakeWalletProvider();
  const config: SmpConfig = {
    clock,
    random,
    log: createLog({ party: 'smp', clock, write: (line) => void lines.push(line) }),
    tap,
    store: options.store,
    kek: new Uint8Array(32).fill(7),
    personKey: new Uint8Array(32).fill(9),
    jpki: { url: jpki.server.url, secret: 'secret-of-smp-and-jpki' },
    operatorSecret: 'secret-of-the-hotline',
    iaca: { url: iaca.server.url, secret: 'secret-of-smp-and-iaca' },
    walletProvider: { url: walletProvider.server.url, secret: 'secret-of-smp-and-wp' },
    trust,
    timing: { sweep: 3600, peerTimeout: 5, ...options.timing },
  };
  const smp = await start(config);
  const db = options.store.database<Tables>();
  const call = peer({ url: smp.url, name: 'smp', party: 'applicant-app' });

  async function ask(
    phone: Phone,
    method: string,
    path: string,
    request: { body?: Uint8Array; contentType?: string; headers?: Record<string, string> } = {},
  ): Promise<PeerAnswer> {
    const url = new URL(path, smp.url).href;
    const proof = await dpopProof({ signer: phone.caller, method, url, body: request.body, clock, random });
    return call.request(method, path, { ...request, headers: { ...request.headers, DPoP: proof } });
  }
  const openSessionAnswer = (phone: Phone, platform = 'ios') =>
    ask(phone, 'POST', '/sessions', { body: Buffer.from(JSON.stringify({ platform })) });
  const openSession = async (phone: Phone, platform?: string) =>
    (await openSessionAnswer(phone, platform)).json() as Session;
  const send = (phone: Phone, session: string, body: Uint8Array) =>
    ask(phone, 'POST', '/applications', {
      body,
      contentType: 'application/pkcs7-mime; smime-type=signed-data',
      headers: { 'tegata-session': session },
    });
  const sign = (person: Person, phone: Phone, session: Session, change: Partial<SigningOptions> = {}) =>
    signApplication(person, phone, { at: clock.now(), ...session, ...change });
  async function apply(person: Person, phone: Phone, change: Partial<SigningOptions> = {}): Promise<PeerAnswer> {
    const session = await openSession(phone, change.platform);
    return send(phone, session.session, await sign(person, phone, session, change));
  }
  const status = async (phone: Phone, reference: string) =>
    (await ask(phone, 'GET', `/applications/${reference}`)).json() as Status;
  const rowOf = (reference: string): Promise<ApplicationRow> =>
    db.selectFrom('smp.application').selectAll().where('reference', '=', reference).executeTakeFirstOrThrow();
  const eventsOf = async (reference: string) => {
    const { id } = await rowOf(reference);
    return db.selectFrom('smp.event').selectAll().where('application', '=', id).orderBy('sequence').execute();
  };
  /**
   * Sweeps until the row is as wanted; what a job has in hand at the moment needs another look. With `advance` the clock moves on
   * between two looks, as where a breaker lets one call through at a time.
   */
  async function settle(
    reference: string,
    wanted: (row: ApplicationRow) => boolean,
    { advance = 0 }: { advance?: number } = {},
  ): Promise<ApplicationRow> {
    for (let look = 0; look < 200; look += 1) {
      await smp.sweep();
      const row = await rowOf(reference);
      if (wanted(row)) return row;
      await sleep(20);
      clock.advance(advance);
    }
    const { state, waiting, refusal, attempts } = await rowOf(reference);
    throw new Error(`did not settle: ${JSON.stringify({ state, waiting, refusal, attempts, log: lines.slice(-5) })}`);
  }
  /** What the phone holds after decrypting, and the receipts that speak of it. */
  async function receive(phone: Phone, reference: string) {
    const row = await rowOf(reference);
    const { id } = await db
      .selectFrom('smp.delivery')
      .select('id')
      .where('application', '=', row.id)
      .executeTakeFirstOrThrow();
    const delivery = walletProvider.deliveries.get(id);
    if (!delivery) throw new Error('the wallet provider has no such delivery');
    const opened = await decrypt(delivery.jwe, phone.responseKey);
    const content = decode(opened.plaintext) as Map<string, string | Uint8Array | Map<string, Uint8Array>>;
    const issuerSigned = content.get('issuerSigned');
    const covered =
      issuerSigned instanceof Uint8Array && !content.has('certificates') ? issuerSigned : opened.plaintext;
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url');
    return {
      id,
      content,
      header: opened.header,
      fetched: { event: 'fetched', digest: digest(Buffer.from(delivery.jwe)) } as const,
      stored: { event: 'stored', digest: digest(covered) } as const,
    };
  }
  const receipt = (delivery: string, json: unknown, secret = 'secret-of-smp-and-wp') =>
    call.request('POST', `/receipts/${delivery}`, { json, headers: { authorization: `Bearer ${secret}` } });

  /** Receipts of the phone: fetched, and stored. */
  async function acknowledge(phone: Phone, reference: string) {
    const delivery = await receive(phone, reference);
    await receipt(delivery.id, delivery.fetched);
    await receipt(delivery.id, delivery.stored);
    return delivery;
  }
  const hotline = (reference: string, act: string, json: object = {}) =>
    call.request('POST', `/phones/${reference}/${act}`, {
      json,
      headers: { authorization: 'Bearer secret-of-the-hotline' },
    });

  return {
    acknowledge,
    hotline,
    clock,
    config,
    db,
    smp,
    jpki,
    iaca,
    walletProvider,
    lines,
    steps,
    call,
    ask,
    openSession,
    openSessionAnswer,
    send,
    sign,
    apply,
    status,
    rowOf,
    eventsOf,
    settle,
    receive,
    receipt,
    async close() {
      await smp.close();
      for (const party of [jpki, iaca, walletProvider]) await party.server.close();
      await options.store.close();
    },
  };
}
