import type { Clock } from '@tegata/clock';
import { pairSecret, readBody } from '@tegata/http';
import type { Log } from '@tegata/log';
import type { Random } from '@tegata/random';
import { buildOcspError } from '@tegata/x509-build';
import { Hono } from 'hono';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { answerOcsp } from './answer-ocsp.ts';
import type { JpkiAuthority } from './authority.ts';
import { JpkiError } from './error.ts';
import { certificateRequest, issueCertificate } from './issue-certificate.ts';
import { revocationRequest, revokeCertificate } from './revoke-certificate.ts';
import type { Tables } from './schema.ts';

const MAX_BODY = 16 * 1024;

/** The routes of JPKI: OCSP and the CA certificates for everyone, issuing and revoking for who has the secret. */
export function routes(options: {
  readonly db: Kysely<Tables>;
  readonly authority: JpkiAuthority;
  readonly secret: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): Hono {
  const { authority, log } = options;
  const app = new Hono();

  app.post('/ocsp', async (c) => {
    const body = await readBody(c, MAX_BODY);
    const isRequest = c.req.header('content-type')?.split(';')[0]?.trim() === 'application/ocsp-request';
    const response = isRequest ? await answerOcsp(options, body) : buildOcspError('malformedRequest');
    return c.body(Uint8Array.from(response), 200, {
      'content-type': 'application/ocsp-response',
      'cache-control': 'no-store',
    });
  });

  app.get('/ca/:file{(sign|auth)\\.cer}', (c) => {
    const { ca } = authority[c.req.param('file') === 'sign.cer' ? 'sign' : 'auth'];
    return c.body(Uint8Array.from(ca), 200, { 'content-type': 'application/pkix-cert' });
  });

  app.post('/certificates', pairSecret(options.secret), async (c) => {
    const request = checked(certificateRequest, await readBody(c, MAX_BODY));
    const { certificate, serial } = await issueCertificate(options, request);
    log.info('certificate-issued', { ca: request.profile, serial });
    return c.json({ certificate: Buffer.from(certificate).toString('base64'), serial }, 201);
  });

  app.post('/revocations', pairSecret(options.secret), async (c) => {
    const request = checked(revocationRequest, await readBody(c, MAX_BODY));
    const { revokedAt, reason } = await revokeCertificate(options, request);
    log.info('certificate-revoked', { ca: request.ca, serial: request.serial.toUpperCase(), reason });
    return c.json({ revokedAt: revokedAt.toISOString(), reason });
  });

  return app;
}

function checked<T>(schema: z.ZodType<T>, body: Uint8Array): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new JpkiError('bad-request', 'The request is not JSON.');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const member = result.error.issues[0]?.path.join('.') ?? '';
  throw new JpkiError('bad-request', 'The request does not have its form.', { member });
}
