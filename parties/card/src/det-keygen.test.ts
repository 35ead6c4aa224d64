import assert from 'node:assert/strict';
import { createPublicKey, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { deterministicRsa, rsaPrivateKey } from './det-keygen.ts';

/** The published vectors of 2048 bits (C2SP, det-keygen/rsa.json): the seed, and how the PKCS#8 of its key begins and ends, in base64. */
const VECTORS: readonly (readonly [what: string, seed: string, modulus: string, end: string])[] = [
  [
    'a few candidates',
    'Xl2U+6mkaGMosq89epJzbg==',
    'C4kqlldnRSK2vYz09vceT9Oz0tw+xM',
    'dB+Z/CKtB3gw2FdLcbdILAI7mb/Ysg==',
  ],
  [
    'a seed of 21 bytes',
    'TkjKwQxJCvzgbfpR3nTKBf0cHgST',
    'C1GFFGc3Vs+9l4ZtBrv8o9TRF7l5gV',
    '5fIqCyeZQR80ilHt8CR7LLcMwnOFcA==',
  ],
  [
    'a seed of 24 bytes',
    'U7awSsozqZZvZD+uY5H8RnAd3DtLWuCW',
    'DlCAmVmFlk1sVuhyKoSFMXb6iHBybO',
    'Z19kDrpXxDlNudaCNQiWZ6OETwxMM9Q=',
  ],
  [
    'no rejected candidate',
    'BHiU+6mkaGMosq89epJzbg==',
    'DtZkj8ZNlA5Cg6ErY+7z0PntHnO2R6',
    'DLGyQ2Pj3qZY6+OhX8orw/nBmn0sgp0P',
  ],
  ['e divides p − 1', 'KPTbaR2yf+lPhr8GfCy89w==', 'DEj4GKoI1HhXO70rq8hrrSCSlMrIjm', 'B4s/VQMnWLcClY8uGk5rx257q8sPMdM='],
  ['e divides q − 1', '9NgcC/qrIN/zXi6KHIp+nA==', 'DHVablXrWQf3zsppGeMir1gQxYqoCW', 'QXz0biP4iuAmQbc4ORZZMzEBWOPumA=='],
  [
    'a ratio of 32 bits is kept',
    'VXAzZ0KFW334PPiMXV4y3g==',
    'DWD41IJd1N9TyrP9DTblwTY+jnMwqi',
    'g2zz0CiexVmmDfw9aq1RjQqIMS2Uwg==',
  ],
  [
    'a ratio of 33 bits is dropped',
    'yM2B/m4YUQlOlQCpMN+7yg==',
    'DIZsbrldGUXbAK1gzEOd+1HUjyuinQ',
    'li82QuyT/kXAEH0ZuDovD7LRbnBiUR1P',
  ],
];

for (const [what, seed, modulus, end] of VECTORS) {
  test(`the published vector gives its key: ${what}`, () => {
    const key = rsaPrivateKey(deterministicRsa(Buffer.from(seed, 'base64')));
    const pkcs8 = key.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    // Header, version, algorithm and the header of the modulus are 50 characters for every key of 2048 bits.
    assert.equal(pkcs8.slice(50, 80), modulus);
    assert.ok(pkcs8.endsWith(end));
  });
}

test('one published vector of 2064 bits gives its key, where a candidate is no multiple of the hash', () => {
  const key = rsaPrivateKey(deterministicRsa(Buffer.from('ledDwdW8AG4W3By3Gbua8A==', 'base64'), 2064));
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  assert.ok(pkcs8.includes('CsIRFr0LQZZQgnsUYvRtRkoxA5XlCx') && pkcs8.endsWith('rdy8cg85Q7u8yy/CECGlVTxQuVaKF4g='));
  assert.equal(key.asymmetricKeyDetails?.modulusLength, 2064);
});

test('the key signs and its public half verifies', () => {
  const key = rsaPrivateKey(deterministicRsa(new Uint8Array(32).fill(7)));
  assert.ok(verify('sha256', Buffer.from('a'), createPublicKey(key), sign('sha256', Buffer.from('a'), key)));
  assert.equal(key.asymmetricKeyDetails?.publicExponent, 65_537n);
});

test('a short seed and a size that the rule does not know are seed-unusable', () => {
  assert.throws(() => deterministicRsa(new Uint8Array(15)), { code: 'seed-unusable' });
  assert.throws(() => deterministicRsa(new Uint8Array(16), 2040), { code: 'seed-unusable' });
  assert.throws(() => deterministicRsa(new Uint8Array(16), 1024), { code: 'seed-unusable' });
});

test('two primes that make no key are seed-unusable', () => {
  const { p } = deterministicRsa(new Uint8Array(32));
  assert.throws(() => rsaPrivateKey({ p, q: p }), { code: 'seed-unusable' });
  // 65537 divides 65537 · 2: 131075 = 65537 · 2 + 1.
  assert.throws(() => rsaPrivateKey({ p: 131_075n, q: 11n }), { code: 'seed-unusable' });
});
