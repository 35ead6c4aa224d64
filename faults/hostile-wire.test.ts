import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { peer } from '@tegata/http';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import type { Canary } from './canary.ts';
import { type HostileApp, hostileApp } from './hostile-app.ts';
import { applicationRows, assertGetsCard, assertRefused, assertSound, canariesFrom, untilEnded } from './refusals.ts';
import { runningClock } from './running-clock.ts';
import { type SmallStack, smallStack } from './small-stack.ts';

/** What a hostile app sends when it has nothing to sign with: old things, others' things, and noise. */
const clock = runningClock(new Date('2026-11-24T03:00:00Z'));
const MINUTE = 60_000;
const PERSONA = 'adult';

let stack: SmallStack;
let app: HostileApp;
let stranger: Signer;
let canaries: Canary[];

before(async () => {
  stack = await smallStack({ clock, smpTiming: { firstRetry: 0.1, sweep: 0.2 } });
  app = await hostileApp(stack, clock);
  stranger = softwareSigner(await generateSoftwareKey('P-256'));
  canaries = await canariesFrom(stack, [PERSONA]);
});
after(async () => {
  await app?.close();
  await stack?.close();
});

const rowsUnchanged = async (work: () => Promise<void>) => {
  const before = await applicationRows(stack);
  await work();
  assert.deepEqual(await applicationRows(stack), before);
};

