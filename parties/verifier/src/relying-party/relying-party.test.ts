import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { adjustableClock } from '@tegata/clock';
import { prepareSignedData } from '@tegata/cms';
import { peer, type Running, serve } from '@tegata/http';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { createLog, silentLog } from '@tegata/log';
import { problemAnswer, words } from '@tegata/problem';
import { systemRandom as random } from '@tegata/random';
import { noTap } from '@tegata/tap';
import { parseCertificate, readOcspRequest, sameBytes } from '@tegata/x509';
import { buildJpkiAuth, buildJpkiCa, buildJpkiSign, buildOcspResponse, type OcspStatus } from '@tegata/x509-build';
import { Hono } from 'hono';
import { start } from '../index.ts';

const ID_DATA = '1.2.840.113549.1.7.1';
const holder = {
  name: '見本　花子',
  nameSubstitutes: '01000',
  address: '東京都千代田区霞が関一丁目１－１',
  sex: '2' as const,
  birthDate: '19900401',
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  municipalityCode: '13101',
};

interface Verdict {
  readonly verdict: string;
  readonly code?: string;
  readonly status: string;
  readonly account?: string;
  readonly accountUnknown?: string;
  readonly signer?: { readonly name: { readonly text: string; readonly exact: boolean } };
  readonly evidence?: string;
}

