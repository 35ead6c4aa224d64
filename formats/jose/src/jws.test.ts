import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import fc from 'fast-check';
import { compactVerify } from 'jose';
import { JoseError } from './error.ts';
import { parseJsonObject } from './json.ts';
import { jwkThumbprint, p256Jwk, parseP256Jwk } from './jwk.ts';
import { parseJwt, signJwt, verifyJwt } from './jws.ts';

const key = await generateSoftwareKey('P-256');
const signer = softwareSigner(key);
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a signed token', () => {
  it('is verified by another implementation, whatever the length of r and s', async () => {
    for (let index = 0; index < 50; index++) {
      const token = await signJwt({ signer, header: { typ: 't' }, claims: { index } });
      await compactVerify(token, signer.publicKey, { algorithms: ['ES256'] });
      assert.deepEqual(verifyJwt({ token, typ: 't', publicKey: signer.publicKey }), { index });
    }
  });

  it('of another type is refused', async () => {
    const token = await signJwt({ signer, header: { typ: 't' }, claims: {} });
    assert.throws(() => parseJwt(token, 'u'), { code: 'jose-type' });
  });

  it('with a second spelling of the same base64url is refused', async () => {
    const token = await signJwt({ signer, header: { typ: 't' }, claims: {} });
    assert.throws(() => parseJwt(`${token}=`, 't'), { code: 'jose-malformed' });
    assert.throws(() => parseJwt(`${token}.`, 't'), { code: 'jose-malformed' });
    assert.throws(() => parseJwt(token.replace('.', '.\n'), 't'), { code: 'jose-malformed' });
  });

  it('that demands an extension is refused', async () => {
    const token = await signJwt({ signer, header: { typ: 't', crit: ['x'], x: 1 }, claims: {} });
    assert.throws(() => parseJwt(token, 't'), { code: 'jose-malformed' });
  });

  it('is not taken with a key of another curve', async () => {
    const token = await signJwt({ signer, header: { typ: 't' }, claims: {} });
    const other = softwareSigner(await generateSoftwareKey('P-384'));
    assert.throws(() => verifyJwt({ token, typ: 't', publicKey: other.publicKey }), { code: 'jose-signature' });
    await assert.rejects(signJwt({ signer: other, header: {}, claims: {} }), { code: 'jose-algorithm' });
  });

  it('that is arbitrary text gives an error of its own', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String()).map((parts) => parts.join('.')),
        ),
        (text) => {
          try {
            parseJwt(text, 't');
          } catch (error) {
            assert.ok(error instanceof JoseError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('JSON from outside', () => {
  it('never has one name twice in an object, also when one of them is written with an escape', () => {
    assert.throws(() => parseJsonObject(bytes('{"a":1,"a":2}')), { code: 'jose-malformed' });
    assert.throws(() => parseJsonObject(bytes('{"a":1,"\\u0061" :2}')), { code: 'jose-malformed' });
    assert.throws(() => parseJsonObject(bytes('{"b":[{"a":{},"a":2}]}')), { code: 'jose-malformed' });
    assert.deepEqual(parseJsonObject(bytes('{"a":{"a":"\\"a\\":"},"b":["a","a"]}')), {
      a: { a: '"a":' },
      b: ['a', 'a'],
    });
  });

  it('is an object of bounded depth in UTF-8', () => {
    for (const text of ['[]', 'null', '"a"', '1', '', '{', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`]) {
      assert.throws(() => parseJsonObject(bytes(text)), { code: 'jose-malformed' });
    }
    assert.throws(() => parseJsonObject(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), {
      code: 'jose-malformed',
    });
  });
});

describe('a public key', () => {
  it('has the thumbprint of RFC 7638 whatever else stands beside it', async () => {
    const jwk = p256Jwk(signer.publicKey);
    assert.equal(await jwkThumbprint({ ...jwk, kid: 'x', alg: 'ECDH-ES', use: 'enc' }), await jwkThumbprint(jwk));
  });

  it('is a point on P-256 with full-length coordinates and no private part', () => {
    const jwk = p256Jwk(key);
    const bad: unknown[] = [
      null,
      [],
      { ...jwk, d: 'x' },
      { ...jwk, crv: 'P-384' },
      { ...jwk, kty: 'OKP' },
      { ...jwk, x: jwk.y },
      { ...jwk, x: jwk.x.slice(1) },
      { ...jwk, x: `${jwk.x.slice(0, 42)}=` },
      { ...jwk, y: 1 },
    ];
    for (const value of bad) assert.throws(() => parseP256Jwk(value), { code: 'jose-key' });
  });
});
