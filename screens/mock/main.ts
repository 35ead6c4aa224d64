/**
 * A rehearsal of the server for working on the screens alone: `node mock/main.ts [port]`. Everything it says is made up; it
 * speaks no protocol and is no part of the built page. `--dist` serves the built page instead of the sources; MOCK_OUTAGE=ms
 * lets step 4 wait that long.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { buildScreens } from '../build.ts';
import config from '../vite.config.ts';
import { codes, type Player, people } from './people.ts';
import { portrait } from './portrait.ts';
import { checkScript, consentEvent, type Line, script } from './script.ts';

const port = Number(process.argv[2] ?? 4180);
const slowness = Number(process.env['MOCK_SLOWNESS'] ?? 1);
const listeners = new Set<ServerResponse>();
const details = new Map<string, { event: Record<string, unknown>; detail: NonNullable<Line['detail']> }>();
let player: Player = people[0]!;
let said: Record<string, unknown>[] = [];
let runs = 0;
let pending = false;
let tries = 3;
let playing = 0;

const page = await pages();
createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
}).listen(port, '127.0.0.1', () => console.log(`rehearsal on http://localhost:${port}`));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const body = request.method === 'POST' ? await json(request) : {};
  const send = (value: unknown, status = 200): void => {
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify(value));
  };
  if (!pathname.startsWith('/api/')) return page(request, response);
  const parts = pathname.split('/').slice(2);
  switch (parts[0]) {
    case 'personas': {
      if (parts[2] !== 'portrait.png')
        return send(
          people.map(({ id, ja, en, expects }) => ({
            id,
            ja,
            en,
            expects,
            portrait: `/api/personas/${id}/portrait.png`,
          })),
        );
      response.writeHead(200, { 'content-type': 'image/png' });
      response.end(portrait(people.findIndex(({ id }) => id === parts[1])));
      return;
    }
    case 'info':
      return send({
        db: 'pglite-memory',
        version: '0.1.0',
        demo: { pin: '1234', signaturePassword: 'TEGATA1', phonePin: '246810' },
      });
    case 'words':
      return send(codes);
    case 'events':
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      for (const event of said) response.write(`data: ${JSON.stringify(event)}\n\n`);
      response.write(': ready\n\n');
      listeners.add(response);
      request.on('close', () => listeners.delete(response));
      return;
    case 'runs':
      return run(body, send);
    case 'forget':
      playing += 1;
      said = [];
      pending = false;
      return send({});
    case 'messages': {
      const found = details.get(parts[1] ?? '');
      if (!found) return send({ code: 'not-found' }, 404);
      const { label, from, to } = found.event;
      const shown = searchParams.has('unmask') ? found.detail : { ...found.detail, decoded: found.detail.decoded };
      return send({ label, from, to, ...shown, hex: shown.hex.slice(0, 2048) });
    }
    case 'wallet':
      if (parts[1] === 'unmask') return send({ individual_number_unicode: '000000000000' });
      return send(wallet());
    case 'checks':
      pending = true;
      emit({ type: 'step', step: 9, state: 'started', at: Date.now() });
      emit(consentEvent);
      return send({ check: 'k1' }, 202);
    case 'consent':
      if (request.method === 'GET') return send(pending ? consentEvent : null);
      if (body['pin'] !== '246810' && body['allow'] === true)
        return send({ code: 'wrong-pin', ...codes['wrong-pin'] }, 403);
      pending = false;
      void play(checkScript(player, body['allow'] === true));
      return send({}, 202);
    default:
      return send({ code: 'not-found' }, 404);
  }
}

function run(body: Record<string, unknown>, send: (value: unknown, status?: number) => void): void {
  player = people.find(({ id }) => id === body['persona']) ?? people[0]!;
  runs += 1;
  said = [];
  pending = false;
  emit({ type: 'run', run: `r${runs}`, persona: player.id, at: Date.now() });
  if (body['pin'] !== '1234') {
    tries -= 1;
    emit({ type: 'step', step: 1, state: 'started', at: Date.now() });
    emit({ type: 'step', step: 1, state: 'failed', code: 'wrong-pin', at: Date.now(), ms: 20 });
    send({ code: 'wrong-pin', ...codes['wrong-pin'], triesLeft: tries }, 403);
    return;
  }
  tries = 3;
  void play(script(player, Number(process.env['MOCK_OUTAGE'] ?? 0)));
  send({ run: `r${runs}` }, 202);
}

async function play(lines: Line[]): Promise<void> {
  playing += 1;
  const own = playing;
  for (const { wait, event, detail } of lines) {
    await new Promise((resolve) => setTimeout(resolve, wait * slowness));
    if (own !== playing) return;
    if (detail) details.set(String(event['id']), { event, detail });
    emit({ ...event, ...(event['type'] === 'step' ? { run: `r${runs}` } : {}), at: Date.now() });
  }
}

function emit(event: Record<string, unknown>): void {
  said.push(event);
  for (const listener of listeners) listener.write(`data: ${JSON.stringify(event)}\n\n`);
}

function wallet(): unknown {
  const last = said.findLast(({ type }) => type === 'wallet');
  if (last?.['state'] !== 'active') return { state: last?.['state'] ?? 'none' };
  return {
    state: 'active',
    card: {
      elements: {
        full_name_unicode: player.ja.name,
        birth_date_unicode: player.born,
        sex_unicode: '女',
        resident_address_unicode: '見本県手形市関所町１−２−３',
        local_gov_code_unicode: '99999',
        individual_number_unicode: '************',
        sex: 2,
        birth_date: '1990-04-12',
        age_over_20: player.over20,
        age_in_years: 36,
      },
      portrait: `data:image/png;base64,${portrait(people.indexOf(player)).toString('base64')}`,
      validUntil: new Date(Date.now() + 30 * 86_400_000).toISOString(),
      docType: 'org.iso.23220.1.jp.mnc',
    },
    certificates: ['auth', 'sign'].map((use) => ({
      use,
      state: 'good',
      validUntil: new Date(Date.now() + 4 * 365 * 86_400_000).toISOString(),
    })),
  };
}

async function json(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>);
}

async function pages(): Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  if (!process.argv.includes('--dist')) {
    const { createServer: createVite } = await import('vite');
    const vite = await createVite({ ...config, server: { middlewareMode: true } });
    return async (request, response) => vite.middlewares(request, response);
  }
  const dist = await buildScreens();
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
  };
  return async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = join(dist, path === '/' ? 'index.html' : path);
    const bytes = file.startsWith(dist) ? await readFile(file).catch(() => undefined) : undefined;
    response.writeHead(bytes ? 200 : 404, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    response.end(bytes);
  };
}
