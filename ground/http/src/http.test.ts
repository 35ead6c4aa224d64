import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import type { TapMessage } from '@tegata/tap';
import { Hono } from 'hono';
import { HttpError, pairSecret, peer, type Running, readBody, serve } from './index.ts';

const app = new Hono();
app.post('/echo', async (c) => c.body((await readBody(c, 100)) as Uint8Array<ArrayBuffer>));
app.get('/open', (c) => c.text('open'));
app.get('/closed', pairSecret('s3cret'), (c) => c.text('in'));
app.get('/slow', () => new Promise<Response>(() => {}));
app.get('/broken', () => {
  throw new Error('at /etc/secret: SELECT');
});
app.get('/away', (c) => c.redirect('http://127.0.0.1:9/'));

const statuses: Record<string, number> = {
  unauthorized: 401,
  'wrong-host': 403,
  'foreign-origin': 403,
  'body-too-large': 413,
  'not-found': 404,
};
const onError = (error: unknown) => {
  const code = error instanceof HttpError ? error.code : 'internal';
  return { status: statuses[code] ?? 500, contentType: 'application/json', body: JSON.stringify({ code }) };
};

let server: Running;
before(async () => {
  server = await serve({ app, onError });
});
after(() => server.close());

const client = (extra = {}) => peer({ url: server.url, name: 'smp', party: 'wallet', ...extra });

/** A bare request, because fetch does not let a page's headers be forged. */
const raw = (headers: Record<string, string>) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const call = request(`${server.url}/open`, { headers }, (answer) => {
      let body = '';
      answer.on('data', (part) => (body += part)).on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    call.on('error', reject).end();
  });

test('a Host that is not our own loopback name is refused', async () => {
  assert.equal((await raw({ host: 'evil.example' })).status, 403);
  assert.match((await raw({ host: 'evil.example' })).body, /"wrong-host"/);
  assert.equal((await raw({ host: new URL(server.url).host })).status, 200);
});

test('a page of another origin is refused, our own is not', async () => {
  assert.match((await raw({ origin: 'https://evil.example' })).body, /"foreign-origin"/);
  assert.match((await raw({ origin: 'null' })).body, /"foreign-origin"/);
  assert.equal((await raw({ origin: server.url })).status, 200);
});

test('a call without the secret of the pair is refused', async () => {
  assert.equal((await client().request('GET', '/closed')).status, 401);
  assert.equal((await client({ secret: 's3crex' }).request('GET', '/closed')).status, 401);
  assert.equal((await client({ secret: 's3cret' }).request('GET', '/closed')).status, 200);
});

test('a body over the limit is refused with a code', async () => {
  const answer = await client().request('POST', '/echo', { body: new Uint8Array(101) });
  assert.equal(answer.status, 413);
  assert.equal((answer.json() as { code: string }).code, 'body-too-large');
  assert.equal((await client().request('POST', '/echo', { body: new Uint8Array(100) })).body.length, 100);
});

test('an error that is not ours reaches the given handler, and the server goes on', async () => {
  const answer = await client().request('GET', '/broken');
  assert.equal(answer.status, 500);
  assert.deepEqual(answer.json(), { code: 'internal' });
  assert.equal((await client().request('GET', '/open')).status, 200);
});

test('a peer that is silent, gone, too talkative or elsewhere is an error with a code', async () => {
  await assert.rejects(client({ timeoutMs: 50 }).request('GET', '/slow'), { code: 'peer-timeout' });
  await assert.rejects(peer({ url: 'http://127.0.0.1:1', name: 'smp', party: 'wallet' }).request('GET', '/'), {
    code: 'peer-unreachable',
  });
  await assert.rejects(client({ maxBytes: 2 }).request('GET', '/open'), { code: 'peer-answer-too-large' });
  await assert.rejects(client().request('GET', '/away'), { code: 'peer-unreachable' });
});

test('the tap sees both directions, as sent', async () => {
  const seen: TapMessage[] = [];
  const tap = { message: (message: TapMessage) => seen.push(message), step() {} };
  await client({ tap }).request('POST', '/echo', { json: { a: 1 }, step: 3 });
  assert.deepEqual(
    seen.map((m) => [m.from, m.to, m.kind, m.label, m.step, Buffer.from(m.bytes).toString()]),
    [
      ['wallet', 'smp', 'http-request', 'POST /echo', 3, '{"a":1}'],
      ['smp', 'wallet', 'http-response', '200', 3, '{"a":1}'],
    ],
  );
});

test('an address that does not exist is answered with a code', async () => {
  const answer = await client().request('GET', '/nowhere');
  assert.equal(answer.status, 404);
  assert.equal((answer.json() as { code: string }).code, 'not-found');
});
