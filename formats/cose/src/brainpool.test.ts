import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { it } from 'node:test';
import { ALG, protectedHeader, rawFromDer, sign1From, toBeSigned, verifySign1 } from './index.ts';

const payload = new TextEncoder().encode('見本');

for (const [alg, curve, hash, half] of [
  ['ES256', 'brainpoolP256r1', 'sha256', 32],
  ['ES384', 'brainpoolP320r1', 'sha384', 40],
  ['ES384', 'brainpoolP384r1', 'sha384', 48],
  ['ES512', 'brainpoolP512r1', 'sha512', 64],
] as const) {
  it(`verifies ${alg} over ${curve}, and not over the curve of another size`, () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
    const protectedBytes = protectedHeader(ALG[alg]);
    const signature = rawFromDer(
      new Uint8Array(sign(hash, toBeSigned('Signature1', protectedBytes, payload), privateKey)),
      half,
    );
    const sign1 = sign1From({ protectedBytes, unprotectedHeaders: new Map(), payload, signature });
    assert.deepEqual(verifySign1({ sign1, publicKey }).payload, payload);
    const other = generateKeyPairSync('ec', { namedCurve: alg === 'ES256' ? 'brainpoolP512r1' : 'brainpoolP256r1' });
    assert.throws(() => verifySign1({ sign1, publicKey: other.publicKey }), { code: 'alg-key-mismatch' });
  });
}
