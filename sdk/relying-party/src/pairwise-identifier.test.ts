import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FetchPort, type LoginProof, pairwiseIdentifiers, RelyingPartyError } from './index.ts';
import { noise } from './jpki-for-tests.ts';

const proof: LoginProof = { text: 'text', certificate: noise(20), signature: noise(30) };
const identifier = 'A'.repeat(43);
const answering = (status: number, body: unknown): FetchPort => {
  return async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
};
const ask = (fetch: FetchPort, timeoutMs?: number) =>
  pairwiseIdentifiers({
    url: 'https://jpki.example/pairwise-identifiers',
    secret: 'secret-of-the-shop',
    fetch,
    timeoutMs,
  })(proof);
const refused = (code: string, inner?: string) => (error: unknown) => {
  assert.ok(error instanceof RelyingPartyError);
  assert.equal(error.code, code);
  if (inner !== undefined) assert.equal(error.context['code'], inner);
  return true;
};

describe('who has logged in', () => {
  it('is asked with the proof of the login and the secret of this relying party', async () => {
    let sent: { url: string; authorization?: string; body: unknown } | undefined;
    const fetch: FetchPort = async (url, { headers, body }) => {
      sent = { url, authorization: headers['authorization'], body: JSON.parse(new TextDecoder().decode(body)) };
      return Response.json({ identifier });
    };
    assert.equal(await ask(fetch), identifier);
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    assert.deepEqual(sent, {
      url: 'https://jpki.example/pairwise-identifiers',
      authorization: 'Bearer secret-of-the-shop',
      body: { text: 'text', certificate: base64(proof.certificate), signature: base64(proof.signature) },
    });
  });

  it('is not told when JPKI refuses, with the code of its refusal', async () => {
    await assert.rejects(
      ask(answering(422, { code: 'proof-invalid' })),
      refused('identifier-refused', 'proof-invalid'),
    );
    await assert.rejects(ask(answering(401, 'no')), refused('identifier-refused', '401'));
  });

  it('is not told by an answer of another form', async () => {
    for (const body of ['', '[]', 'null', { identifier: 'short' }, { identifier: 7 }]) {
      await assert.rejects(ask(answering(200, body)), refused('identifier-refused'));
    }
  });

  it('can be asked again when JPKI is away, slow or floods', async () => {
    await assert.rejects(ask(answering(503, '')), refused('identifier-unavailable', '503'));
    await assert.rejects(
      ask(async () => Promise.reject(new TypeError('fetch failed'))),
      refused('identifier-unavailable', 'unreachable'),
    );
    await assert.rejects(
      ask(() => new Promise(() => {}), 20),
      refused('identifier-unavailable', 'timeout'),
    );
    await assert.rejects(ask(answering(200, 'x'.repeat(5_000))), refused('identifier-unavailable', 'too-large'));
  });
});
