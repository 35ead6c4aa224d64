import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseSignedData } from '@tegata/cms';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import { b64, days, holder, random, runSubcommandForTests } from '../status-samples-for-tests.ts';
import { cmsCommand } from './command.ts';
import type { CmsSignResult } from './sign.ts';
import type { CmsVerifyResult } from './verify.ts';

const folder = mkdtempSync(join(tmpdir(), 'tegata-cli-cms-sign-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const caSigner = softwareSigner(await generateSoftwareKey('P-384'));
const ca = await buildJpkiCa({ ca: 'sign', signer: caSigner, random, notBefore: days(-100) });
const keys = await Promise.all((['RSA-2048', 'P-384'] as const).map((kind) => generateSoftwareKey(kind)));
const owners = await Promise.all(
  keys.map(async (key, index) => {
    const file = join(folder, `key-${index}.pem`);
    writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }));
    const { publicKey } = softwareSigner(key);
    const issuer = { certificate: ca, signer: caSigner };
    const certificate = await buildJpkiSign({ issuer, publicKey, holder, random, at: days(-1) });
    return { key: file, certificate: b64(certificate) };
  }),
);
const content = join(folder, 'content.txt');
// What looks like hexadecimal is signed as it lies there.
writeFileSync(content, 'c0ffee');

const sign = async (...args: string[]) => {
  const { code, results } = await runSubcommandForTests<CmsSignResult>(cmsCommand, ['sign', ...args, '--json']);
  return { code, ...(results[0] as CmsSignResult) };
};
const verify = async (...args: string[]) => {
  const all = ['verify', '--trust', b64(ca), ...args, '--json'];
  const { results } = await runSubcommandForTests<CmsVerifyResult>(cmsCommand, all);
  return results[0]?.code;
};

describe('tegata cms sign', () => {
  it('signs what "tegata cms verify" finds valid, with RSA and with P-384', async () => {
    for (const { key, certificate } of owners) {
      const { code, cms } = await sign('--content', content, '--key', key, '--cert', certificate);
      assert.equal(code, 0);
      assert.equal(await verify('--cms', `b64:${cms}`, '--signer', certificate), 'valid');
      const signed = parseSignedData(new Uint8Array(Buffer.from(cms as string, 'base64')));
      assert.equal(Buffer.from(signed.content as Uint8Array).toString(), 'c0ffee');
    }
  });

  it('leaves the content outside when asked to', async () => {
    const [{ key, certificate }] = owners as [(typeof owners)[0]];
    const out = join(folder, 'detached.p7s');
    await sign('--content', content, '--key', key, '--cert', certificate, '--detached', '--out', out);
    assert(!readFileSync(out).includes('c0ffee'));
    assert.equal(await verify('--cms', out, '--content', content), 'valid');
    assert.notEqual(await verify('--cms', out, '--content', 'hex:00'), 'valid');
  });

  it('names another type of content, and the time of signing', async () => {
    const [{ key, certificate }] = owners as [(typeof owners)[0]];
    const more = ['--type', '2.999.8.5.9.1', '--at', '2026-11-23T00:00:00Z'];
    const { cms } = await sign('--content', content, '--key', key, '--cert', certificate, ...more);
    const args = ['verify', '--trust', b64(ca), '--cms', `b64:${cms}`, '--json'];
    const { results } = await runSubcommandForTests<CmsVerifyResult>(cmsCommand, args);
    assert.equal(results[0]?.contentType, '2.999.8.5.9.1');
    assert.equal(results[0]?.signers[0]?.signingTime, '2026-11-23T00:00:00.000Z');
  });

  it('refuses a key that is not the certificate’s, one under a passphrase, and what is none', async () => {
    const [one, two] = owners as [(typeof owners)[0], (typeof owners)[0]];
    const sealed = join(folder, 'sealed.pem');
    const key = keys[0] as (typeof keys)[0];
    writeFileSync(sealed, key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }));
    for (const args of [
      ['--key', one.key, '--cert', two.certificate],
      ['--key', sealed, '--cert', one.certificate],
      ['--key', content, '--cert', one.certificate],
      ['--key', one.key, '--cert', content],
      ['--key', one.key, '--cert', one.certificate, '--type', 'data'],
      ['--key', one.key, '--cert', one.certificate, '--out', '/nowhere/at/all'],
      ['--key', one.key],
    ]) {
      const { code, ok } = await sign('--content', content, ...args);
      assert.deepEqual([code, ok], [2, false], args.join(' ').slice(-40));
    }
  });
});
