import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { ecdsaOverHash } from './ecdsa-over-hash.ts';

const sha384 = (text: string) => createHash('sha384').update(text).digest();

test('node:crypto, which hashes for itself, verifies what was made over the hash, whatever the lengths of r and s', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const lengths = new Set<number>();
  for (let i = 0; i < 60; i++) {
    const signature = ecdsaOverHash(privateKey, sha384(`message ${i}`));
    lengths.add(signature.length);
    assert.ok(verify('sha384', Buffer.from(`message ${i}`), publicKey, signature));
    assert.ok(!verify('sha384', Buffer.from(`message ${i + 1}`), publicKey, signature));
  }
  assert.ok(lengths.size > 1);
  for (const hash of [new Uint8Array(48), new Uint8Array(48).fill(0xff)]) {
    assert.ok(ecdsaOverHash(privateKey, hash).length > 90);
  }
  assert.throws(() => ecdsaOverHash(privateKey, new Uint8Array(32)), RangeError);
});

test('no nonce comes twice, for one hash neither: r differs every time', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const seen = new Set<bigint>();
  for (let i = 0; i < 50; i++) seen.add(rOf(ecdsaOverHash(privateKey, sha384('one message'))));
  assert.equal(seen.size, 50);
});

const rOf = (signature: Uint8Array) =>
  BigInt(`0x${Buffer.from(signature.subarray(4, 4 + signature[3]!)).toString('hex')}`);
