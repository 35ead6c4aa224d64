import { ApduError, connectCard, type HeldCard } from '@tegata/apdu';
import { pairSecret, readBody } from '@tegata/http';
import type { Log } from '@tegata/log';
import { Hono } from 'hono';
import { z } from 'zod';
import { CARD_ATR } from './atr.ts';
import type { Cards } from './cards.ts';
import { CardError } from './error.ts';
import { handoverFaults } from './issue/handover-faults.ts';
import type { Persona, Personas } from './persona.ts';

const MAX_BODY = 4096;
const hold = z.strictObject({
  persona: z.string().max(40),
  // Only this machine: a card party that connects wherever it is told would be a tool to reach into other networks.
  reader: z.string().regex(/^127\.0\.0\.1:[0-9]{1,5}$/),
  /** What is wrong with the card this time. */
  faults: handoverFaults.optional(),
});

/** The person's hand as HTTP: looking at the cards, holding one to a reader, taking it away. */
export function routes(options: { cards: Cards; personas: Personas; secret: string; log: Log }): {
  app: Hono;
  remove: () => Promise<boolean>;
} {
  const { cards, personas, log } = options;
  const app = new Hono();
  let held: { readonly persona: string; readonly card: HeldCard } | undefined;

  // One hand: what it does, it does one after the other. Two holdings at once would leave a card in a reader that nobody knows of.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = turn.then(act);
    turn = done.catch(() => {});
    return done;
  };
  const takeAway = async () => {
    const leaving = held;
    held = undefined;
    leaving?.card.remove();
    await leaving?.card.gone;
    return leaving !== undefined;
  };
  const remove = () => inTurn(takeAway);
  /** `expects`: whether an application with this card ends with an mdoc on the phone. */
  const shown = ({ id, group, ja, en, expect }: Persona) => ({
    id,
    group,
    ja,
    en,
    expects: !expect || expect.ok || expect.step === 9 ? 'card' : 'refusal',
    expect: expect ?? null,
  });

  app.use('*', pairSecret(options.secret));

  app.get('/personas', (c) => c.json(personas.ids.map((id) => shown(personas.get(id)))));

  app.get('/personas/:id', (c) => {
    const persona = personas.get(c.req.param('id'));
    const card = cards.made(persona.id);
    return c.json({
      ...shown(persona),
      pins: card?.pins() ?? persona.pins,
      held: held?.persona === persona.id,
      // A card that was never taken out has no counters yet.
      triesLeft: card?.triesLeft() ?? null,
    });
  });

  app.get('/personas/:id/portrait', (c) => {
    const portrait = personas.get(c.req.param('id')).image('portrait.jp2');
    return c.body(Uint8Array.from(portrait), 200, { 'content-type': 'image/jp2' });
  });

  app.post('/hold', async (c) => {
    const { persona, reader, faults } = checked(await readBody(c, MAX_BODY));
    const chip = (await cards.card(persona, faults)).inHand();
    const port = Number(reader.slice(reader.indexOf(':') + 1));
    await inTurn(async () => {
      await takeAway();
      const card = await connectCard({ host: '127.0.0.1', port, atr: CARD_ATR, chip }).catch((error: unknown) => {
        if (!(error instanceof ApduError)) throw error;
        throw new CardError('peer-unreachable', 'No reader listens there. Start the reader, then hold the card.', {
          port,
        });
      });
      held = { persona, card };
      void card.gone.then(() => {
        if (held?.card === card) held = undefined;
      });
    });
    log.info('card-held', { persona });
    return c.json({ persona, reader });
  });

  app.post('/remove', async (c) => {
    const removed = await remove();
    return c.json({ removed });
  });

  return { app, remove };
}

function checked(body: Uint8Array): z.infer<typeof hold> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new CardError('bad-request', 'The request is not JSON.');
  }
  const { data } = hold.safeParse(value);
  const port = Number(data?.reader.split(':')[1]);
  if (!data || port < 1 || port > 65535) {
    throw new CardError('bad-request', 'A persona and a reader 127.0.0.1:PORT are needed, and faults that exist.');
  }
  return data;
}
