import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { Hono } from 'hono';
import { HttpError, type OpenRoute, type Running, serve } from './index.ts';

const text = (body: string, status = 200) => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body: new TextEncoder().encode(body),
});
const open: OpenRoute[] = [
  { method: 'POST', path: '/echo', maxBytes: 100, answer: async ({ body }) => ({ ...text(''), body }) },
  {
    method: 'GET',
    path: '/status/',
    maxBytes: 0,
    answer: async ({ path, header }) => text(`${path} ${header('x-a')}`),
  },
  {
    ...{ method: 'GET', path: '/broken', maxBytes: 0 },
    answer: async () => {
      throw new Error('SELECT of a secret');
    },
  },
  { method: 'GET', path: '/same', maxBytes: 0, answer: async () => ({ ...text('', 304), body: new Uint8Array() }) },
];
const app = new Hono();
app.get('/closed', (c) => c.text('in'));
app.get('/echo', (c) => c.text('another method'));

let server: Running;
before(async () => {
  server = await serve({
    app,
    open,
    onError: (error) => ({
      status: error instanceof HttpError && error.code === 'body-too-large' ? 413 : 500,
      contentType: 'application/json',
      body: JSON.stringify({ code: error instanceof HttpError ? error.code : 'internal' }),
    }),
  });
});
after(() => server.close());

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: Buffer) =>
  new Promise<{ status: number; body: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const call = request(`${server.url}${path}`, { method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString(), headers: answer.headers }),
      );
    });
    call.on('error', reject).end(body);
  });

test('an open route answers who knows us by any name, and the others do not', async () => {
  const host = { host: 'status.example', origin: 'http://another.example' };
  assert.equal((await ask('POST', '/echo', host, Buffer.from('hello'))).body, 'hello');
  assert.equal((await ask('GET', '/status/a%2Fb?x=1', { ...host, 'x-a': 'b' })).body, '/status/a%2Fb b');
  assert.notEqual((await ask('GET', '/closed', host)).status, 200);
  assert.notEqual((await ask('GET', '/echo', host)).status, 200);
  assert.equal((await ask('GET', '/echo')).body, 'another method');
  assert.notEqual((await ask('GET', '/status')).status, 200);
});

test('an open route answers HTTP/1.0 without a name', async () => {
  const { port } = new URL(server.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let got = '';
    socket
      .on('data', (part) => (got += part))
      .on('end', () => resolve(got))
      .on('error', reject);
    socket.write('POST /echo HTTP/1.0\r\ncontent-length: 2\r\n\r\nhi');
  });
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nhi$/);
});

test('an open route takes no body that is too large, and says nothing of what broke in it', async () => {
  assert.equal((await ask('POST', '/echo', {}, Buffer.alloc(100))).body.length, 100);
  const large = await ask('POST', '/echo', {}, Buffer.alloc(101));
  assert.deepEqual(
    [large.status, large.body, large.headers['connection']],
    [413, '{"code":"body-too-large"}', 'close'],
  );
  const broken = await ask('GET', '/broken');
  assert.deepEqual([broken.status, broken.body], [500, '{"code":"internal"}']);
  assert.equal(broken.headers['x-content-type-options'], 'nosniff');
});

test('an open route may answer without a body', async () => {
  const same = await ask('GET', '/same');
  assert.deepEqual([same.status, same.body, same.headers['content-length']], [304, '', undefined]);
});

test('a caller who goes away does no harm', async () => {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\nhalf');
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
  assert.equal((await ask('POST', '/echo', {}, Buffer.from('still here'))).body, 'still here');
});
