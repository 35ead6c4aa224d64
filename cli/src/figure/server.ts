import { readFileSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import type { Clock } from '@tegata/clock';
import { type Running, readBody, serve } from '@tegata/http';
import { jpeg2000ToPng } from '@tegata/jpeg2000';
import type { Log } from '@tegata/log';
import { problemAnswer, wordTable } from '@tegata/problem';
import type { Random } from '@tegata/random';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { decodeMessage } from '../inspect/index.ts';
import type { FigureEvent, Hub } from './hub.ts';
import { RunError, type Runs } from './runs.ts';

/** What the figure's server needs. */
export interface FigureServerOptions {
  readonly hub: Hub;
  readonly runs: Runs;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The built screens. */
  readonly screens: string;
  readonly port?: number;
  readonly info: { db: string; version: string; demo: { pin: string; signaturePassword: string; phonePin: string } };
}

const MEDIA: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

const MAX_SHOWN_BYTES = 8_192;

const pin = z.string().max(16);
const personaId = z.string().regex(/^[a-z0-9-]{1,40}$/);
const bodies = {
  run: z.strictObject({
    persona: personaId,
    pin,
    signaturePassword: z.string().max(32),
    confirmLastTry: z.boolean().optional(),
  }),
  check: z.strictObject({ ask: z.literal('age_over_20') }),
  consent: z.strictObject({ allow: z.boolean(), pin: pin.optional() }),
};

/** Serves the screens and what they ask for, on one loopback origin. */
export async function serveFigure(options: FigureServerOptions): Promise<Running> {
  const { hub, runs } = options;
  const app = new Hono();

  const read = async <T>(c: Parameters<typeof readBody>[0], shape: z.ZodType<T>): Promise<T> => {
    // A JSON media type cannot be sent by a plain form of another page.
    if (!(c.req.header('content-type') ?? '').startsWith('application/json')) throw new RunError('bad-request');
    try {
      return shape.parse(JSON.parse(new TextDecoder().decode(await readBody(c, 4_096))));
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof z.ZodError) throw new RunError('bad-request');
      throw error;
    }
  };

  app.use('*', async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
    c.header('referrer-policy', 'no-referrer');
    c.header(
      'content-security-policy',
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
  });

  const portraits = new Map<string, Uint8Array>();
  app.get('/api/info', (c) => c.json(options.info));
  app.get('/api/words', (c) =>
    c.json(Object.fromEntries(Object.entries(wordTable).map(([code, { ja, en }]) => [code, { ja, en }]))),
  );
  app.get('/api/personas', async (c) => c.json(await runs.personas()));
  app.get('/api/personas/:id/portrait.png', async (c) => {
    const id = personaId.parse(c.req.param('id'));
    const png = portraits.get(id) ?? (await jpeg2000ToPng(await runs.personaPortrait(id)));
    // Only what is there is kept, so that there are no more than personas.
    portraits.set(id, png);
    return c.body(png as Uint8Array<ArrayBuffer>, 200, { 'content-type': 'image/png' });
  });

  app.get('/api/events', (c) =>
    streamSSE(c, async (stream) => {
      const queue: FigureEvent[] = [];
      let wake = () => {};
      const unsubscribe = hub.subscribe((event) => {
        queue.push(event);
        wake();
      });
      let open = true;
      stream.onAbort(() => {
        open = false;
        wake();
      });
      try {
        while (open) {
          const event = queue.shift();
          if (event) await stream.writeSSE({ data: JSON.stringify(event) });
          else {
            // A comment now and then shows both ends that the other is still there.
            const idle = await Promise.race([
              new Promise<false>((resolve) => {
                wake = () => resolve(false);
              }),
              stream.sleep(15_000).then(() => true as const),
            ]);
            if (idle && open && queue.length === 0) await stream.write(': still here\n\n');
          }
        }
      } finally {
        unsubscribe();
      }
    }),
  );

  app.get('/api/messages/:id', async (c) => {
    const id = Number(c.req.param('id'));
    const message = hub.messageById(id);
    if (!message) throw new RunError('not-found');
    const unmask = c.req.query('unmask') === '1';
    // Which application and file an APDU is about follows from those before it.
    const before = message.kind.startsWith('apdu')
      ? hub.messagesBefore(id).filter(({ kind }) => kind.startsWith('apdu'))
      : [];
    const { sections, masked, maskedBytes } = decodeMessage(message, { unmask, before });
    return c.json({
      label: message.label,
      from: message.from,
      to: message.to,
      size: message.bytes.length,
      hex: Buffer.from((unmask ? message.bytes : maskedBytes).subarray(0, MAX_SHOWN_BYTES)).toString('hex'),
      masked,
      decoded: sections,
    });
  });

  app.post('/api/runs', async (c) => c.json({ run: await runs.start(await read(c, bodies.run)) }, 202));
  app.get('/api/wallet', async (c) => c.json(await runs.wallet()));
  app.post('/api/wallet/unmask', async (c) => {
    await read(c, z.strictObject({}));
    return c.json(await runs.unmask());
  });
  app.post('/api/checks', async (c) => {
    await read(c, bodies.check);
    return c.json({ check: await runs.check() }, 202);
  });
  app.get('/api/consent', async (c) => c.json(runs.pendingConsent() ?? null));
  app.post('/api/consent/:id', async (c) => {
    await runs.consent(c.req.param('id'), await read(c, bodies.consent));
    return c.body(null, 204);
  });
  app.all('/api/*', () => {
    throw new RunError('not-found');
  });

  app.get('/*', (c) => {
    const asked = normalize(decodeURIComponent(new URL(c.req.url).pathname));
    const path = join(options.screens, asked === sep ? 'index.html' : asked);
    const type = MEDIA[extname(path)];
    if (!path.startsWith(options.screens + sep) || type === undefined) throw new RunError('not-found');
    try {
      return c.body(readFileSync(path) as Uint8Array<ArrayBuffer>, 200, { 'content-type': type });
    } catch {
      throw new RunError('not-found');
    }
  });

  return serve({ app, port: options.port, onError: problemAnswer({ log: options.log, random: options.random }) });
}
