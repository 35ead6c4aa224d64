import type { Clock } from '@tegata/clock';
import { pairSecret, readBody } from '@tegata/http';
import { Hono } from 'hono';
import { z } from 'zod';
import { makeApplicationKeys } from './application-keys.ts';
import type { cardViews } from './card-view.ts';
import { WalletError } from './error.ts';
import { storedMdoc } from './mdoc-store.ts';
import type { Engagements } from './presentation/engagement.ts';
import { type Answering, answerReader } from './presentation/session.ts';
import { provisionalOf, provisionalRequest, putProvisional, referenceForm } from './provisional.ts';
import { readJson } from './read-json.ts';
import type { Receiver } from './receive-deliveries.ts';
import type { TokenInField } from './token/hold-token.ts';
import { checkedAuthPin, checkedSignaturePassword } from './token/token-pins.ts';
import type { TokenStore } from './token/token-store.ts';
import type { ProviderWire } from './wire.ts';

const pin = z.string().max(64);
const bodies = {
  keys: z.strictObject({
    challenge: z.string().regex(/^[\w-]{43}$/),
    count: z.number().int().min(1).max(64),
    certificates: z
      .strictObject({ platform: z.enum(['ios', 'android']), authPin: pin, signaturePassword: pin })
      .optional(),
  }),
  pin: z.strictObject({ pin }),
  engagement: z.strictObject({ consent: z.enum(['ask', 'allow']).default('ask'), pin: pin.optional() }),
  consent: z.strictObject({
    allow: z.boolean(),
    pin: pin.optional(),
    elements: z
      .array(z.object({ namespace: z.string().max(200), element: z.string().max(200) }))
      .max(256)
      .optional(),
    individualNumber: z.boolean().optional(),
  }),
};

/** The routes of the wallet: for the applicant's app, for the screens, and for readers. */
export function routes(options: {
  secrets: { readonly applicantApp: string; readonly screens: string };
  answering: Answering;
  views: ReturnType<typeof cardViews>;
  engagements: Engagements;
  wire: ProviderWire;
  receiver: Receiver;
  tokens: TokenStore;
  field: TokenInField;
  clock: Clock;
  /** Where readers reach this phone. */
  readerUrl: (id: string) => string;
  /** Forgets everything and sets a new PIN. */
  reset: (pin: string) => void;
}): Hono {
  const { answering, views, engagements, receiver, clock } = options;
  const { file, element } = answering;
  const fromApp = pairSecret(options.secrets.applicantApp);
  const fromScreens = pairSecret(options.secrets.screens);
  const app = new Hono();

  app.post('/keys', fromApp, async (c) => {
    const { certificates, ...request } = await readJson(c, bodies.keys);
    const pins = certificates && {
      platform: certificates.platform,
      authPin: checkedAuthPin(certificates.authPin),
      signaturePassword: checkedSignaturePassword(certificates.signaturePassword),
    };
    const parts = { file, element, tokens: options.tokens, wire: options.wire, clock };
    const keys = await makeApplicationKeys(parts, { ...request, ...(pins ? { certificates: pins } : {}) });
    receiver.wake();
    return c.json(keys);
  });

  app.put('/provisional/:reference', fromApp, async (c) => {
    const reference = referenceForm.safeParse(c.req.param('reference'));
    if (!reference.success) throw new WalletError('bad-request', 'The reference does not have its form.');
    putProvisional(file, reference.data, await readJson(c, provisionalRequest), clock);
    return c.body(null, 204);
  });

  app.get('/card', fromScreens, async (c) => c.json(await views.view()));

  app.get('/card/individual-number', fromScreens, (c) =>
    c.json({ individual_number_unicode: views.individualNumber() }),
  );

  app.post('/unlock', fromScreens, async (c) => {
    element.authorize((await readJson(c, bodies.pin)).pin);
    receiver.wake();
    return c.body(null, 204);
  });

  app.post('/lock', fromScreens, async (c) => {
    element.lock();
    views.forget();
    await options.field.remove();
    return c.body(null, 204);
  });

  // The way out of a locked PIN: nothing is kept, and the person applies again.
  app.post('/reset', fromScreens, async (c) => {
    options.reset((await readJson(c, bodies.pin)).pin);
    views.forget();
    await options.field.remove();
    return c.body(null, 204);
  });

  app.post('/engagements', fromScreens, async (c) => {
    const request = await readJson(c, bodies.engagement);
    if (!storedMdoc(file)) {
      if (provisionalOf(file))
        throw new WalletError('card-provisional', 'The card is provisional: it answers no reader yet.');
      throw new WalletError('no-card-in-wallet', 'There is no card in this wallet.');
    }
    const authorization = request.pin === undefined ? undefined : element.authorize(request.pin);
    if (!element.unlocked || (request.consent === 'allow' && !authorization)) {
      throw new WalletError('phone-locked', 'The phone needs its PIN before it shows a code.');
    }
    const { id, qr, expires } = await engagements.open({
      mode: request.consent,
      authorization: request.consent === 'allow' ? authorization : undefined,
      url: options.readerUrl,
    });
    return c.json({ id, qr, expires: expires.toISOString() }, 201);
  });

  app.get('/engagements/:id', fromScreens, (c) => {
    const { id, qr, state, request, expires } = engagements.get(c.req.param('id'));
    const pending = state === 'asked' && request ? { request } : {};
    return c.json({ id, qr, state, expires: expires.toISOString(), ...pending });
  });

  app.post('/engagements/:id/consent', fromScreens, async (c) => {
    const { allow, pin: digits, elements, individualNumber } = await readJson(c, bodies.consent);
    const engagement = engagements.get(c.req.param('id'));
    if (!engagement.decide) throw new WalletError('engagement-unknown', 'Nobody waits for an answer here.');
    if (!allow) {
      engagement.decide({ allow: false });
      return c.body(null, 204);
    }
    if (digits === undefined) throw new WalletError('phone-locked', 'Showing the card needs the PIN of the phone.');
    // A wrong PIN leaves the question open.
    const authorization = element.authorize(digits);
    engagement.decide({ allow: true, consent: { elements, individualNumber }, authorization });
    return c.body(null, 204);
  });

  // Readers know no secret: what they may see is decided by the session and by the person.
  app.post('/sessions/:id', async (c) => {
    const establishment = await readBody(c, 65_536);
    const answer = await answerReader(answering, engagements.take(c.req.param('id')), establishment);
    return c.body(answer as Uint8Array<ArrayBuffer>, 200, {
      'content-type': 'application/cbor',
      'cache-control': 'no-store',
    });
  });

  return app;
}
