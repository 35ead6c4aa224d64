import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adjustableClock } from '@tegata/clock';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { dpopProof, jtiMemory, verifyDpop } from './dpop.ts';
import { jwkThumbprint, p256Jwk } from './jwk.ts';
import { signJwt } from './jws.ts';

const clock = adjustableClock(new Date('2026-04-01T00:00:00Z'));
const random = seededRandom('dpop');
const signer = softwareSigner(await generateSoftwareKey('P-256'));
const url = 'http://127.0.0.1:4000/applications';
const body = new TextEncoder().encode('the body');
const request = { method: 'POST', url, body, clock };
const fresh = () => ({ ...request, seen: () => false });

describe('a DPoP proof', () => {
  it('names its sender by the thumbprint of the key', async () => {
    const proof = await dpopProof({ ...request, signer, random });
    const sender = await verifyDpop({ ...fresh(), proof });
    assert.equal(sender.thumbprint, await jwkThumbprint(p256Jwk(signer.publicKey)));
  });

  it('is made for a URL without query and fragment', async () => {
    const proof = await dpopProof({ ...request, url: `${url}?wait=5#x`, signer, random });
    await verifyDpop({ ...fresh(), url: `${url}?wait=9`, proof });
  });

  const others: [string, string, Partial<typeof request>][] = [
    ['another method', 'dpop-method', { method: 'PUT' }],
    ['a method in other letters', 'dpop-method', { method: 'post' }],
    ['another path', 'dpop-url', { url: 'http://127.0.0.1:4000/applications/' }],
    ['another host', 'dpop-url', { url: 'http://localhost:4000/applications' }],
    ['another body', 'dpop-digest', { body: new TextEncoder().encode('the bodY') }],
    ['no body', 'dpop-digest', { body: undefined }],
  ];
  for (const [what, code, change] of others) {
    it(`does not serve for ${what}`, async () => {
      const proof = await dpopProof({ ...request, signer, random });
      await assert.rejects(verifyDpop({ ...fresh(), ...change, proof }), { code });
    });
  }

  it('is good for 60 seconds to either side of its time and not for 61', async () => {
    const proof = await dpopProof({ ...request, signer, random });
    const at = (seconds: number) => adjustableClock(new Date(clock.now().getTime() + seconds * 1000));
    await verifyDpop({ ...fresh(), proof, clock: at(60) });
    await verifyDpop({ ...fresh(), proof, clock: at(-60) });
    await assert.rejects(verifyDpop({ ...fresh(), proof, clock: at(61) }), { code: 'dpop-time' });
    await assert.rejects(verifyDpop({ ...fresh(), proof, clock: at(-61) }), { code: 'dpop-time' });
  });

  it('is good once', async () => {
    const seen = jtiMemory(clock);
    const proof = await dpopProof({ ...request, signer, random });
    await verifyDpop({ ...request, seen, proof });
    await assert.rejects(verifyDpop({ ...request, seen, proof }), { code: 'dpop-replay' });
  });

  it('is remembered only when everything else about it holds', async () => {
    const asked: string[] = [];
    const proof = await dpopProof({ ...request, signer, random });
    await assert.rejects(verifyDpop({ ...request, method: 'PUT', proof, seen: (jti) => asked.push(jti) > 0 }), {
      code: 'dpop-method',
    });
    assert.deepEqual(asked, []);
  });

  it('must be signed by the key in its header', async () => {
    const other = softwareSigner(await generateSoftwareKey('P-256'));
    const proof = await dpopProof({ ...request, signer, random });
    const stolen = await dpopProof({ ...request, signer: { ...other, publicKey: signer.publicKey }, random });
    const [header, claims] = proof.split('.') as [string, string];
    const swapped = `${header}.${claims}.${stolen.split('.')[2]}`;
    await assert.rejects(verifyDpop({ ...fresh(), proof: swapped }), { code: 'jose-signature' });
    await assert.rejects(verifyDpop({ ...fresh(), proof: stolen }), { code: 'jose-signature' });
  });

  it('never carries a private key', async () => {
    const jwk = { ...p256Jwk(signer.publicKey), d: 'AAAA' };
    const proof = await signJwt({ signer, header: { typ: 'dpop+jwt', jwk }, claims: {} });
    await assert.rejects(verifyDpop({ ...fresh(), proof }), { code: 'jose-key' });
  });

  it('is refused with the algorithms none and RS256, whatever the signature', async () => {
    for (const alg of ['none', 'RS256', 'es256']) {
      const proof = await signJwt({
        signer,
        header: { typ: 'dpop+jwt', alg, jwk: p256Jwk(signer.publicKey) },
        claims: {},
      });
      await assert.rejects(verifyDpop({ ...fresh(), proof }), { code: 'jose-algorithm' });
    }
  });

  it('refuses a new proof rather than forget one that still counts', () => {
    const moving = adjustableClock(new Date('2026-04-01T00:00:00Z'));
    const seen = jtiMemory(moving, 2);
    assert.equal(seen('a'), false);
    assert.equal(seen('b'), false);
    assert.equal(seen('c'), true);
    moving.advance(121_000);
    assert.equal(seen('c'), false);
  });
});
