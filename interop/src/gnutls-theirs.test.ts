import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { verifyMessage } from '@tegata/cms';
import {
  buildOcspRequest,
  checkCrl,
  oid,
  parseCertificate,
  pemToCertificates,
  readOcspRequest,
  verifyPath,
} from '@tegata/x509';
import { withoutGnutls } from './gnutls-command.ts';
import { type OpensslFolder, opensslFolder } from './openssl-command.ts';

const root = `cn = "GnuTLS TEST root"
organization = "Tegata TEST ONLY"
country = JP
serial = 77
expiration_days = 1900
ca
cert_signing_key
crl_signing_key
`;
const middle = `${root.replace('TEST root', 'TEST middle').replace('serial = 77', 'serial = 78')}path_len = 0\n`;
const correspondent = `cn = "correspondent"
country = JP
serial = 4711
expiration_days = 400
signing_key
non_repudiation
crl_dist_points = "https://tegata.example/x.crl"
`;
const documentSigner = `cn = "signer"
country = JP
serial = 4712
expiration_days = 400
signing_key
key_purpose_oid = 1.0.18013.5.1.2
crl_dist_points = "https://tegata.example/x.crl"
`;

describe('we take what is of GnuTLS', { skip: withoutGnutls }, () => {
  let folder: OpensslFolder;
  const certtool = async (...args: string[]) => {
    const { status, text } = await folder.exec('certtool', ...args);
    assert.equal(status, 0, text);
  };
  const text = (name: string) => Buffer.from(folder.read(name)).toString();
  const certificate = (name: string) => pemToCertificates(text(name))[0] as Uint8Array;
  const pem = (name: string) => new Uint8Array(Buffer.from(text(name).replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
  /** GnuTLS dates by the system's clock, so that is the time of the question. */
  const now = () => new Date(Date.now() + 1000);
  const under = (ca: string, template: string, key: string, out: string) =>
    certtool(
      ...['--generate-certificate', '--template', folder.write(`${out}.cfg`, template), '--load-privkey', key],
      ...['--load-ca-certificate', `${ca}.pem`, '--load-ca-privkey', `${ca}.key`, '--outfile', `${out}.pem`],
    );
  before(async () => {
    folder = opensslFolder();
    const keys: readonly [string, string[]][] = [
      ['root.key', ['--key-type=rsa', '--bits=2048']],
      ['middle.key', ['--key-type=ecdsa', '--curve=secp384r1']],
      ['leaf.key', ['--key-type=ecdsa', '--curve=secp256r1']],
    ];
    await Promise.all(keys.map(([name, kind]) => certtool('--generate-privkey', ...kind, '--outfile', name)));
    folder.write('root.cfg', root);
    const self = ['--generate-self-signed', '--load-privkey', 'root.key', '--template', 'root.cfg'];
    await certtool(...self, '--outfile', 'root.pem');
    await under('root', middle, 'middle.key', 'middle');
    await under('root', correspondent, 'leaf.key', 'leaf');
    await under('middle', correspondent, 'leaf.key', 'below');
    await under('root', documentSigner, 'leaf.key', 'ds');
    folder.write('content', 'The content of a message.\n');
  });
  after(() => folder.remove());

  const path = (leaf: string, profile: 'cms-signer' | 'ds', ...intermediates: string[]) =>
    verifyPath({
      leaf: certificate(leaf),
      intermediates: intermediates.map(certificate),
      anchors: [certificate('root.pem')],
      at: now(),
      profile,
    });

  it('chains with and without an intermediate, with RSA, P-384 and P-256', () => {
    assert.equal(path('leaf.pem', 'cms-signer').code, undefined);
    assert.equal(path('below.pem', 'cms-signer', 'middle.pem').code, undefined);
    assert.equal(path('below.pem', 'cms-signer').code, 'no-path-to-anchor');
    assert.equal(parseCertificate(certificate('leaf.pem')).serialHex, '1267');
  });
  it('and name what such a chain lacks to be one of an mdoc', () => {
    const { checks } = path('ds.pem', 'ds');
    const failed = checks.flatMap(({ id, result, code }) => (result === 'failed' ? [`${id} ${code}`] : []));
    assert.deepEqual(failed, [
      // GnuTLS makes its key identifiers over the whole SubjectPublicKeyInfo.
      'subject-key-identifier ski',
      'extended-key-usage eku-noncrit',
      'issuer-alt-name ian-missing',
      'anchor.key keytype',
      'anchor.basic-constraints pathlen',
      'anchor.subject-key-identifier ski',
      'anchor.issuer-alt-name ian-missing',
      'anchor.distribution-point cdp-missing',
    ]);
  });
  it('CRLs, empty and with a certificate', async () => {
    folder.write('crl.cfg', 'crl_next_update = 30\ncrl_number = 5\n');
    const list = async (...revoked: string[]) => {
      const options = revoked.flatMap((name) => ['--load-certificate', name]);
      await certtool(
        ...['--generate-crl', '--template', 'crl.cfg', ...options, '--outfile', 'list.pem'],
        ...['--load-ca-certificate', 'root.pem', '--load-ca-privkey', 'root.key'],
      );
      return pem('list.pem');
    };
    const ask = (crl: Uint8Array, name: string) =>
      checkCrl({ crl, certificate: certificate(name), issuer: certificate('root.pem'), at: now(), profile: 'mdoc' })
        .code;
    const revoked = await list('leaf.pem');
    assert.deepEqual([ask(revoked, 'leaf.pem'), ask(revoked, 'ds.pem')], ['revoked', 'good']);
    assert.equal(ask(revoked, 'below.pem'), 'issuer-name');
    assert.equal(ask(await list(), 'leaf.pem'), 'good');
  });
  it('OCSP requests, which name the certificate in SHA-1', async () => {
    await folder.exec(
      'ocsptool',
      '-q',
      '--load-issuer',
      'root.pem',
      '--load-cert',
      'leaf.pem',
      '--outfile',
      'request.der',
    );
    const [asked] = readOcspRequest(folder.read('request.der')).certIds;
    const ours = buildOcspRequest({
      certificate: certificate('leaf.pem'),
      issuer: certificate('root.pem'),
      hash: 'sha1',
    });
    assert.deepEqual([asked?.hash, asked?.raw], ['sha1', readOcspRequest(ours).certIds[0]?.raw]);
  });
  it('messages, attached and detached, with the time of signing', async () => {
    const sign = async (...how: string[]) => {
      const signer = ['--load-certificate', 'leaf.pem', '--load-privkey', 'leaf.key'];
      await certtool(...how, ...signer, '--infile', 'content', '--outfile', 'message.pem');
      return pem('message.pem');
    };
    const content = folder.read('content');
    const verify = (cms: Uint8Array, given?: Uint8Array) =>
      verifyMessage({ cms, anchors: [certificate('root.pem')], at: now(), ...(given ? { content: given } : {}) });
    const attached = verify(await sign('--p7-sign'));
    assert.deepEqual(
      [attached.code, attached.content, attached.eContentType],
      [undefined, content, '1.2.840.113549.1.7.1'],
    );
    const detached = await sign('--p7-detached-sign', '--p7-time');
    assert.equal(verify(detached).code, 'content-missing');
    const report = verify(detached, content);
    assert.equal(report.code, undefined);
    assert.ok(report.signers[0]?.signingTime);
    assert.equal(verify(detached, content.with(0, 0x74)).code, 'message-digest');
    assert.equal(parseCertificate(certificate('leaf.pem')).spki.algorithm.oid, oid.ecPublicKey);
  });
});
