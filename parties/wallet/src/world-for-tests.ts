/**
 * What stands around a wallet in its tests: an issuer, a wallet provider over HTTP, a reader. TEST ONLY.
 * @module
 */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type CborMap, encode, FullDate } from '@tegata/cbor';
import { adjustableClock } from '@tegata/clock';
import { peer, type Running, serve } from '@tegata/http';
import { encryptTo, jtiMemory, type P256Jwk, verifyDpop, verifyKeyProof } from '@tegata/jose';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import {
  buildDeviceRequest,
  buildSessionEstablishment,
  eReaderKeyBytes,
  establishSession,
  httpRetrievalUri,
  type ItemsRequest,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceEngagement,
  parseSessionData,
  qrToEngagement,
  sessionTranscriptQr,
} from '@tegata/mdoc';
import { problemAnswer } from '@tegata/problem';
import { randomUuid, systemRandom } from '@tegata/random';
import { noTap, type TapStep } from '@tegata/tap';
import { buildDocumentSigner, buildIaca } from '@tegata/x509-build';
import { Hono } from 'hono';
import { start, type WalletConfig } from './index.ts';

/** The instant at which the tests take place. */
export const NOW = new Date('2026-04-01T00:00:00Z');
/** The phone's PIN. */
export const PIN = '246810';
const DAY = 24 * 60 * 60 * 1000;
const random = systemRandom;

/** Makes an issuer. */
export async function testIssuer() {
  const rootSigner = softwareSigner(await generateSoftwareKey('P-384'));
  const signer = softwareSigner(await generateSoftwareKey('P-256'));
  const root = await buildIaca({ signer: rootSigner, random, notBefore: new Date(NOW.getTime() - 10 * DAY) });
  const certificate = await buildDocumentSigner({
    issuer: { signer: rootSigner, certificate: root },
    publicKey: signer.publicKey,
    random,
    notBefore: new Date(NOW.getTime() - 5 * DAY),
  });
  return {
    root,
    issue: (deviceKey: KeyObject, changes: { docType?: string; validUntil?: Date; portrait?: Uint8Array } = {}) =>
      issueMdoc({
        docType: changes.docType ?? MNC_DOCTYPE,
        elements: {
          [NS_JP]: {
            full_name_unicode: '見本　花子',
            individual_number_unicode: '537686677188',
            portrait: changes.portrait ?? Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3),
          },
          [NS_ISO]: {
            age_over_18: true,
            age_over_20: true,
            age_over_65: false,
            birth_date: new FullDate('2000-03-31'),
          },
        },
        deviceKey,
        validity: {
          signed: NOW,
          validFrom: NOW,
          validUntil: changes.validUntil ?? new Date(NOW.getTime() + 30 * DAY),
        },
        random,
        signer,
        certificateChain: [certificate],
      }),
  };
}

/** A wallet provider in memory, which checks what a real one would. */
export async function testProvider(clock: { now(): Date }) {
  const state = { deliveries: [] as { id: string; jwe: string }[], receipts: new Map<string, string>(), up: true };
  const registered = new Set<string>();
  const seen = jtiMemory(clock);
  const app = new Hono();
  app.use('*', async (c, next) => {
    if (!state.up) return c.body(null, 503);
    const body = new Uint8Array(await c.req.raw.clone().arrayBuffer());
    const proof = c.req.header('dpop') ?? '';
    const { thumbprint } = await verifyDpop({ proof, method: c.req.method, url: c.req.url, body, clock, seen });
    if (c.req.path === '/instances') registered.add(thumbprint);
    if (!registered.has(thumbprint)) throw Object.assign(new Error('unknown'), { code: 'instance-unknown' });
    await next();
    return undefined;
  });
  app.post('/instances', (c) => c.json({}, 201));
  app.post('/key-attestations', async (c) => {
    const { nonce, keys } = (await c.req.json()) as { nonce: string; keys: { jwk: P256Jwk; proof: string }[] };
    for (const { jwk, proof } of keys) verifyKeyProof({ jwk, proof, nonce, clock });
    return c.json({ attestation: 'a.b.c', id: Buffer.from(random.bytes(16)).toString('base64url') });
  });
  app.get('/deliveries', async (c) => {
    const end = performance.now() + Number(c.req.query('wait')) * 1000;
    const waiting = () => state.deliveries.filter(({ id }) => !state.receipts.has(id));
    while (waiting().length === 0 && performance.now() < end && !c.req.raw.signal.aborted && state.up) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return c.json(waiting());
  });
  app.post('/deliveries/:id/receipt', async (c) => {
    state.receipts.set(c.req.param('id'), ((await c.req.json()) as { digest: string }).digest);
    return c.body(null, 204);
  });
  const server = await serve({ app, onError: problemAnswer({ log: silentLog, random }) });
  return { state, server };
}

