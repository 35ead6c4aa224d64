import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generateSoftwareKey, immediately, memoryKeys, openKeyFile, softwareSigner } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tegata-keys-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const data = new TextEncoder().encode('見本');

test('a signer signs what its public key verifies, on every kind of key', async () => {
  const keys = memoryKeys();
  for (const [algorithm, jose, hash] of [
    ['P-256', 'ES256', 'sha256'],
    ['P-384', 'ES384', 'sha384'],
    ['RSA-2048', 'RS256', 'sha256'],
  ] as const) {
    const signer = await keys.signerOrNew(algorithm, algorithm);
    assert.equal(signer.algorithm, jose);
    assert.ok(verify(hash, data, signer.publicKey, await signer.sign(data)));
  }
});

test('a name has one key, also when it is asked for twice at the same time', async () => {
  const keys = memoryKeys();
  const [a, b] = await Promise.all([keys.signerOrNew('one', 'P-256'), keys.signerOrNew('one', 'P-256')]);
  assert.ok(a.publicKey.equals(b.publicKey));
  assert.throws(() => keys.signer('two'), { code: 'key-not-found' });
});

test('keys and certificates in a file outlive the process, encrypted and for their owner only', async () => {
  const path = join(folder, 'keys.json');
  const first = await openKeyFile(path, 'pass').signerOrNew('ca', 'P-256');
  const keys = openKeyFile(path, 'pass');
  assert.ok(keys.signer('ca').publicKey.equals(first.publicKey));
  await keys.certificateOrNew('ca', async () => Uint8Array.of(1));
  assert.deepEqual(
    await openKeyFile(path, 'pass').certificateOrNew('ca', async () => Uint8Array.of(2)),
    Uint8Array.of(1),
  );
  assert.deepEqual(
    await keys.certificateOrNew(
      'ca',
      async () => Uint8Array.of(3),
      () => false,
    ),
    Uint8Array.of(3),
  );
  assert.equal(statSync(path).mode & 0o077, 0);
  assert.match(readFileSync(path, 'utf8'), /ENCRYPTED PRIVATE KEY/);
  assert.throws(() => openKeyFile(path, 'other'), { code: 'key-file-unreadable' });
  writeFileSync(path, '{');
  assert.throws(() => openKeyFile(path, 'pass'), { code: 'key-file-unreadable' });
});

test('a software signer also signs at once; one that was made out of it does not', async () => {
  const signer = softwareSigner(await generateSoftwareKey('P-256'));
  const data = new Uint8Array([1, 2, 3]);
  const signature = immediately(signer)?.(data);
  assert.ok(signature && verify('sha256', data, signer.publicKey, signature));
  assert.equal(immediately({ ...signer, sign: async () => new Uint8Array(0) }), undefined);
});
