import { pairSecret, readBody } from '@tegata/http';
import { Hono } from 'hono';
import { z } from 'zod';
import { type Checking, check } from './check.ts';
import { VerifierError } from './error.ts';

const MAX_BODY = 16_384;

/** `POST /checks`. A QR code of an mdoc is far shorter. */
const order = z.strictObject({ engagement: z.string().max(8_192), ask: z.string().max(64) });

/** The routes of the verifier, for its own shop. */
export function routes(checking: Checking, secret: string): Hono {
  const app = new Hono();
  app.use('*', pairSecret(secret));
  app.post('/checks', async (c) => {
    const verdict = await check(checking, orderOf(await readBody(c, MAX_BODY)));
    c.header('cache-control', 'no-store');
    return c.json(verdict);
  });
  return app;
}

function orderOf(body: Uint8Array): z.infer<typeof order> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new VerifierError('bad-request', 'The body must be JSON.');
  }
  const result = order.safeParse(value);
  if (result.success) return result.data;
  throw new VerifierError('bad-request', 'The body does not have its form.', {
    member: result.error.issues[0]?.path.join('.') ?? '',
  });
}