test('the same bytes to the same session, thirty times at once, are one application with one reference', async () => {
  const before = await applicationRows(stack);
  const { opened, signed } = await app.honest(PERSONA);
  const answers = await Promise.all(Array.from({ length: 30 }, () => app.send(opened.session, signed)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
  const references = new Set(answers.map(({ reference }) => reference));
  assert.equal(references.size, 1);
  const [reference] = references as Set<string>;
  assert.equal((await untilEnded(stack, reference as string)).state, 'active');
  // Also when it has long become a card: the answer tells where it stands.
  assert.equal((await app.send(opened.session, signed)).reference, reference);
  const rows = await applicationRows(stack);
  assert.equal(rows['smp.application'], (before['smp.application'] as number) + 1);
  assert.equal(rows['iaca.plan'], (before['iaca.plan'] as number) + 1);
});

test('replayed anywhere else, an application that was used is refused as used', async () => {
  const used = await app.honest(PERSONA);
  const { reference } = await app.send(used.opened.session, used.signed);
  await untilEnded(stack, reference as string);
  await rowsUnchanged(async () => {
    const fresh = await app.open();
    assertRefused(await app.send(fresh.session, used.signed), 'challenge-used', canaries);

    const other = await app.honest(PERSONA);
    assertRefused(await app.send(used.opened.session, other.signed), 'challenge-used', canaries);

    // Signed anew in a fresh session, but over the challenge that was used.
    const { challenge } = used.opened;
    const again = await app.sign(PERSONA, { ...other, opened: fresh }, () => ({ challenge }));
    assertRefused(await app.send(fresh.session, again), 'challenge-used', canaries);

    clock.advance(11 * MINUTE);
    assertRefused(await app.send(used.opened.session, used.signed), 'challenge-used', canaries);
  });
});

test('a session that nobody used in ten minutes is over, and a new one serves', async () => {
  await rowsUnchanged(async () => {
    const { opened, signed } = await app.honest(PERSONA);
    clock.advance(10 * MINUTE + 1);
    assertRefused(await app.send(opened.session, signed), 'session-expired', canaries);
  });
  await assertGetsCard(stack, PERSONA);
});

test('a session serves its own key alone: to another it is like one that does not exist', async () => {
  await rowsUnchanged(async () => {
    const { opened, signed } = await app.honest(PERSONA);
    const taken = await app.send(opened.session, signed, { caller: stranger });
    const invented = await app.send(Buffer.alloc(24, 7).toString('base64url'), signed);
    const none = await app.send(opened.session, signed, { session: null });
    for (const answer of [taken, invented, none]) assertRefused(answer, 'session-unknown', canaries);
    assert.deepEqual(taken.body, invented.body);
  });
});

test('an application is shown to the key that sent it: to another it is like one that does not exist', async () => {
  const { opened, signed } = await app.honest(PERSONA);
  const { reference } = await app.send(opened.session, signed);
  assert.equal((await app.call('GET', `/applications/${reference}`)).status, 200);
  const peeked = await app.call('GET', `/applications/${reference}`, undefined, { caller: stranger });
  const invented = await app.call('GET', '/applications/TG-AAAA-AAAA');
  for (const answer of [peeked, invented]) assertRefused(answer, 'application-unknown', canaries);
  assert.deepEqual(peeked.body, invented.body);
  await untilEnded(stack, reference as string);
});

test('a call without its own fresh proof is refused, whatever is in it', async () => {
  const { opened, signed } = await app.honest(PERSONA);
  const path = '/applications';
  const once = await app.prove('POST', path, signed);
  clock.advance(61_000);
  const proofs: Record<string, string | null> = {
    none: null,
    noise: 'x'.repeat(300),
    'too old': once,
    'of another body': await app.prove('POST', path, Buffer.concat([signed, Buffer.alloc(1)])),
    'of another method': await app.prove('GET', path, signed),
    'of another address': await app.prove('POST', '/sessions', signed),
  };
  await rowsUnchanged(async () => {
    for (const proof of Object.values(proofs)) {
      assertRefused(await app.send(opened.session, signed, { proof }), 'dpop-invalid', canaries);
    }
    const body = Buffer.from('{"platform":"ios"}');
    const proof = await app.prove('POST', '/sessions', body);
    assert.equal((await app.call('POST', '/sessions', body, { proof })).status, 201);
    assertRefused(await app.call('POST', '/sessions', body, { proof }), 'dpop-invalid', canaries);
  });
  await assertGetsCard(stack, PERSONA);
});

test('what is no application at all is refused before anybody is thought of', async () => {
  const { opened, signed } = await app.honest(PERSONA);
  const { session } = opened;
  const text = Buffer.from(`my number is ${'9'.repeat(12)}`);
  await rowsUnchanged(async () => {
    for (const contentType of ['application/json', 'application/octet-stream', 'multipart/form-data; boundary=x']) {
      assertRefused(await app.send(session, signed, { contentType }), 'bad-request', canaries);
    }
    for (const noise of [text, Buffer.alloc(2_000, 0x30), signed.subarray(0, 1_000), Buffer.concat([signed, text])]) {
      assertRefused(await app.send(session, noise), 'cms-invalid', canaries);
    }
    assertRefused(await app.send(session, Buffer.alloc(0)), 'cms-invalid', canaries);
    assertRefused(await app.send(session, Buffer.alloc(200_000, 0x30)), 'body-too-large', canaries);
    for (const body of ['{"platform":"ios"', '{"platform":"fridge"}', '{"platform":"ios","x":1}', '[]', 'null']) {
      assertRefused(await app.call('POST', '/sessions', Buffer.from(body)), 'bad-request', canaries);
    }
    assertRefused(await app.call('POST', '/sessions', Buffer.alloc(5_000, 0x20)), 'body-too-large', canaries);
  });
  // None of it used the session up.
  const { reference } = await app.send(session, signed);
  assert.equal((await untilEnded(stack, reference as string)).state, 'active');
});

test('nobody makes a card active, asks for a signature, or plants a delivery without the secret of the pair', async () => {
  const id = randomUUID();
  const attempts: readonly [
    party: 'smp' | 'iaca' | 'wallet-provider' | 'jpki' | 'wallet',
    method: string,
    path: string,
  ][] = [
    ['smp', 'POST', `/receipts/${id}`],
    ['iaca', 'PUT', `/issuances/${id}`],
    ['iaca', 'POST', `/issuances/${id}/signature`],
    ['iaca', 'DELETE', `/issuances/${id}/content`],
    ['wallet-provider', 'PUT', `/deliveries/${id}`],
    ['jpki', 'POST', '/certificates'],
    ['jpki', 'POST', '/revocations'],
    ['wallet', 'POST', '/keys'],
    ['wallet', 'GET', '/card/individual-number'],
    ['wallet', 'POST', '/reset'],
  ];
  await rowsUnchanged(async () => {
    for (const [party, method, path] of attempts) {
      for (const secret of [undefined, 'guessed', stack.secrets.toCard]) {
        const caller = peer({ url: stack.urls[party] as string, name: party, party: 'applicant-app', secret });
        const answer = await caller.request(method, path, method === 'GET' ? {} : { json: { event: 'stored' } });
        assertRefused(answer, 'unauthorized', canaries);
      }
    }
  });
});

test('after all of it the owner of the card gets it, and the rows are sound', async () => {
  await assertGetsCard(stack, PERSONA);
  await assertSound(stack, clock);
});
