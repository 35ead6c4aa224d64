import type { Clock } from '@tegata/clock';
import { pairSecret, readBody } from '@tegata/http';
import { JoseError, parseJsonObject } from '@tegata/jose';
import type { Random } from '@tegata/random';
import { Hono } from 'hono';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { attestKeys, keyAttestationRequest } from './attest-keys.ts';
import type { WalletProviderAuthority } from './authority.ts';
import {
  deliveryId,
  deliveryRequest,
  fetchDeliveries,
  putDelivery,
  receiptRequest,
  receiveReceipt,
} from './deliveries.ts';
import { WalletProviderError } from './error.ts';
import type { Forwarder } from './forward-notices.ts';
import { registerInstance, requireInstance } from './instances.ts';
import { phoneCalls } from './phone.ts';
import type { Tables } from './schema.ts';
import type { Waiting } from './waiting.ts';

const MAX_PHONE_BODY = 131_072;
const MAX_DELIVERY_BODY = 400_000;
const LONGEST_POLL_SECONDS = 25;
// Deliveries that reach another process of this party are found by looking, not by being woken.
const LOOK_EVERY_MS = 2_000;

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const member = result.error.issues[0]?.path.join('.') ?? '';
  throw new WalletProviderError('bad-request', 'The request does not have its form.', { member });
}

/** The routes of the wallet provider. */
export function routes(options: {
  db: Kysely<Tables>;
  authority: WalletProviderAuthority;
  secret: string;
  forwarder: Forwarder;
  waiting: Waiting;
  clock: Clock;
  random: Random;
  closed: () => boolean;
}): Hono {
  const { db, clock, waiting, forwarder } = options;
  const phone = phoneCalls(clock);
  const app = new Hono();

  app.post('/instances', async (c) => {
    const { thumbprint } = await phone(c, 1024);
    await registerInstance(db, thumbprint, clock);
    return c.json({ instance: thumbprint }, 201);
  });

  app.post('/key-attestations', async (c) => {
    const { thumbprint, json } = await phone(c, MAX_PHONE_BODY);
    await requireInstance(db, thumbprint);
    const request = checked(keyAttestationRequest, json);
    return c.json(await attestKeys({ ...options, instance: thumbprint, request }));
  });

  app.put('/deliveries/:id', pairSecret(options.secret), async (c) => {
    const id = checked(deliveryId, c.req.param('id'));
    const request = checked(deliveryRequest, jsonOf(await readBody(c, MAX_DELIVERY_BODY)));
    const { created, instance } = await putDelivery(db, id, request, clock);
    waiting.arrived(instance);
    return c.json({ id }, created ? 201 : 200);
  });

  app.get('/deliveries', async (c) => {
    const { thumbprint } = await phone(c, 1024);
    await requireInstance(db, thumbprint);
    const asked = Number(c.req.query('wait') ?? 0);
    const waitMs = Math.min(Number.isFinite(asked) && asked > 0 ? asked : 0, LONGEST_POLL_SECONDS) * 1000;
    let waited = 0;
    for (;;) {
      const { deliveries, noted } = await fetchDeliveries(db, thumbprint, clock);
      if (noted) forwarder.wake();
      if (deliveries.length > 0 || waited >= waitMs || options.closed() || c.req.raw.signal.aborted) {
        return c.json(deliveries);
      }
      const next = Math.min(LOOK_EVERY_MS, waitMs - waited);
      await waiting.wait(thumbprint, next);
      waited += next;
    }
  });

  app.post('/deliveries/:id/receipt', async (c) => {
    const { thumbprint, json } = await phone(c, 1024);
    const { digest } = checked(receiptRequest, json);
    const id = checked(deliveryId, c.req.param('id'));
    await receiveReceipt(db, { id, instance: thumbprint, digest, clock });
    forwarder.wake();
    return c.body(null, 204);
  });

  return app;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return parseJsonObject(body);
  } catch (error) {
    if (error instanceof JoseError) throw new WalletProviderError('bad-request', error.message);
    throw error;
  }
}
