import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateSoftwareKey } from '@tegata/keys';
import fc from 'fast-check';
import { CompactEncrypt } from 'jose';
import { JoseError } from './error.ts';
import { decrypt, encryptTo, MAX_JWE_PLAINTEXT, parseJweHeader } from './jwe.ts';
import { p256Jwk } from './jwk.ts';

const key = await generateSoftwareKey('P-256');
const jwk = p256Jwk(key);
const secret = new TextEncoder().encode('IssuerSigned');

describe('an encrypted delivery', () => {
  it('opens with the private key, headers authenticated', async () => {
    const jwe = await encryptTo(jwk, secret, { kid: 'k1', cty: 'application/cbor' });
    const { plaintext, header } = await decrypt(jwe, key);
    assert.deepEqual(plaintext, secret);
    assert.equal(header['kid'], 'k1');
    assert.equal(header['alg'], 'ECDH-ES');
    assert.equal(header['enc'], 'A256GCM');
  });

  it('does not open with another key', async () => {
    const jwe = await encryptTo(jwk, secret);
    await assert.rejects(decrypt(jwe, await generateSoftwareKey('P-256')), { code: 'jose-decryption' });
  });

  it('does not open when any part was changed', async () => {
    const parts = (await encryptTo(jwk, secret, { kid: 'k1' })).split('.');
    const header = JSON.parse(Buffer.from(parts[0] as string, 'base64url').toString()) as Record<string, unknown>;
    const renamed = Buffer.from(JSON.stringify({ ...header, kid: 'k2' })).toString('base64url');
    await assert.rejects(decrypt([renamed, ...parts.slice(1)].join('.'), key), { code: 'jose-decryption' });
    for (const index of [2, 3, 4]) {
      const bytes = Buffer.from(parts[index] as string, 'base64url');
      bytes[0] = (bytes[0] as number) ^ 1;
      const changed = parts.with(index, bytes.toString('base64url')).join('.');
      await assert.rejects(decrypt(changed, key), { code: 'jose-decryption' });
    }
  });

  it('is refused with other algorithms or with compression', async () => {
    const make = (header: { alg: string; enc: string; zip?: string }) =>
      new CompactEncrypt(secret)
        .setProtectedHeader(header)
        .encrypt(header.alg.startsWith('ECDH') ? key.export({ format: 'jwk' }) && jwk : new Uint8Array(32));
    await assert.rejects(decrypt(await make({ alg: 'ECDH-ES', enc: 'A128GCM' }), key), { code: 'jose-algorithm' });
    await assert.rejects(decrypt(await make({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' }), key), {
      code: 'jose-algorithm',
    });
    await assert.rejects(decrypt(await make({ alg: 'dir', enc: 'A256GCM' }), key), { code: 'jose-algorithm' });
    const [header, ...rest] = (await encryptTo(jwk, secret)).split('.') as [string, ...string[]];
    const zipped = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), zip: 'DEF' };
    const jwe = [Buffer.from(JSON.stringify(zipped)).toString('base64url'), ...rest].join('.');
    await assert.rejects(decrypt(jwe, key), { code: 'jose-malformed' });
  });

  it('has a largest size on both sides', async () => {
    await encryptTo(jwk, new Uint8Array(MAX_JWE_PLAINTEXT));
    await assert.rejects(encryptTo(jwk, new Uint8Array(MAX_JWE_PLAINTEXT + 1)), { code: 'jose-too-large' });
    assert.throws(() => parseJweHeader('a'.repeat(400_000)), { code: 'jose-too-large' });
  });

  it('answers arbitrary text with an error of its own', () => {
    fc.assert(
      fc.property(fc.array(fc.base64String(), { minLength: 0, maxLength: 6 }), (parts) => {
        try {
          parseJweHeader(parts.join('.'));
        } catch (error) {
          assert.ok(error instanceof JoseError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