/** Wallet, provider and issuer, running. */
export async function testWorld(changes: Partial<WalletConfig> = {}) {
  const clock = adjustableClock(NOW);
  const issuer = await testIssuer();
  const provider = await testProvider(clock);
  const steps: TapStep[] = [];
  const config: WalletConfig = {
    clock,
    random,
    log: silentLog,
    tap: { ...noTap, step: (step) => steps.push(step) },
    walletProvider: { url: provider.server.url },
    secrets: { applicantApp: 'secret-of-the-app', screens: 'secret-of-the-screens' },
    pin: PIN,
    trust: { iaca: [issuer.root] },
    ...changes,
  };
  let wallet: Running = await start(config);
  const call = async (who: 'app' | 'screens' | 'reader', method: string, path: string, json?: unknown) => {
    const secret = who === 'app' ? 'secret-of-the-app' : who === 'screens' ? 'secret-of-the-screens' : undefined;
    const answer = await peer({ url: wallet.url, name: 'wallet', party: 'applicant-app', secret }).request(
      method,
      path,
      { json },
    );
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, json: (isJson ? answer.json() : undefined) as Record<string, unknown> };
  };
  const world = {
    clock,
    issuer,
    provider,
    steps,
    call,
    get url() {
      return wallet.url;
    },
    async restart(other: Partial<WalletConfig> = {}) {
      await wallet.close();
      wallet = await start({ ...config, ...other });
    },
    async close() {
      await wallet.close();
      await provider.server.close();
    },
    async keys(certificates?: object) {
      const challenge = Buffer.from(random.bytes(32)).toString('base64url');
      const { status, json } = await call('app', 'POST', '/keys', { challenge, count: 1, certificates });
      if (status !== 200) throw new Error(`keys: ${JSON.stringify(json)}`);
      return { challenge, ...json } as unknown as {
        challenge: string;
        attestation: string;
        deviceKeys: P256Jwk[];
        responseKey: P256Jwk;
        certificateRequests?: { auth: string; sign: string };
      };
    },
    /** Puts a delivery at the provider. */
    async deliver(
      responseKey: P256Jwk,
      issuerSigned: Uint8Array | undefined,
      options: { reference?: string; name?: string; certificates?: CborMap; resetKey?: Uint8Array } = {},
    ) {
      const id = randomUuid(random);
      const { reference = 'TG-0001', name = id, ...certificates } = options;
      const plaintext = encode({ reference, ...(issuerSigned ? { issuerSigned } : {}), ...certificates });
      const jwe = await encryptTo(responseKey, plaintext, { tegata_delivery: name });
      provider.state.deliveries.push({ id, jwe });
      const covered = issuerSigned && !options.certificates ? issuerSigned : plaintext;
      return { id, jwe, digest: createHash('sha256').update(covered).digest('base64url') };
    },
    /** Keys, issuance, delivery, until the receipt is there. */
    async activate(reference = 'TG-0001', changes: { portrait?: Uint8Array } = {}) {
      const { deviceKeys, responseKey } = await world.keys();
      const issuerSigned = await issuer.issue(publicKeyOf(deviceKeys[0] as P256Jwk), changes);
      const delivery = await world.deliver(responseKey, issuerSigned, { reference });
      await until(() => provider.state.receipts.has(delivery.id));
      return { ...delivery, issuerSigned };
    },
  };
  return world;
}

/** The key object of a JWK. */
export function publicKeyOf(jwk: P256Jwk): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' });
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It never came to hold.');
}

/** A reader in front of a QR code. */
export function testReader(qr: string) {
  const engagement = parseDeviceEngagement(qrToEngagement(qr));
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const readerBytes = eReaderKeyBytes(own.publicKey);
  const transcript = sessionTranscriptQr({ deviceEngagementBytes: engagement.encoded, eReaderKeyBytes: readerBytes });
  const session = establishSession({
    role: 'reader',
    privateKey: own.privateKey,
    peerKey: engagement.eDeviceKey,
    transcript,
  });
  const url = httpRetrievalUri(engagement) as string;
  const post = async (bytes: Uint8Array) => {
    const response = await fetch(url, { method: 'POST', body: bytes as Uint8Array<ArrayBuffer> });
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  return {
    url,
    transcript,
    post,
    encrypt: (plaintext: Uint8Array) =>
      buildSessionEstablishment({ eReaderKeyBytes: readerBytes, data: session.encrypt(plaintext) }),
    /** Asks, and opens the answer. */
    async ask(request: ItemsRequest | Uint8Array, legalBasis?: string) {
      const plaintext = request instanceof Uint8Array ? request : buildDeviceRequest(request, { legalBasis });
      const { status, bytes } = await post(this.encrypt(plaintext));
      const message = parseSessionData(bytes);
      return { http: status, status: message.status, response: message.data && session.decrypt(message.data) };
    },
  };
}
