import type { Clock } from '@tegata/clock';
import { readBody } from '@tegata/http';
import type { Log } from '@tegata/log';
import type { Random } from '@tegata/random';
import { Hono } from 'hono';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { OcspService } from './answer-ocsp.ts';
import type { JpkiAuthority } from './authority.ts';
import { type CallerSecrets, callerOf, mayIssue, mayListAll, mayRevoke, maySuspend } from './callers.ts';
import { JpkiError } from './error.ts';
import { issueCertificate } from './issue-certificate.ts';
import { listCertificates, listLatest } from './list-certificates.ts';
import { type Pairwise, pairwiseRoutes } from './pairwise-identifier.ts';
import { revokeCertificates } from './revoke-certificate.ts';
import type { Tables } from './schema.ts';
import { changeHold } from './suspend-certificates.ts';
import { certificateRequest, revocationRequest, type Subject, suspensionRequest } from './wire.ts';

const MAX_BODY = 16 * 1024;

/** The routes of JPKI for those who have a secret: issuing, changing a status, listing. What is for everyone stands apart. */
export function routes(options: {
  readonly db: Kysely<Tables>;
  readonly authority: JpkiAuthority;
  readonly secrets: CallerSecrets;
  readonly ocsp: OcspService;
  readonly pairwise?: Pairwise;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): Hono {
  const { log, ocsp } = options;
  const app = new Hono();
  const caller = callerOf(options.secrets);

  if (options.pairwise) app.route('/', pairwiseRoutes({ ...options, pairwise: options.pairwise }));

  app.post('/certificates', async (c) => {
    const who = caller(c);
    const request = checked(certificateRequest, await readBody(c, MAX_BODY));
    mayIssue(who, request);
    const { ca, certificate, serial, person, replaced } = await issueCertificate(options, request, who);
    for (const changed of replaced) {
      ocsp.forget(changed);
      log.info('certificate-revoked', { event: 'phone-replaced', ca: changed.ca, serial: changed.serial });
    }
    log.info('certificate-issued', { profile: request.profile, ca, serial });
    return c.json({ certificate: Buffer.from(certificate).toString('base64'), ca, serial, person }, 201);
  });

  app.post('/revocations', async (c) => {
    const who = caller(c);
    const request = checked(revocationRequest, await readBody(c, MAX_BODY));
    mayRevoke(who, request);
    const { one, certificates } = await revokeCertificates(options, request, who);
    const event = 'event' in request ? request.event : 'revoked';
    for (const changed of certificates) {
      const { ca, serial, reason } = changed;
      ocsp.forget(changed);
      log.info('certificate-revoked', { event, ca, serial, reason: reason ?? '' });
    }
    return c.json(one ?? { certificates });
  });

  for (const [path, to] of [
    ['/suspensions', 'held'],
    ['/resumptions', 'good'],
  ] as const) {
    app.post(path, async (c) => {
      const who = caller(c);
      const request = checked(suspensionRequest, await readBody(c, MAX_BODY));
      maySuspend(who, request);
      const certificates = await changeHold(options, request, to, who);
      for (const changed of certificates) {
        const { ca, serial } = changed;
        ocsp.forget(changed);
        log.info('certificate-hold-changed', { ca, serial, to });
      }
      return c.json({ certificates });
    });
  }

  app.get('/certificates', async (c) => {
    mayListAll(caller(c));
    const limit = z.coerce
      .number()
      .int()
      .min(1)
      .max(1000)
      .safeParse(c.req.query('limit') ?? '50');
    if (!limit.success)
      throw new JpkiError('bad-request', 'The limit is a number from 1 to 1000.', { member: 'limit' });
    return c.json(await listLatest(options, limit.data));
  });
  const list = (path: string, schema: z.ZodType<Subject>) =>
    app.get(path, async (c) => {
      caller(c);
      const of = schema.safeParse(c.req.param());
      if (!of.success) throw new JpkiError('not-found', 'There is no such person, phone or certificate here.');
      return c.json(await listCertificates(options, of.data));
    });
  list('/persons/:person/certificates', z.strictObject({ person: z.uuid() }));
  list('/phones/:phone/certificates', z.strictObject({ phone: z.uuid() }));
  list('/certificates/:ca/:serial', z.strictObject({ ca: z.enum(['sign', 'auth']), serial: z.hex().max(40) }));

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
