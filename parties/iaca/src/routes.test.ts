import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DateTime, encode } from '@tegata/cbor';
import { MNC_DOCTYPE, verifyIssuerSigned } from '@tegata/mdoc';
import type { TapStep } from '@tegata/tap';
import { start } from './index.ts';
import { type Bench, bench, DEVICE_KEY, mapOf, NOW, newId, requestBody } from './test-issuance.ts';

let b: Bench;
let iaca: Awaited<ReturnType<typeof start>>;
const steps: TapStep[] = [];
before(async () => {
  b = await bench();
  iaca = await start({ ...b.config, tap: { message: () => {}, step: (step) => steps.push(step) } });
});
after(async () => {
  await iaca.close();
  await b.store.close();
});

const bearer = { authorization: `Bearer ${'smp-iaca'}` };
async function call(method: string, path: string, body?: Uint8Array, headers: Record<string, string> = bearer) {
  const answer = await fetch(new URL(path, iaca.url), {
    method,
    headers,
    ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}),
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const problem = answer.headers.get('content-type') === 'application/problem+json';
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    bytes,
    code: problem ? (JSON.parse(Buffer.from(bytes).toString()) as { code: string }).code : undefined,
  };
}
const tokenOf = (bytes: Uint8Array) => mapOf(bytes).get('token') as Uint8Array;

test('PUT plans with 201 and then 200; POST signs; DELETE destroys with 204, again and again', async () => {
  const id = newId();
  const first = await call('PUT', `/issuances/${id}`, requestBody());
  assert.deepEqual([first.status, first.type], [201, 'application/cbor']);
  const plan = mapOf(first.bytes);
  assert.equal(tokenOf(first.bytes).length, 32);
  assert.equal((plan.get('digest') as Uint8Array).length, 32);
  assert.match(String(plan.get('serial')), /^[0-9a-f]{36}$/);
  assert.ok(plan.get('validUntil') instanceof DateTime);
  const second = await call('PUT', `/issuances/${id}`, requestBody());
  assert.equal(second.status, 200);
  assert.deepEqual(second.bytes, first.bytes);

  const body = encode({ token: tokenOf(first.bytes) });
  const signed = await call('POST', `/issuances/${id}/signature`, body);
  assert.equal(signed.status, 200);
  const issuerSigned = mapOf(signed.bytes).get('issuerSigned') as Uint8Array;
  const expected = { trustAnchors: [b.authority.root], now: NOW, deviceKey: DEVICE_KEY, docType: MNC_DOCTYPE };
  assert.equal(verifyIssuerSigned({ issuerSigned, ...expected }).result, 'passed');
  assert.deepEqual((await call('POST', `/issuances/${id}/signature`, body)).bytes, signed.bytes);

  for (let n = 0; n < 2; n++) assert.equal((await call('DELETE', `/issuances/${id}/content`)).status, 204);
  const gone = await call('POST', `/issuances/${id}/signature`, body);
  assert.deepEqual([gone.status, gone.code], [410, 'issuance-content-destroyed']);
  assert.deepEqual(
    steps.filter(({ reference }) => reference === id).map(({ state }) => state),
    ['started', 'started', 'passed'],
  );
});

test('upper and lower case of an id are one id', async () => {
  const id = newId();
  const first = await call('PUT', `/issuances/${id.toUpperCase()}`, requestBody());
  assert.deepEqual([first.status, (await call('PUT', `/issuances/${id}`, requestBody())).bytes], [201, first.bytes]);
});

test('no route answers without the secret of the SMP', async () => {
  const id = newId();
  const strangers: Record<string, string>[] = [
    {},
    { authorization: 'Bearer smp-iacb' },
    { authorization: 'Basic smp-iaca' },
  ];
  for (const headers of strangers) {
    for (const [method, path] of [
      ['PUT', `/issuances/${id}`],
      ['POST', `/issuances/${id}/signature`],
      ['DELETE', `/issuances/${id}/content`],
    ] as const) {
      const answer = await call(method, path, method === 'DELETE' ? undefined : requestBody(), headers);
      assert.deepEqual([answer.status, answer.code], [401, 'unauthorized']);
    }
  }
  assert.equal((await call('PUT', `/issuances/${id}`, requestBody())).status, 201, 'nothing was made before');
});

for (const [what, method, path, body, status, code] of [
  ['another request under an id', 'PUT', 'ID', requestBody({ platform: 'android' }), 409, 'issuance-conflict'],
  ['a record that breaks a rule', 'PUT', 'NEW', requestBody({ attributes: { sex: '7' } }), 422, 'refused-by-issuer'],
  ['a request of another form', 'PUT', 'NEW', encode({}), 400, 'bad-request'],
  ['a body that is too large', 'PUT', 'NEW', new Uint8Array(60_000), 413, 'body-too-large'],
  ['an id that is no UUID', 'PUT', '1', requestBody(), 400, 'bad-request'],
  ['a token of another length', 'POST', 'ID/signature', encode({ token: new Uint8Array(31) }), 400, 'bad-request'],
  [
    'a token that does not fit',
    'POST',
    'ID/signature',
    encode({ token: new Uint8Array(32) }),
    403,
    'issuance-token-invalid',
  ],
  [
    'a token for an unknown issuance',
    'POST',
    'NEW/signature',
    encode({ token: new Uint8Array(32) }),
    404,
    'issuance-unknown',
  ],
  ['a token in a large body', 'POST', 'ID/signature', new Uint8Array(300), 413, 'body-too-large'],
] as const) {
  test(`${what} is answered with ${status} ${code}`, async () => {
    const id = newId();
    await call('PUT', `/issuances/${id}`, requestBody());
    const answer = await call(method, `/issuances/${path.replace('ID', id).replace('NEW', newId())}`, body);
    assert.deepEqual([answer.status, answer.code], [status, code]);
  });
}
