import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { type CborValue, decode, encode, Tagged } from '@tegata/cbor';
import { mac0, sign1 } from '@tegata/cose';
import fc from 'fast-check';
import type { SignerHint } from './index.ts';
import {
  asJwt,
  ask,
  at,
  byIndex,
  cwt,
  cwtOf,
  identifiers,
  jwt,
  later,
  lst,
  octets,
  random,
  seconds,
  signer,
  sound,
  statuses,
  stranger,
  undetermined,
  uri,
  withClaim,
  withList,
  withoutClaim,
} from './tokens-for-tests.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

describe('the status of an mdoc', () => {
  it('is what the list says at its index', async () => {
    const body = await cwt();
    const expected = {
      0: 'valid',
      1: 'invalid',
      2: 'suspended',
      3: 'application-specific',
      12: 'application-specific',
    };
    for (const [idx, status] of Object.entries(expected)) {
      const answer = ask(body, { reference: byIndex(Number(idx)) });
      assert.deepEqual(answer, { status, value: statuses.get(Number(idx)) ?? 0, expiresAt: later(3600), ttl: 600 });
    }
  });
  it('is undetermined where the list holds a reserved value', async () => {
    undetermined('status-reserved', await cwt(), { reference: byIndex(4) });
  });
  it('is undetermined past the end of the list', async () => {
    undetermined('index-out-of-range', await cwt(), { reference: byIndex(100) });
  });
  it('is undetermined when the list was not fetched', () => {
    for (const failure of ['http-404', 'http-500', 'timeout', 'dns', 'tls']) {
      const answer = ask(new Uint8Array(), { fetched: { failure } });
      assert(answer.status === 'undetermined');
      assert.deepEqual([answer.code, answer.detail.includes(failure)], ['not-fetched', true]);
    }
  });
  it('is undetermined when something else was fetched', async () => {
    const body = await cwt();
    const of = (contentType: string) => ask(body, { fetched: { body, contentType } }).status;
    assert.equal(of('application/statuslist+cwt'), 'valid');
    assert.equal(of('Application/StatusList+CWT; x=y'), 'valid');
    for (const contentType of ['text/html', 'application/statuslist+jwt', 'application/identifierlist+cwt', '']) {
      undetermined('content-type', body, { fetched: { body, contentType } });
    }
    undetermined('structure', Buffer.from('<html>not found</html>'));
    undetermined('structure', new Uint8Array());
  });
  it('never stands in a JWT, nor that of an SD-JWT VC in a CWT', async () => {
    undetermined('wrong-form', await jwt());
    undetermined('wrong-form', await cwt(), { credential: 'sd-jwt' });
    assert.equal(ask(await jwt(), { credential: 'sd-jwt' }).status, 'valid');
  });
  it('is undetermined unless a trusted signer has signed the list', async () => {
    undetermined('signature', await cwt({}, stranger));
    undetermined('signer-untrusted', await cwt(), { signer: () => undefined });
    const [protectedBytes, unprotected, payload, signature] = (decode(await cwt()) as Tagged).value as Uint8Array[];
    const rebuilt = (...items: unknown[]) => encode(new Tagged(18, items as CborValue));
    undetermined('signature', rebuilt(protectedBytes, unprotected, payload, new Uint8Array(64)));
    undetermined('signature', rebuilt(protectedBytes, unprotected, payload, new Uint8Array(0)));
    undetermined('structure', rebuilt(protectedBytes, unprotected, null, signature));
    undetermined(
      'algorithm',
      rebuilt(encode(new Map([[16, 'application/statuslist+cwt']])), new Map([[1, -7]]), payload, signature),
    );
  });
  it('is asked of the signer with what the token says of him', async () => {
    const seen: SignerHint[] = [];
    const chain = [Uint8Array.of(1), Uint8Array.of(2)];
    ask(await cwt({ x5chain: chain }), {
      signer: (hint) => {
        seen.push(hint);
        return signer.publicKey;
      },
    });
    assert.deepEqual(seen, [{ form: 'cwt', x5chain: chain }]);
  });
  it('is undetermined unless the token is tagged, and as a message of its own kind', async () => {
    const message = (decode(await cwt()) as Tagged).value;
    undetermined('structure', encode(message));
    undetermined('structure', encode(new Tagged(61, new Tagged(18, message))));
    undetermined('structure', encode(new Tagged(98, message)));
    undetermined('algorithm', encode(new Tagged(17, message)));
  });
  it('may be authenticated by a MAC whose key the caller has', async () => {
    const key = random.bytes(32);
    const protectedHeaders = new Map([[16, 'application/statuslist+cwt']]);
    const body = encode(new Tagged(17, mac0({ key, payload: encode(new Map(sound)), protectedHeaders })));
    const secret = (value: Uint8Array) => ({ signer: () => createSecretKey(value) });
    assert.equal(ask(body, secret(key)).status, 'valid');
    undetermined('signature', body, secret(random.bytes(32)));
    undetermined('algorithm', await cwt(), secret(key));
  });
  it('is undetermined when the token is of another type', async () => {
    for (const type of ['application/statuslist+jwt', 'statuslist+cwt', 'application/identifierlist+cwt', 5]) {
      undetermined('type', await cwtOf(new Map(sound), type));
    }
    undetermined('type', await cwtOf(new Map(sound), null));
    undetermined('type', await cwtOf(new Map([...sound, [16, 'application/statuslist+cwt']]), null));
    undetermined('type', await identifiers());
  });
  it('is undetermined when the token is that of another list', async () => {
    for (const sub of [`${uri}/`, uri.toUpperCase(), '', 7]) undetermined('subject', await withClaim(2, sub));
    undetermined('subject', await withoutClaim(2));
  });
  it('is undetermined before the token is issued and from its end on', async () => {
    const body = await cwt();
    assert.equal(ask(body, { at: later(-60) }).status, 'valid');
    undetermined('not-yet-valid', body, { at: later(-61) });
    undetermined('not-yet-valid', body, { at: later(-1), skewSeconds: 0 });
    assert.equal(ask(body, { at: later(3599) }).status, 'valid');
    undetermined('expired', body, { at: later(3600) });
    undetermined('not-yet-valid', await withClaim(5, seconds + 61));
    undetermined('not-yet-valid', body, { at: new Date(Number.NaN) });
  });
  it('is undetermined from a copy that is older than its time to live', async () => {
    const body = await cwt();
    assert.equal(ask(body, { at: later(700), fetchedAt: later(101) }).status, 'valid');
    undetermined('stale', body, { at: later(700), fetchedAt: later(100) });
    const endless = await withClaim(65534, 10 ** 9);
    const week = 7 * 86_400;
    const long = await cwtOf(new Map([...sound, [65534, 10 ** 9], [4, seconds + 10 ** 8]]));
    assert.equal(ask(endless, { fetchedAt: at }).status, 'valid');
    undetermined('stale', long, { at: later(week), fetchedAt: at });
  });
  it('is undetermined from a token without an end that is a week old, or as old as the caller says', async () => {
    const body = await cwt({ expiresAt: undefined });
    assert.equal(ask(body, { at: later(7 * 86_400 - 1) }).status, 'valid');
    undetermined('stale', body, { at: later(7 * 86_400) });
    undetermined('stale', await cwt(), { at: later(60), maxAgeSeconds: 60 });
  });
  it('is undetermined when a claim is missing or no such claim', async () => {
    undetermined('claims', await withoutClaim(6));
    undetermined('claims', await withoutClaim(65533));
    for (const value of ['1', -1, 2n ** 60n, null, new Map()]) {
      undetermined('claims', await withClaim(6, value));
      undetermined('claims', await withClaim(4, value));
      undetermined('claims', await withClaim(65534, value));
    }
    undetermined('claims', await withClaim(65534, 0));
    undetermined('claims', await withClaim(4, seconds));
    undetermined('claims', await withList([['bits', 4]]));
    undetermined(
      'claims',
      await withList([
        ['bits', 4],
        ['lst', 'x'],
      ]),
    );
    undetermined(
      'claims',
      await withList([
        ['bits', 4],
        ['lst', lst],
        ['aggregation_uri', 1],
      ]),
    );
    for (const bits of [0, 3, 16, '4', null])
      undetermined(
        'bits',
        await withList([
          ['bits', bits],
          ['lst', lst],
        ]),
      );
    undetermined('bits', await withList([['lst', lst]]));
    undetermined('structure', await cwtOf(new Map(sound)).then((body) => body.subarray(0, -1)));
    const payload = encode([1]);
    undetermined('structure', encode(new Tagged(18, await sign1({ signer, payload }))));
  });
  it('is undetermined when the list does not inflate, or to more than allowed', async () => {
    undetermined(
      'compression',
      await withList([
        ['bits', 1],
        ['lst', octets],
      ]),
    );
    const bomb = new Uint8Array(deflateSync(Buffer.alloc(32 * 1024 * 1024)));
    undetermined(
      'too-large',
      await withList([
        ['bits', 1],
        ['lst', bomb],
      ]),
    );
    undetermined('too-large', await cwt(), { maxListOctets: 49 });
  });
  it('is not decided by claims and members that are unknown', async () => {
    const body = await cwtOf(
      new Map([
        ...sound,
        [99, 'x'],
        [
          65533,
          new Map<string, CborValue>([
            ['bits', 4],
            ['lst', lst],
            ['more', 1],
          ]),
        ],
      ]),
    );
    assert.equal(ask(body).status, 'valid');
  });
  it('is never decided by a damaged token', async () => {
    const body = await cwt();
    const damage = fc.tuple(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(damage, ([position, difference]) => {
        const damaged = body.slice();
        damaged[position] = (damaged[position] as number) ^ difference;
        assert.equal(ask(damaged).status, 'undetermined');
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
        assert.equal(ask(input).status, 'undetermined');
        assert.equal(ask(input, asJwt).status, 'undetermined');
      }),
    );
  });
});
