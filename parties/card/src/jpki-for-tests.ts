import { createPublicKey } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import { pairSecret, type Running, readBody, serve } from '@tegata/http';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildJpkiAuth, buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import { Hono } from 'hono';

/** What the card factory asked for. */
export interface TestJpki extends Running {
  readonly asked: { readonly path: string; readonly body: Record<string, unknown> }[];
  /** Answers everything with this status from now on. */
  fail(status: 500 | undefined): void;
}

/** A JPKI with its wire and without its memory. */
export async function startTestJpki(options: { clock: Clock; random: Random; secret: string }): Promise<TestJpki> {
  const { clock, random } = options;
  const notBefore = new Date(clock.now().getTime() - 1000);
  const authority = async (ca: 'sign' | 'auth') => {
    const signer = softwareSigner(await generateSoftwareKey('RSA-2048'));
    return { signer, certificate: await buildJpkiCa({ ca, signer, random, notBefore }) };
  };
  const cas = { sign: await authority('sign'), auth: await authority('auth') };
  const asked: { path: string; body: Record<string, unknown> }[] = [];
  let failing: 500 | undefined;
  const app = new Hono();
  app.use('*', async (c, next) => (failing ? c.text('', failing) : next()));
  app.get('/ca/sign.cer', (c) => c.body(Uint8Array.from(cas.sign.certificate)));
  app.get('/ca/auth.cer', (c) => c.body(Uint8Array.from(cas.auth.certificate)));
  app.post('/certificates', pairSecret(options.secret), async (c) => {
    const body = JSON.parse(Buffer.from(await readBody(c, 16_384)).toString());
    asked.push({ path: '/certificates', body });
    const publicKey = createPublicKey({ key: Buffer.from(body.publicKey, 'base64'), format: 'der', type: 'spki' });
    const input = { publicKey, holder: body.holder, random, at: body.issuedAt ? new Date(body.issuedAt) : clock.now() };
    const der =
      body.profile === 'sign'
        ? await buildJpkiSign({ ...input, issuer: cas.sign })
        : await buildJpkiAuth({ ...input, issuer: cas.auth });
    const serial = parseCertificate(der).serialHex;
    return c.json({ certificate: Buffer.from(der).toString('base64'), serial }, 201);
  });
  for (const path of ['/revocations', '/suspensions']) {
    app.post(path, pairSecret(options.secret), async (c) => {
      asked.push({ path, body: JSON.parse(Buffer.from(await readBody(c, 16_384)).toString()) });
      return c.json({});
    });
  }
  const running = await serve({ app, onError: (e) => ({ status: 500, contentType: 'text/plain', body: String(e) }) });
  return {
    ...running,
    asked,
    fail: (status) => {
      failing = status;
    },
  };
}