describe('the service that accepts e-certificates', () => {
  const clock = adjustableClock(new Date('2026-11-24T03:04:05Z'));
  const jpki = { status: { status: 'good' } as OcspStatus, down: false, identifier: 'A'.repeat(43), refuses: false };
  const lines: string[] = [];
  let keys: { auth: Signer; sign: Signer };
  let certificates: { auth: Uint8Array; sign: Uint8Array };
  let jpkiServer: Running;
  let verifier: Running;
  let bare: Running;

  before(async () => {
    const signer = async () => softwareSigner(await generateSoftwareKey('P-384'));
    const [signCaKey, authCaKey, auth, sign] = [await signer(), await signer(), await signer(), await signer()];
    keys = { auth, sign };
    const at = clock.now();
    const base = { random, notBefore: at };
    const signCa = await buildJpkiCa({ ca: 'sign', signer: signCaKey, ...base });
    const authCa = await buildJpkiCa({ ca: 'auth', signer: authCaKey, ...base });
    const issue = { holder, random, at, device: 'phone' as const };
    const issuer = {
      sign: { certificate: signCa, signer: signCaKey },
      auth: { certificate: authCa, signer: authCaKey },
    };
    certificates = {
      auth: await buildJpkiAuth({ ...issue, issuer: issuer.auth, publicKey: auth.publicKey }),
      sign: await buildJpkiSign({ ...issue, issuer: issuer.sign, publicKey: sign.publicKey }),
    };
    const app = new Hono();
    app.post('/ocsp', async (c) => {
      if (jpki.down) return c.body(null, 503);
      const { certIds, nonce } = readOcspRequest(new Uint8Array(await c.req.arrayBuffer()));
      const answer = async (by: Signer) =>
        buildOcspResponse({
          answers: certIds.map(({ raw }) => ({ certId: raw, status: jpki.status, thisUpdate: clock.now() })),
          producedAt: clock.now(),
          signer: by,
          certificates: [],
          ...(nonce ? { nonce } : {}),
        });
      const asked = certIds[0]?.serial as Uint8Array;
      const by = sameBytes(asked, serialOf(certificates.sign)) ? signCaKey : authCaKey;
      return c.body(Uint8Array.from(await answer(by)), 200, { 'content-type': 'application/ocsp-response' });
    });
    app.post('/pairwise-identifiers', (c) => {
      if (c.req.header('authorization') !== 'Bearer secret-of-the-portal') return c.json({ code: 'unauthorized' }, 401);
      return jpki.refuses ? c.json({ code: 'proof-invalid' }, 422) : c.json({ identifier: jpki.identifier });
    });
    jpkiServer = await serve({ app, onError: problemAnswer({ log: silentLog, random }) });
    const log = createLog({ party: 'verifier', clock, write: (line) => void lines.push(line) });
    const config = { clock, random, log, tap: noTap, secret: 'secret-of-the-shop', trust: { iaca: [] } };
    verifier = await start({
      ...config,
      relyingParty: {
        origin: 'https://portal.example',
        jpki: { url: jpkiServer.url, secret: 'secret-of-the-portal' },
        trust: { jpkiSign: [signCa], jpkiAuth: [authCa] },
      },
    });
    bare = await start(config);
  });
  after(async () => {
    for (const server of [verifier, bare, jpkiServer]) await server.close();
  });

  const serialOf = (der: Uint8Array) => parseCertificate(der).serial;
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const post = async (path: string, json: unknown, at = verifier, secret = 'secret-of-the-shop') => {
    const answer = await peer({ url: at.url, name: 'verifier', party: 'verifier', secret }).request('POST', path, {
      json,
    });
    return {
      status: answer.status,
      headers: answer.headers,
      json: answer.json() as Verdict & { id: string; text: string },
    };
  };
  async function login(
    change: { session?: [string, string]; text?: string; wait?: number; certificate?: Uint8Array } = {},
  ) {
    const [asked, answered] = change.session ?? [];
    const { id, text } = (await post('/logins', { purpose: 'ログイン', session: asked })).json;
    const signature = base64(await keys.auth.sign(Buffer.from(change.text ?? text)));
    clock.advance((change.wait ?? 0) * 1000);
    const certificate = base64(change.certificate ?? certificates.auth);
    const { json } = await post(`/logins/${id}`, { certificate, signature, session: answered });
    return { ...json, id };
  }
  const signed = async (content: Uint8Array) => {
    const prepared = prepareSignedData({
      content,
      eContentType: ID_DATA,
      certificate: certificates.sign,
      signingTime: clock.now(),
    });
    return prepared.finish(await keys.sign.sign(prepared.toBeSigned));
  };

  it('lets in who signs its challenge, and learns which account it is', async () => {
    const { verdict, status, account } = await login();
    assert.deepEqual([verdict, status, account], ['accepted', 'good', jpki.identifier]);
  });

  it('lets in a guest when JPKI does not tell who it is, and says so', async () => {
    jpki.refuses = true;
    const { verdict, account, accountUnknown } = await login();
    jpki.refuses = false;
    assert.deepEqual([verdict, account, accountUnknown], ['accepted', undefined, 'identifier-refused']);
  });

  it('refuses everything else with a code that has words for the person', async () => {
    const revoked = { status: 'revoked', revokedAt: clock.now(), reason: 'keyCompromise' } as const;
    const under = async (status: OcspStatus, down = false) => {
      Object.assign(jpki, { status, down });
      const { code } = await login();
      Object.assign(jpki, { status: { status: 'good' }, down: false });
      return code;
    };
    const used = await login();
    const again = { certificate: base64(certificates.auth), signature: base64(new Uint8Array(100)) };
    const codes = {
      'challenge-unknown': (await post(`/logins/${used.id}`, again)).json.code,
      'challenge-expired': (await login({ wait: 301 })).code,
      'challenge-session': (await login({ session: ['session-000000001', 'session-000000002'] })).code,
      'login-signature-invalid': (await login({ text: 'something else' })).code,
      'login-certificate-invalid': (await login({ certificate: certificates.sign })).code,
      'certificate-revoked': await under(revoked),
      'certificate-status-unknown': await under({ status: 'unknown' }),
      'certificate-undetermined': await under({ status: 'good' }, true),
      'document-signature-invalid': (await post('/documents', { cms: base64(new Uint8Array(200)) })).json.code,
    };
    for (const [expected, code] of Object.entries(codes)) {
      assert.equal(code, expected);
      assert.ok(words(expected), expected);
    }
    for (const code of ['answer-malformed', 'certificate-not-valid-now', 'document-certificate-invalid']) {
      assert.ok(words(code), code);
    }
  });

  it('names the signer of a document with the characters that are not theirs, and gives evidence to keep', async () => {
    const content = new TextEncoder().encode('申込書 見本');
    const { headers, json } = await post('/documents', { cms: base64(await signed(content)) });
    assert.deepEqual([json.verdict, json.status, json.code], ['accepted', 'good', undefined]);
    assert.deepEqual([json.signer?.name.text, json.signer?.name.exact], [holder.name, false]);
    assert.match(json.evidence ?? '', /tegata-signature-evidence/);
    assert.equal(headers.get('cache-control'), 'no-store');
  });

  it('tells nothing of the signer when the status is not known', async () => {
    jpki.down = true;
    const { json } = await post('/documents', { cms: base64(await signed(new Uint8Array(10))) });
    jpki.down = false;
    assert.deepEqual(
      [json.verdict, json.code, json.signer, json.evidence],
      ['refused', 'certificate-undetermined', undefined, undefined],
    );
  });

  it('is for its own pages alone, and is not there where it is not set up', async () => {
    assert.equal((await post('/logins', {}, verifier, 'secret-of-a-stranger')).status, 401);
    assert.equal((await post('/logins', {}, bare)).status, 404);
    assert.equal((await post('/documents', { cms: 'no base64!' })).status, 400);
    assert.equal((await post('/logins', { purpose: 'a', extra: 1 })).status, 400);
  });

  it('writes neither names nor serial numbers nor accounts to its log', async () => {
    await login();
    await post('/documents', { cms: base64(await signed(new Uint8Array(10))) });
    const log = lines.join('\n');
    assert.match(log, /"event":"login"/);
    const serials = [certificates.auth, certificates.sign].map((der) => Buffer.from(serialOf(der)).toString('hex'));
    for (const secret of [holder.name, jpki.identifier, ...serials]) {
      assert.ok(!log.toLowerCase().includes(secret.toLowerCase()));
    }
  });
});
