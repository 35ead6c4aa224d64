import { pairSecret, readBody } from '@tegata/http';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { SmpError } from './error.ts';
import { receiveApplication } from './intake.ts';
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
  readJson,
  receiptRequest,
  SESSION_HEADER,
  sessionRequest,
} from './wire.ts';

/** The routes of the SMP. */
export function routes(smp: Smp, walletProviderSecret: string): Hono {
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

  app.post('/applications', async (c) => {
    const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
    if (type !== APPLICATION_MEDIA_TYPE) {
      throw new SmpError('bad-request', `An application is sent as ${APPLICATION_MEDIA_TYPE}.`, {
        member: 'content-type',
      });
    }
    const body = await readBody(c, MAX_APPLICATION_BODY);
    const thumbprint = await proveSender(smp, c, body);
    const { http, ...accepted } = await receiveApplication(smp, {
      session: c.req.header(SESSION_HEADER),
      thumbprint,
      body,
    });
    return c.json(accepted, http);
  });

  app.get('/applications/:reference', async (c) => {
    const thumbprint = await proveSender(smp, c, new Uint8Array(0));
    return c.json(await statusOf(smp, c.req.param('reference'), thumbprint));
  });

  app.post('/receipts/:delivery', pairSecret(walletProviderSecret), async (c) => {
    const id = deliveryId.safeParse(c.req.param('delivery'));
    if (!id.success) throw new SmpError('delivery-unknown', 'There is no such delivery.');
    await takeReceipt(smp, id.data, readJson(receiptRequest, await readBody(c, MAX_JSON_BODY)));
    return c.body(null, 204);
  });

  return app;
}
