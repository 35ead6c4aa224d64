import { pairSecret, readBody } from '@tegata/http';
import { type Context, Hono } from 'hono';
import { destroyContent, planIssuance, signIssuance } from './6-issue-mdoc.ts';
import { IacaError } from './error.ts';
import type { Iaca } from './iaca.ts';
import {
  CBOR_TYPE,
  decodeTokenRequest,
  encodeIssuedAnswer,
  encodePlanAnswer,
  issuanceId,
  MAX_ISSUANCE_BODY,
  MAX_TOKEN_BODY,
} from './request.ts';

/** The routes of the IACA. Every one of them needs the secret of the SMP. */
export function routes(iaca: Iaca, secret: string): Hono {
  const app = new Hono();
  app.use('*', pairSecret(secret));

  app.put('/issuances/:id', async (c) => {
    const id = idOf(c);
    const { created, ...plan } = await planIssuance(iaca, id, await readBody(c, MAX_ISSUANCE_BODY));
    return cbor(c, encodePlanAnswer(plan), created ? 201 : 200);
  });

  app.post('/issuances/:id/signature', async (c) => {
    const id = idOf(c);
    const token = decodeTokenRequest(await readBody(c, MAX_TOKEN_BODY));
    return cbor(c, encodeIssuedAnswer(await signIssuance(iaca, id, token)), 200);
  });

  app.delete('/issuances/:id/content', async (c) => {
    await destroyContent(iaca, idOf(c));
    return c.body(null, 204);
  });

  return app;
}

function idOf(c: Context): string {
  const id = issuanceId.safeParse(c.req.param('id'));
  if (!id.success) throw new IacaError('bad-request', 'The id of an issuance is a UUID.', { member: 'id' });
  // PostgreSQL gives UUIDs back in lower case, and the id is part of what seals are bound to.
  return id.data.toLowerCase();
}

function cbor(c: Context, body: Uint8Array, status: 200 | 201): Response {
  return c.body(body as Uint8Array<ArrayBuffer>, status, { 'content-type': CBOR_TYPE, 'cache-control': 'no-store' });
}
