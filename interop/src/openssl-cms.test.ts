import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { cmsOid, prepareSignedData, verifyMessage, verifySignedData } from '@tegata/cms';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import { type OpensslFolder, opensslFolder, withoutOpenssl } from './openssl-command.ts';

const TYPE = '2.999.8.5.9.1';
const random = seededRandom('openssl-cms');
// OpenSSL writes its own signingTime, so the certificates must be valid by the system's clock.
const at = new Date();
const content = new TextEncoder().encode('申請の内容\r\n\0');

describe('CMS between OpenSSL and us', { skip: withoutOpenssl }, () => {
  let folder: OpensslFolder;
  let caKey: Signer;
  let holderKey: KeyObject;
  let ca: Uint8Array;
  let certificate: Uint8Array;
  const issue = (publicKey: KeyObject) =>
    buildJpkiSign({
      issuer: { certificate: ca, signer: caKey },
      publicKey,
      random,
      at: new Date(at.getTime() - 60_000),
      holder: {
        name: '試験　太郎',
        address: '東京都千代田区霞が関一丁目１－１',
        sex: '1',
        birthDate: '19800217',
        prefecture: 'Tokyo-to',
        municipality: 'Chiyoda-ku',
        municipalityCode: '13101',
      },
    });
  before(async () => {
    folder = opensslFolder();
    const [made, holder] = await Promise.all([generateSoftwareKey('RSA-2048'), generateSoftwareKey('RSA-2048')]);
    caKey = softwareSigner(made);
    holderKey = holder;
    ca = await buildJpkiCa({ ca: 'sign', signer: caKey, random, notBefore: new Date(at.getTime() - 60_000) });
    certificate = await issue(softwareSigner(holder).publicKey);
    folder.pem('ca.pem', ca);
    folder.pem('holder.pem', certificate);
    folder.write('holder.key', holder.export({ type: 'pkcs8', format: 'pem' }) as string);
    folder.write('content', content);
  });
  after(() => folder.remove());

  const check = (name: string, ...options: string[]) =>
    folder.run(
      'cms',
      '-verify',
      '-inform',
      'DER',
      '-binary',
      '-in',
      name,
      '-CAfile',
      'ca.pem',
      '-purpose',
      'any',
      ...options,
    );

  it('OpenSSL verifies what we sign, with the hash of the signing certificate', async () => {
    const prepared = prepareSignedData({ content, eContentType: TYPE, certificate, signingTime: at });
    folder.write('ours.cms', prepared.finish(await softwareSigner(holderKey).sign(prepared.toBeSigned)));
    const run = await check('ours.cms', '-cades', '-out', 'out');
    assert.equal(run.status, 0, run.text);
    assert.match(run.text, /CAdES Verification successful/);
    assert.deepEqual(folder.read('out'), content);
  });
  it('OpenSSL verifies what we sign with P-384', async () => {
    const key = softwareSigner(await generateSoftwareKey('P-384'));
    const own = await issue(key.publicKey);
    const prepared = prepareSignedData({ content, eContentType: TYPE, certificate: own, signingTime: at });
    folder.write('p384.cms', prepared.finish(await key.sign(prepared.toBeSigned)));
    const run = await check('p384.cms', '-cades', '-out', 'out');
    assert.equal(run.status, 0, run.text);
  });
  it('OpenSSL refuses what was changed after we signed it', async () => {
    const prepared = prepareSignedData({ content, eContentType: TYPE, certificate, signingTime: at });
    const cms = prepared.finish(await softwareSigner(holderKey).sign(prepared.toBeSigned));
    const position = Buffer.from(cms).indexOf(content);
    folder.write('changed.cms', cms.with(position, (cms[position] as number) ^ 1));
    assert.notEqual((await check('changed.cms', '-out', 'out')).status, 0);
  });

  const sign = async (...options: string[]) => {
    const signer = ['-signer', 'holder.pem', '-inkey', 'holder.key', '-in', 'content'];
    const form = ['-binary', '-outform', 'DER', '-out', 'theirs.cms'];
    const run = await folder.run('cms', '-sign', ...signer, ...form, ...options);
    assert.equal(run.status, 0, run.text);
    return folder.read('theirs.cms');
  };
  const codes = (cms: Uint8Array, eContentType = TYPE) =>
    verifySignedData({ cms, eContentType, at: new Date() }).checks.flatMap(({ result, code }) =>
      result === 'failed' ? [code] : [],
    );

  it('we verify what OpenSSL signs', async () => {
    const cms = await sign('-nodetach', '-cades', '-econtent_type', TYPE, '-md', 'sha256');
    assert.deepEqual(codes(cms), []);
    assert.deepEqual(verifySignedData({ cms, eContentType: TYPE, at: new Date() }).content, content);
  });
  it('we verify SHA-512 and detached content of OpenSSL', async () => {
    const cms = await sign('-cades', '-econtent_type', TYPE, '-md', 'sha512');
    const result = verifySignedData({ cms, content, eContentType: TYPE, at: new Date() });
    assert.equal(result.code ?? result.result, 'passed');
  });
  it('we name what is missing when OpenSSL signs in other ways', async () => {
    const type = ['-econtent_type', TYPE];
    assert.deepEqual(codes(await sign('-nodetach', ...type)), ['signing-certificate']);
    assert.deepEqual(codes(await sign('-nodetach', '-cades'), cmsOid.data), []);
    assert.deepEqual(codes(await sign('-nodetach', '-cades')), ['version', 'content-type']);
    assert.deepEqual(codes(await sign('-nodetach', '-noattr', ...type)), ['signed-attributes-missing']);
    assert.deepEqual(codes(await sign('-nodetach', '-cades', '-nocerts', ...type)), ['certificate-count']);
    assert.deepEqual(codes(await sign('-nodetach', '-cades', '-certfile', 'ca.pem', ...type)), ['certificate-count']);
    assert.deepEqual(codes(await sign('-cades', ...type)), ['content-missing']);
    const sha1 = codes(await sign('-nodetach', '-cades', '-md', 'sha1', ...type));
    assert.ok(sha1.includes('digest-algorithm'), sha1.join());
  });
  it('we verify as messages of anybody what OpenSSL signs in any of its ways, and nothing that was changed', async () => {
    const p384 = await generateSoftwareKey('P-384');
    folder.pem('second.pem', await issue(softwareSigner(p384).publicKey));
    folder.write('second.key', p384.export({ type: 'pkcs8', format: 'pem' }) as string);
    const verify = (cms: Uint8Array, given?: Uint8Array) =>
      verifyMessage({ cms, anchors: [ca], at: new Date(), ...(given ? { content: given } : {}) });
    const type = ['-econtent_type', TYPE];
    const both = ['-signer', 'second.pem', '-inkey', 'second.key', '-md', 'sha384'];
    const ways: readonly (readonly [string[], boolean])[] = [
      [['-nodetach'], false],
      [['-nodetach', '-cades', ...type], false],
      [['-nodetach', '-noattr'], false],
      [['-nodetach', '-keyid', ...type], false],
      [['-nodetach', '-keyid'], false],
      [['-nodetach', '-certfile', 'ca.pem', ...type], false],
      [['-nodetach', ...both, ...type], false],
      [['-md', 'sha512', ...type], true],
      [['-noattr'], true],
    ];
    for (const [options, detached] of ways) {
      const cms = await sign(...options);
      const report = verify(cms, detached ? content : undefined);
      assert.deepEqual([report.code, report.content], [undefined, content], options.join(' '));
      assert.equal(report.signers.length, options.includes('second.pem') ? 2 : 1);
      assert.equal(verify(cms, content.with(0, (content[0] as number) ^ 1)).result, 'failed');
      if (detached) assert.equal(verify(cms).code, 'content-missing');
    }
    assert.equal(verify(await sign('-nodetach', '-nocerts', ...type)).code, 'certificate-missing');
    assert.equal(verify(await sign('-nodetach', '-noattr', ...type)).code, 'signed-attributes-missing');
    assert.equal(verify(await sign('-nodetach', '-md', 'sha1', ...type)).code, 'digest-algorithm');
  });
  it('we refuse the trailing octet that OpenSSL lets pass', async () => {
    const cms = await sign('-nodetach', '-cades', '-econtent_type', TYPE);
    folder.write('longer.cms', Uint8Array.of(...cms, 0));
    assert.equal((await check('longer.cms', '-out', 'out')).status, 0);
    assert.deepEqual(codes(folder.read('longer.cms')), ['cms-malformed']);
  });
});
