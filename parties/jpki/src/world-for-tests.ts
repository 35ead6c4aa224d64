import assert from 'node:assert/strict';
import { type AdjustableClock, adjustableClock } from '@tegata/clock';
import { type Peer, type PeerAnswer, peer, type Running } from '@tegata/http';
import { generateSoftwareKey, memoryKeys, type Signer, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { type Random, randomUuid, seededRandom } from '@tegata/random';
import { openStore, type Store } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { buildOcspRequest, parseCertificate, verifyOcspResponse } from '@tegata/x509';
import { buildCsr } from '@tegata/x509-build';
import { type Ceremony, type JpkiAuthority, makeAuthority, start } from './index.ts';
import type { Tables } from './schema.ts';

export const place = {
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  municipalityCode: '13101',
};
export const holder = {
  ...place,
  name: '試験　太郎',
  address: '東京都千代田区霞が関一丁目１－１',
  sex: '1' as const,
};

export const secrets = {
  card: 'secret-of-the-card-factory',
  smp: 'secret-of-the-intake-of-phones',
  operator: 'secret-of-the-counter-and-hotline',
};

/** A certificate that was handed out. */
export interface Issued {
  readonly ca: 'sign' | 'auth';
  readonly der: Uint8Array;
  readonly serial: string;
  readonly person: string;
}

/** Somebody with a card: both certificates under one person. */
export interface Cardholder {
  readonly person: string;
  readonly sign: Issued;
  readonly auth: Issued;
}

/** A JPKI that runs, and short ways to ask it. */
export interface World {
  readonly clock: AdjustableClock;
  readonly random: Random;
  readonly store: Store;
  readonly authority: JpkiAuthority;
  readonly running: Running;
  readonly as: (caller: keyof typeof secrets | 'nobody') => Peer;
  readonly post: (caller: keyof typeof secrets, path: string, json: unknown) => Promise<PeerAnswer>;
  readonly cardholder: () => Promise<Cardholder>;
  readonly phoneRequest: (
    card: Issued,
    change?: Record<string, unknown> & { signer?: Signer },
  ) => Promise<Record<string, unknown> & { request: string; phone: string }>;
  readonly issued: (answer: PeerAnswer) => Issued;
  readonly status: (certificate: Uint8Array) => Promise<string>;
  readonly uuid: () => string;
  readonly database: () => ReturnType<typeof database>;
  close(): Promise<void>;
}

const database = (store: Store) => store.database<Tables>();

// Keys that a CA may see again: those of cards. A fresh RSA key for each would be most of the time of the tests.
const cardKey = softwareSigner(await generateSoftwareKey('RSA-2048'));
export const cardPublicKey = cardKey.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/** Starts a JPKI over PGlite in memory, or over a PostgreSQL server. */
export async function startWorld(
  seed: string,
  options: { db?: string; ceremony?: Partial<Ceremony>; at?: Date } = {},
): Promise<World> {
  const clock = adjustableClock(options.at ?? new Date('2026-04-01T00:00:00Z'));
  const random = seededRandom(seed);
  const authority = await makeAuthority({ clock, random, keys: memoryKeys(), ...options.ceremony });
  const store = await openStore(options.db === undefined ? {} : { url: options.db });
  const base = { clock, random, log: silentLog, tap: noTap };
  const running = await start({
    ...base,
    store,
    authority,
    secret: secrets.card,
    smpSecret: secrets.smp,
    operatorSecret: secrets.operator,
  });
  const as: World['as'] = (caller) =>
    peer({
      url: running.url,
      name: 'jpki',
      party: caller === 'smp' ? 'smp' : 'card',
      ...(caller === 'nobody' ? {} : { secret: secrets[caller] }),
    });
  const post: World['post'] = (caller, path, json) => as(caller).request('POST', path, { json });
  const issued = (answer: PeerAnswer): Issued => {
    assert.equal(answer.status, 201, Buffer.from(answer.body).toString());
    const { ca, certificate, serial, person } = answer.json() as Record<string, string>;
    const der = new Uint8Array(Buffer.from(certificate as string, 'base64'));
    return { ca: ca as 'sign' | 'auth', der, serial: serial as string, person: person as string };
  };
  const uuid = () => randomUuid(random);
  return {
    clock,
    random,
    store,
    authority,
    running,
    as,
    post,
    issued,
    uuid,
    database: () => database(store),
    async cardholder() {
      const auth = issued(
        await post('card', '/certificates', { profile: 'auth', publicKey: cardPublicKey, holder: place }),
      );
      const { person } = auth;
      const sign = issued(
        await post('card', '/certificates', { profile: 'sign', publicKey: cardPublicKey, holder, person }),
      );
      return { person, sign, auth };
    },
    async phoneRequest(card, change = {}) {
      const { signer, ...members } = change;
      const csr = await buildCsr({ signer: signer ?? softwareSigner(await generateSoftwareKey('P-384')) });
      return {
        profile: 'phone-sign',
        request: uuid(),
        phone: uuid(),
        platform: 'ios',
        csr: Buffer.from(csr).toString('base64'),
        cardCertificate: Buffer.from(card.der).toString('base64'),
        ...members,
      };
    },
    async status(certificate) {
      const read = parseCertificate(certificate);
      const generations = [...authority.sign.generations, ...authority.auth.generations];
      const keyId = Buffer.from(read.aki?.keyIdentifier ?? []).toString('hex');
      const issuer = generations.find((generation) => generation.keyId === keyId)?.certificate;
      assert(issuer, 'the certificate names a generation');
      const nonce = random.bytes(32);
      const body = buildOcspRequest({ certificate, issuer, nonce });
      const contentType = 'application/ocsp-request';
      const { body: response } = await as('nobody').request('POST', '/ocsp', { body, contentType });
      const result = verifyOcspResponse({ response, nonce, certificate, issuer, at: clock.now() });
      return result.status === 'revoked' ? `revoked ${result.reason}` : result.status;
    },
    async close() {
      await running.close();
      await store.close();
    },
  };
}
