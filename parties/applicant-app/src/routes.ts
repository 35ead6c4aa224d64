import type { CardReader } from '@tegata/apdu';
import type { Clock } from '@tegata/clock';
import { pairSecret, readBody } from '@tegata/http';
import type { Log } from '@tegata/log';
import type { Tap } from '@tegata/tap';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { apply, codeOf, send, type Unsent } from './apply.ts';
import { pinBytes } from './card/pins.ts';
import { ApplicantAppError } from './error.ts';
import type { Follower } from './follow-status.ts';
import { resetPins } from './reset-pins.ts';
import { takeSecrets } from './secrets.ts';
import type { Accepted, Wire } from './wire.ts';

const secret = z.string().max(64);
const applicationRequest = z
  .strictObject({
    pin: secret,
    signaturePassword: secret,
    platform: z.enum(['ios', 'android']).default('ios'),
    confirmLastTry: z.boolean().default(false),
    /** The phone's own PINs: asks for its certificates. */
    certificates: z.strictObject({ authPin: secret, signaturePassword: secret }).optional(),
    want: z.literal('certificates').optional(),
  })
  .refine(({ want, certificates }) => want === undefined || certificates !== undefined);
/** The card's password, and the phone's new PINs, one or both. */
const pinResetRequest = z
  .strictObject({
    signaturePassword: secret,
    confirmLastTry: z.boolean().default(false),
    certificates: z.strictObject({ authPin: secret.optional(), signaturePassword: secret.optional() }),
  })
  .refine(
    ({ certificates: { authPin, signaturePassword } }) => authPin !== undefined || signaturePassword !== undefined,
  );

/** What the screens and the command line call. */
export function routes(options: {
  wire: Wire;
  reader: CardReader;
  follower: Follower;
  secret: string;
  cardWaitMs: number;
  clock: Clock;
  tap: Tap;
  log: Log;
}): Hono {
  const { wire, reader, follower, clock, log } = options;
  let unsent: Unsent | undefined;
  const hold = (application: Unsent | undefined) => {
    if (unsent !== application) unsent?.signed.fill(0);
    unsent = application;
  };
  // There is one reader, and one person in front of it.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => {});
    return mine;
  };
  const received = (accepted: Accepted) => {
    hold(undefined);
    log.info('application-accepted', { reference: accepted.reference });
    follower.follow(accepted.reference);
    return accepted;
  };

  const app = new Hono();
  app.use('*', pairSecret(options.secret));

  app.get('/reader', (c) => c.json({ ...reader.address, present: reader.present }));

  app.post('/applications', async (c) => {
    const { pin, signaturePassword, ...wish } = await readSecretly(c, applicationRequest);
    const secrets = takeSecrets(pin, signaturePassword);
    try {
      const request = { secrets, ...wish };
      const accepted = await inTurn(() => apply({ ...options, unsent: hold }, request));
      return c.json(received(accepted), 202);
    } catch (error) {
      log.info('application-not-made', { code: codeOf(error) });
      throw error;
    } finally {
      secrets.wipe();
    }
  });

  // What the card has signed is not asked of the person again: the same bytes go to the same session.
  app.post('/applications/unsent', async (c) => {
    if (unsent && unsent.expires <= clock.now()) hold(undefined);
    const application = unsent;
    if (!application) throw new ApplicantAppError('not-found', 'No signed application waits to be sent.');
    return c.json(received(await inTurn(() => send({ ...options, unsent: hold }, application))), 202);
  });

  app.post('/pin-resets', async (c) => {
    const { signaturePassword, confirmLastTry, certificates } = await readSecretly(c, pinResetRequest);
    const password = pinBytes('sign', signaturePassword);
    try {
      await inTurn(() => resetPins(options, { signaturePassword: password, confirmLastTry, pins: certificates }));
      return c.body(null, 204);
    } catch (error) {
      log.info('pins-not-reset', { code: codeOf(error) });
      throw error;
    } finally {
      password.fill(0);
    }
  });

  app.get('/applications/:reference', async (c) => c.json(await wire.status(c.req.param('reference'))));

  return app;
}

/** Reads a body that holds secrets: its octets are wiped. @throws {ApplicantAppError} `bad-request` */
async function readSecretly<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const body = await readBody(c, 4096);
  const parsed = schema.safeParse(jsonOf(body));
  body.fill(0);
  if (parsed.success) return parsed.data;
  throw new ApplicantAppError('bad-request', 'The request does not have its form.');
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    return undefined;
  }
}
