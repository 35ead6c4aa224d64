import { pairSecret } from '@tegata/http';
import { Hono } from 'hono';
import { z } from 'zod';
import { type Checking, check } from './check.ts';
import { readJson } from './read-json.ts';
import type { RelyingParty } from './relying-party/relying-party.ts';
import { relyingPartyRoutes } from './relying-party/routes.ts';

const MAX_BODY = 16_384;

/** `POST /checks`. A QR code of an mdoc is far shorter. */
const order = z.strictObject({ engagement: z.string().max(8_192), ask: z.string().max(64) });

/** The routes of the verifier, for its own shop, and for the service that accepts e-certificates where there is one. */
export function routes(checking: Checking, secret: string, service?: RelyingParty): Hono {
  const app = new Hono();
  app.use('*', pairSecret(secret));
  app.post('/checks', async (c) => {
    const verdict = await check(checking, await readJson(c, order, MAX_BODY));
    c.header('cache-control', 'no-store');
    return c.json(verdict);
  });
  if (service) app.route('/', relyingPartyRoutes(service, checking.log));
  return app;
}
