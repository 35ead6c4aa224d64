import { createHash, type KeyObject } from 'node:crypto';
import { type CborMap, DateTime, decode, encode } from '@tegata/cbor';
import type { Clock } from '@tegata/clock';
import { decodeCoseKey } from '@tegata/cose';
import { type Running, serve } from '@tegata/http';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { issueMdoc, MNC_DOCTYPE, parseIssuerSigned } from '@tegata/mdoc';
import { problemAnswer } from '@tegata/problem';
import { systemRandom } from '@tegata/random';
import { jpkiAttributes, parseCertificate, readOcspRequest } from '@tegata/x509';
import {
  buildDocumentSigner,
  buildIaca,
  buildJpkiAuth,
  buildJpkiSign,
  buildOcspError,
  buildOcspResponse,
  readCsr,
} from '@tegata/x509-build';
import { Hono } from 'hono';
import { jpkiAuthCa, jpkiAuthSigner, jpkiCa, jpkiSigner, START } from './person-for-tests.ts';

const random = systemRandom;
const documentSigner = softwareSigner(await generateSoftwareKey('P-256'));
const issuer = softwareSigner(await generateSoftwareKey('P-384'));
const root = await buildIaca({ signer: issuer, random, notBefore: START });
const documentSignerCertificate = await buildDocumentSigner({
  issuer: { certificate: root, signer: issuer },
  publicKey: documentSigner.publicKey,
  random,
  notBefore: START,
});
const stranger = softwareSigner(await generateSoftwareKey('P-256'));
const onError = problemAnswer({ log: silentLog, random });
const refusing = (code: string, status: 401 | 409 | 422) =>
  new Response(JSON.stringify({ code }), { status, headers: { 'content-type': 'application/problem+json' } });
const gone = () => new Response(null, { status: 503 });
const cbor = (value: Parameters<typeof encode>[0], status = 200) =>
  new Response(encode(value) as Uint8Array<ArrayBuffer>, { status, headers: { 'content-type': 'application/cbor' } });

/** How the responder answers. */
export type OcspMode =
  | 'good'
  | 'revoked'
  | 'unknown'
  | 'down'
  | 'try-later'
  | 'other-nonce'
  | 'no-nonce'
  | 'stale'
  | 'garbage';

/** A JPKI that answers as told. */
export async function fakeJpki(clock: Clock) {
  const state = {
    mode: 'good' as OcspMode,
    asked: 0,
    /** What certificates are answered with in place of certificates: a status without a code, or a problem's code. */
    refuse: undefined as 503 | string | undefined,
    /** The next so many certificates are issued, and nobody hears of it. */
    loseAnswers: 0,
    /** Gives every phone the certificates of this key. */
    otherKey: undefined as KeyObject | undefined,
    /** Certificates by request id, and how often each was asked for. */
    issued: new Map<string, { body: string; der: Uint8Array; asked: number }>(),
    /** What was told of phones: path and body. */
    told: [] as { path: string; body: Record<string, unknown> }[],
  };
  const app = new Hono();
  const withSecret = (authorization: string | undefined) => authorization === 'Bearer secret-of-smp-and-jpki';
  app.post('/certificates', async (c) => {
    if (!withSecret(c.req.header('authorization'))) return refusing('unauthorized', 401);
    if (state.refuse === 503) return gone();
    if (state.refuse !== undefined) return refusing(String(state.refuse), 409);
    const body = await c.req.text();
    const { profile, request, csr, cardCertificate } = JSON.parse(body) as Record<string, string>;
    const known = state.issued.get(request as string);
    if (known && known.body !== body) return refusing('request-differs', 409);
    const der = known?.der ?? (await certify(profile as string, csr as string, cardCertificate as string));
    state.issued.set(request as string, { body, der, asked: (known?.asked ?? 0) + 1 });
    if (state.loseAnswers > 0) {
      state.loseAnswers -= 1;
      return gone();
    }
    return c.json({ certificate: Buffer.from(der).toString('base64') }, 201);
  });
  async function certify(profile: string, csr: string, cardCertificate: string): Promise<Uint8Array> {
    const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
    const publicKey = state.otherKey ?? readCsr(bytes(csr)).publicKey;
    const { name, address, birthDate, sex } = jpkiAttributes(parseCertificate(bytes(cardCertificate)));
    const place = { prefecture: 'Tokyo-to', municipality: 'Kiyose-shi', municipalityCode: '13221' };
    const holder = { ...place, birthDate: birthDate.slice(1), name, address, sex: sex as '1' | '2' | '9' };
    const base = { publicKey, holder, random, at: clock.now(), device: 'phone' as const };
    return profile === 'phone-sign'
      ? buildJpkiSign({ ...base, issuer: { certificate: jpkiCa, signer: jpkiSigner } })
      : buildJpkiAuth({ ...base, issuer: { certificate: jpkiAuthCa, signer: jpkiAuthSigner } });
  }
  for (const path of ['/suspensions', '/resumptions', '/revocations']) {
    app.post(path, async (c) => {
      if (!withSecret(c.req.header('authorization'))) return refusing('unauthorized', 401);
      if (state.refuse === 503) return gone();
      state.told.push({ path, body: (await c.req.json()) as Record<string, unknown> });
      return c.json([]);
    });
  }
  app.post('/ocsp', async (c) => {
    state.asked += 1;
    const { mode } = state;
    if (mode === 'down') return gone();
    const send = (body: Uint8Array) =>
      new Response(body as Uint8Array<ArrayBuffer>, { headers: { 'content-type': 'application/ocsp-response' } });
    if (mode === 'garbage') return send(Uint8Array.of(0x30, 0x03, 0x0a, 0x01, 0x00, 0x00));
    if (mode === 'try-later') return send(buildOcspError('tryLater'));
    const { certIds, nonce } = readOcspRequest(new Uint8Array(await c.req.arrayBuffer()));
    const at = new Date(clock.now().getTime() - (mode === 'stale' ? 7_200_000 : 0));
    const status =
      mode === 'revoked'
        ? ({ status: 'revoked', revokedAt: at, reason: 'keyCompromise' } as const)
        : ({ status: mode === 'unknown' ? 'unknown' : 'good' } as const);
    return send(
      await buildOcspResponse({
        answers: [{ certId: certIds[0]!.raw, status, thisUpdate: at, nextUpdate: new Date(at.getTime() + 3_600_000) }],
        producedAt: at,
        signer: jpkiSigner,
        certificates: [],
        ...(mode === 'no-nonce' ? {} : { nonce: mode === 'other-nonce' ? random.bytes(32) : nonce }),
      }),
    );
  });
  return { state, server: await serve({ app, onError }) };
}

