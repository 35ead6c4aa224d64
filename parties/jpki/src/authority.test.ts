import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { adjustableClock } from '@tegata/clock';
import { memoryKeys } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildOcspRequest, parseCertificate, readOcspResponse, sameBytes, verifyPath } from '@tegata/x509';
import { makeAuthority } from './index.ts';
import { startWorld, type World } from './world-for-tests.ts';

const YEAR = 365.25 * 86_400_000;
const random = seededRandom('authority.test');

describe('the generations of a CA', () => {
  const clock = adjustableClock(new Date('2026-04-01T00:00:00Z'));
  const keys = memoryKeys();

  it('are three that overlap, with one name, different keys and no authorityKeyIdentifier', async () => {
    const authority = await makeAuthority({ clock, random, keys });
    for (const ca of ['sign', 'auth'] as const) {
      const { generations, anchors, certificate } = authority[ca];
      assert.deepEqual(
        generations.map((generation) => generation.certificate.notBefore.toISOString().slice(0, 10)),
        ['2018-04-01', '2022-04-01', '2026-04-01'],
      );
      for (const { certificate: own } of generations) {
        assert(sameBytes(own.subject.raw, certificate.subject.raw));
        assert.equal(own.aki, undefined);
        assert(own.notAfter > clock.now());
        const path = verifyPath({ leaf: own.raw, anchors, at: clock.now(), profile: 'jpki-ca' });
        assert.equal(path.code ?? path.result, 'passed');
      }
      assert.equal(new Set(generations.map(({ keyId }) => keyId)).size, 3);
      assert.equal(authority[ca].number, 3);
    }
  });

  it('are the same after a restart', async () => {
    const [one, two] = [await makeAuthority({ clock, random, keys }), await makeAuthority({ clock, random, keys })];
    assert.deepEqual(two.sign.anchors, one.sign.anchors);
    assert.deepEqual(two.auth.anchors, one.auth.anchors);
  });

  it('roll over: the next is made a month before it issues, in the algorithm of its time', async () => {
    const start = clock.now().getTime();
    clock.set(new Date(start + 4 * YEAR - 31 * 86_400_000));
    assert.equal((await makeAuthority({ clock, random, keys })).sign.generations.length, 3);
    clock.set(new Date(start + 4 * YEAR - 29 * 86_400_000));
    const early = await makeAuthority({ clock, random, keys, algorithm: 'P-384' });
    assert.equal(early.sign.anchors.length, 4);
    assert.equal(early.sign.number, 3);
    clock.set(new Date(start + 4 * YEAR));
    assert.equal(early.sign.number, 4);
    assert.equal(early.sign.signer.algorithm, 'ES384');
    const again = await makeAuthority({ clock, random, keys });
    assert.deepEqual(again.sign.anchors, early.sign.anchors);
  });

  it('that were not started for years are made up for at once', async () => {
    clock.set(new Date(clock.now().getTime() + 9 * YEAR));
    const late = await makeAuthority({ clock, random, keys });
    assert.equal(late.auth.number, 5);
    assert.deepEqual(late.auth.certificate.notBefore, clock.now());
  });
});

describe('a certificate of an older generation', () => {
  let world: World;
  before(async () => {
    world = await startWorld('authority.test world', { ceremony: { algorithm: 'P-384' } });
  });
  after(() => world.close());

  it('is found by its signature among CAs of one name, and answered for by its own generation', async () => {
    const old = await world.cardholder();
    const start = world.clock.now().getTime();
    // The newest of the three issues; an older one did so before the clock was set back.
    world.clock.set(new Date(start - YEAR));
    const older = await world.cardholder();
    world.clock.set(new Date(start));
    const [second, third] = world.authority.sign.generations.slice(1);
    for (const [issued, generation] of [
      [older, second],
      [old, third],
    ] as const) {
      const { anchors } = world.authority.sign;
      const path = verifyPath({ leaf: issued.sign.der, anchors, at: world.clock.now(), profile: 'jpki-sign' });
      assert.equal(path.code ?? path.result, 'passed');
      assert.deepEqual(path.anchor?.raw, generation?.certificate.raw);
      assert.equal(await world.status(issued.sign.der), 'good');
    }
  });

  it('is unknown to the other generations, though their name is the same', async () => {
    const { sign } = await world.cardholder();
    const [, second] = world.authority.sign.generations;
    const body = buildOcspRequest({ certificate: parseCertificate(sign.der), issuer: second?.certificate as never });
    const contentType = 'application/ocsp-request';
    const answer = await world.as('nobody').request('POST', '/ocsp', { body, contentType });
    assert.equal(readOcspResponse(answer.body).basic?.responses[0]?.status, 'unknown');
  });
});
