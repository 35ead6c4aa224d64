import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { ecdsaOverHash } from './ecdsa-over-hash.ts';

const sha384 = (text: string) => createHash('sha384').update(text).digest();

test('the example of RFC 6979 A.2.6 comes out, P-384 with SHA-384, message "sample"', () => {
  const d = '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5';
  const x = 'EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13';
  const y = '8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720';
  const text = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
  const key = createPrivateKey({
    key: { kty: 'EC', crv: 'P-384', d: text(d), x: text(x), y: text(y) },
    format: 'jwk',
  });
  const signature = Buffer.from(ecdsaOverHash(key, sha384('sample')))
    .toString('hex')
    .toUpperCase();
  const r = '94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46';
  const s = '99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8';
  assert.equal(signature, `3066023100${r}023100${s}`);
});

test('node:crypto, which hashes for itself, verifies what was made over the hash, whatever the lengths of r and s', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const publicKey = createPublicKey(privateKey);
  const lengths = new Set<number>();
  for (let i = 0; i < 60; i++) {
    const signature = ecdsaOverHash(privateKey, sha384(`message ${i}`));
    lengths.add(signature.length);
    assert.ok(verify('sha384', Buffer.from(`message ${i}`), publicKey, signature));
  }
  assert.ok(lengths.size > 1);
  assert.throws(() => ecdsaOverHash(privateKey, new Uint8Array(32)), RangeError);
});