/** An IACA that plans, signs once per plan, and counts. */
export async function fakeIaca() {
  interface Issuance {
    request: Uint8Array;
    token: Uint8Array;
    serial: string;
    plans: number;
    signatures: number;
    issuerSigned?: Uint8Array;
    destroyed: boolean;
  }
  const issuances = new Map<string, Issuance>();
  const state = { down: false, refuse: false, refuseSignature: false, otherKey: false, loseAnswers: 0 };
  const plan = () => ({ token: random.bytes(32), serial: Buffer.from(random.bytes(18)).toString('hex') });
  const planned = ({ token, serial }: Issuance, status: number) =>
    cbor(
      { token, serial, digest: createHash('sha256').update(token).digest(), validUntil: DateTime.from(new Date(0)) },
      status,
    );
  const app = new Hono();
  app.use('*', async (c, next) => {
    if (c.req.header('authorization') !== 'Bearer secret-of-smp-and-iaca') return refusing('unauthorized', 401);
    if (state.down) return gone();
    await next();
    // The work is done, and nobody hears of it.
    if (state.loseAnswers > 0) {
      state.loseAnswers -= 1;
      c.res = gone();
    }
    return undefined;
  });
  app.put('/issuances/:id', async (c) => {
    if (state.refuse) return refusing('refused-by-issuer', 422);
    const request = new Uint8Array(await c.req.arrayBuffer());
    const id = c.req.param('id');
    const known = issuances.get(id);
    if (known && Buffer.compare(known.request, request) !== 0) return refusing('issuance-conflict', 409);
    const issuance = known ?? { request, ...plan(), plans: 1, signatures: 0, destroyed: false };
    issuances.set(id, issuance);
    return planned(issuance, known ? 200 : 201);
  });
  app.post('/issuances/:id/signature', async (c) => {
    const issuance = issuances.get(c.req.param('id'));
    const { token } = Object.fromEntries(decode(new Uint8Array(await c.req.arrayBuffer())) as Map<string, Uint8Array>);
    if (!issuance || !token || Buffer.compare(token, issuance.token) !== 0)
      return refusing('issuance-token-invalid', 409);
    if (state.refuseSignature) return refusing('refused-by-issuer', 422);
    if (!issuance.issuerSigned) {
      const asked = decode(issuance.request) as Map<string, Map<string, string> & CborMap>;
      const deviceKey = state.otherKey ? stranger.publicKey : decodeCoseKey(asked.get('deviceKey'));
      issuance.issuerSigned = await issueMdoc({
        docType: MNC_DOCTYPE,
        elements: { 'org.iso.23220.1.jp': { full_name_unicode: asked.get('attributes')?.get('name') ?? '' } },
        deviceKey,
        validity: { signed: START, validFrom: START, validUntil: new Date(START.getTime() + 86_400_000) },
        random,
        signer: documentSigner,
        certificateChain: [documentSignerCertificate],
      });
      issuance.signatures += 1;
    }
    const { issuerSigned, serial } = issuance;
    if (state.otherKey) delete issuance.issuerSigned;
    const digest = createHash('sha256').update(parseIssuerSigned(issuerSigned).mso.bytes).digest();
    return cbor({ issuerSigned, serial, digest });
  });
  app.delete('/issuances/:id/content', (c) => {
    const issuance = issuances.get(c.req.param('id'));
    if (issuance) issuance.destroyed = true;
    return c.body(null, 204);
  });
  return { state, issuances, server: await serve({ app, onError }) };
}

/** A wallet provider that keeps deliveries. */
export async function fakeWalletProvider() {
  const deliveries = new Map<string, { recipient: string; jwe: string; puts: number }>();
  const state = { down: false, forget: false, loseAnswers: 0 };
  const app = new Hono();
  app.put('/deliveries/:id', async (c) => {
    if (c.req.header('authorization') !== 'Bearer secret-of-smp-and-wp') return refusing('unauthorized', 401);
    if (state.down) return gone();
    const { recipient, jwe } = (await c.req.json()) as { recipient: string; jwe: string };
    const id = c.req.param('id');
    const known = deliveries.get(id);
    if (known && known.jwe !== jwe) return refusing('delivery-conflict', 409);
    if (!state.forget) deliveries.set(id, { recipient, jwe, puts: (known?.puts ?? 0) + 1 });
    if (state.loseAnswers > 0) {
      state.loseAnswers -= 1;
      return gone();
    }
    return c.json({ id }, known ? 200 : 201);
  });
  return { state, deliveries, server: await serve({ app, onError }) };
}

/** One of the fake parties. */
export interface FakeParty {
  readonly server: Running;
}
