import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { type Curve, ecdsaKey, type Hash, otherHalf, seededKey } from '../corpus/seeded-key.ts';

/** RFC 6979 A.2.5, A.2.6 and A.2.7: key, hash, r of the message "sample" or "test". */
const VECTORS: [Curve, string, Hash, string, string][] = [
  [
    'P-256',
    'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721',
    'sha256',
    'sample',
    'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
  ],
  [
    'P-256',
    'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721',
    'sha512',
    'test',
    '461D93F31B6540894788FD206C07CFA0CC35F46FA3C91816FFF1040AD1581A0439AF9F15DE0DB8D97E72719C74820D304CE5226E32DEDAE67519E840D1194E55',
  ],
  [
    'P-384',
    '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5',
    'sha384',
    'sample',
    '94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE4699EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8',
  ],
];

describe('the deterministic ECDSA of the corpus', () => {
  for (const [curve, secret, hash, message, expected] of VECTORS) {
    it(`signs "${message}" with ${curve} and ${hash} as RFC 6979 does`, () => {
      const signature = ecdsaKey(curve, BigInt(`0x${secret}`)).sign(Buffer.from(message), hash);
      assert.equal(Buffer.from(signature).toString('hex').toUpperCase(), expected);
    });
  }

  it('makes signatures that node:crypto verifies, on each curve, and in both halves', () => {
    const data = Buffer.from('This is the content.');
    for (const curve of ['P-256', 'P-384', 'P-521', 'brainpoolP256r1', 'secp256k1'] as const) {
      const key = seededKey('a key', curve);
      const hash = { 'P-384': 'sha384', 'P-521': 'sha512' }[curve as string] ?? 'sha256';
      const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
      const fits = (signature: Uint8Array) =>
        verify(hash, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
      const signature = key.sign(data);
      assert.ok(fits(signature));
      assert.ok(fits(otherHalf(curve, signature)));
      assert.notDeepEqual(otherHalf(curve, signature), signature);
      assert.deepEqual(seededKey('a key', curve).sign(data), signature);
      assert.notDeepEqual(seededKey('another key', curve).sign(data), signature);
    }
    const edwards = seededKey('a key', 'Ed25519');
    assert.ok(verify(null, data, edwards.publicKey, edwards.sign(data)));
  });
});
