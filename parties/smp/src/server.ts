import { pairSecret, readBody } from '@tegata/http';
import { type Context, Hono } from 'hono';
import { sql } from 'kysely';
import { SmpError } from './error.ts';
import { actOnPhone, type HotlineAct, revocationCause } from './hotline.ts';
import { receiveApplication } from './intake.ts';
import { permitPinReset } from './pin-reset.ts';
import { proveSender } from './proofs.ts';
import { takeReceipt } from './receipts.ts';
import { openSession } from './sessions.ts';
import type { Smp } from './smp.ts';
import { statusOf } from './status.ts';
import {
  APPLICATION_MEDIA_TYPE,
  deliveryId,
  MAX_APPLICATION_BODY,
  MAX_JSON_BODY,
  MAX_PIN_RESET_BODY,
  readJson,
  receiptRequest,
  SESSION_HEADER,
  sessionRequest,
} from './wire.ts';

/** The routes of the SMP: for the applicant's app, for the wallet provider, and for the hotline's desk. */
export function routes(
  smp: Smp,
  secrets: { readonly walletProvider: string; readonly operator: string | undefined },
): Hono {
  const app = new Hono();

  app.get('/healthz', async (c) => {
    await sql`select 1`.execute(smp.db);
    return c.json({ status: 'ok' });
  });

  app.post('/sessions', async (c) => {
    const body = await readBody(c, MAX_JSON_BODY);
    const thumbprint = await proveSender(smp, c, body);
    const { platform } = readJson(sessionRequest, body);
    return c.json(await openSession(smp, thumbprint, platform), 201);
  });

  /** A signed message, who sent it, and the session that it names. */
  const signedBody = async (c: Context, maxBytes: number) => {
    const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
    if (type !== APPLICATION_MEDIA_TYPE) {
      throw new SmpError('bad-request', `What a card signed is sent as ${APPLICATION_MEDIA_TYPE}.`, {
        member: 'content-type',
      });
    }
    const body = await readBody(c, maxBytes);
    return { body, thumbprint: await proveSender(smp, c, body), session: c.req.header(SESSION_HEADER) };
  };

  app.post('/applications', async (c) => {
    const { http, ...accepted } = await receiveApplication(smp, await signedBody(c, MAX_APPLICATION_BODY));
    return c.json(accepted, http);
  });

  app.post('/pin-resets', async (c) => c.json(await permitPinReset(smp, await signedBody(c, MAX_PIN_RESET_BODY))));

  app.get('/applications/:reference', async (c) => {
    const thumbprint = await proveSender(smp, c, new Uint8Array(0));
    return c.json(await statusOf(smp, c.req.param('reference'), thumbprint));
  });

  app.post('/receipts/:delivery', pairSecret(secrets.walletProvider), async (c) => {
    const id = deliveryId.safeParse(c.req.param('delivery'));
    if (!id.success) throw new SmpError('delivery-unknown', 'There is no such delivery.');
    await takeReceipt(smp, id.data, readJson(receiptRequest, await readBody(c, MAX_JSON_BODY)));
    return c.body(null, 204);
  });

  if (secrets.operator === undefined) return app;
  app.post('/phones/:reference/:act{suspensions|resumptions|revocations}', pairSecret(secrets.operator), async (c) => {
    const act = c.req.param('act') as HotlineAct;
    const body = await readBody(c, MAX_JSON_BODY);
    const cause = act === 'revocations' ? readJson(revocationCause, body).cause : undefined;
    return c.json({ status: await actOnPhone(smp, c.req.param('reference'), act, cause) });
  });

  return app;
}
