import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { oid, type ProfileName, parseCertificate, pemToCertificates, verifyPath } from '@tegata/x509';
import {
  buildAttestationRoot,
  buildAttestationSigner,
  buildDocumentSigner,
  buildIaca,
  buildJpkiAuth,
  buildJpkiCa,
  buildJpkiSign,
  buildOcspResponder,
} from '@tegata/x509-build';
import { type OpensslFolder, opensslFolder, withoutOpenssl } from './openssl-command.ts';

const random = seededRandom('openssl-chains');
const at = new Date('2026-11-24T03:04:05Z');
const attime = String(at.getTime() / 1000);
const holder = {
  name: '試験　太郎',
  address: '東京都千代田区霞が関一丁目１－１',
  sex: '1' as const,
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  municipalityCode: '13101',
};

describe('OpenSSL verifies our chains', { skip: withoutOpenssl }, () => {
  let folder: OpensslFolder;
  let rsa: Signer;
  let p384: Signer;
  let p256: Signer;
  before(async () => {
    folder = opensslFolder();
    [rsa, p384, p256] = (await Promise.all(
      (['RSA-2048', 'P-384', 'P-256'] as const).map(async (kind) => softwareSigner(await generateSoftwareKey(kind))),
    )) as [Signer, Signer, Signer];
  });
  after(() => folder.remove());

  const verifies = async (root: Uint8Array, leaf: Uint8Array, ...options: string[]) => {
    folder.pem('root.pem', root);
    folder.pem('leaf.pem', leaf);
    const args = ['-x509_strict', '-attime', attime, '-CAfile', 'root.pem', ...options, 'leaf.pem'];
    return folder.run('verify', ...args);
  };

  it('of the JPKI signature CA, under its explicit policy and no other', async () => {
    const ca = await buildJpkiCa({ ca: 'sign', signer: rsa, random, notBefore: at });
    const issuer = { certificate: ca, signer: rsa };
    const leaf = await buildJpkiSign({ issuer, publicKey: p256.publicKey, holder, random, at });
    const right = await verifies(ca, leaf, '-explicit_policy', '-policy', '2.999.8.5.1.1.20');
    assert.equal(right.text, 'leaf.pem: OK\n');
    const wrong = await verifies(ca, leaf, '-explicit_policy', '-policy', '2.999.8.5.1.3.30');
    assert.notEqual(wrong.status, 0);
    assert.match(wrong.text, /no explicit policy/);
  });
  it('of the JPKI authentication CA, as a TLS client', async () => {
    const ca = await buildJpkiCa({ ca: 'auth', signer: rsa, random, notBefore: at });
    const issuer = { certificate: ca, signer: rsa };
    const leaf = await buildJpkiAuth({ issuer, publicKey: p256.publicKey, holder, random, at });
    const policy = ['-explicit_policy', '-policy', '2.999.8.5.1.3.30'];
    assert.equal((await verifies(ca, leaf, ...policy, '-purpose', 'sslclient')).text, 'leaf.pem: OK\n');
    assert.notEqual((await verifies(ca, leaf, ...policy, '-purpose', 'sslserver')).status, 0);
  });
  it('of an OCSP responder, as such', async () => {
    const ca = await buildJpkiCa({ ca: 'sign', signer: rsa, random, notBefore: at });
    const leaf = await buildOcspResponder({
      issuer: { certificate: ca, signer: rsa },
      publicKey: p256.publicKey,
      random,
      notBefore: at,
      notAfter: new Date(at.getTime() + 90 * 86_400_000),
      subject: [['CN', 'TEST OCSP responder']],
    });
    assert.equal((await verifies(ca, leaf, '-purpose', 'ocsphelper')).text, 'leaf.pem: OK\n');
  });
  it('of the mdoc root', async () => {
    const root = await buildIaca({ signer: p384, random, notBefore: at });
    const issuer = { certificate: root, signer: p384 };
    const leaf = await buildDocumentSigner({ issuer, publicKey: p256.publicKey, random, notBefore: at });
    assert.equal((await verifies(root, leaf)).text, 'leaf.pem: OK\n');
  });
  it('of the wallet provider', async () => {
    const root = await buildAttestationRoot({ signer: p384, random, notBefore: at });
    const issuer = { certificate: root, signer: p384 };
    const leaf = await buildAttestationSigner({ issuer, publicKey: p256.publicKey, random, notBefore: at });
    assert.equal((await verifies(root, leaf)).text, 'leaf.pem: OK\n');
  });
});

const configuration = `
[req]
distinguished_name = name
prompt = no
string_mask = utf8only
[name]
CN = OpenSSL TEST root
O = Tegata TEST ONLY
C = JP
[iaca]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
issuerAltName = URI:https://tegata.example/
crlDistributionPoints = URI:https://tegata.example/x.crl
[ds]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, 1.0.18013.5.1.2
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
issuerAltName = URI:https://tegata.example/
crlDistributionPoints = URI:https://tegata.example/x.crl
[plain]
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

describe('we verify the chains of OpenSSL', { skip: withoutOpenssl }, () => {
  let folder: OpensslFolder;
  let root: Uint8Array;
  const ok = async (...args: string[]) => {
    const { status, text } = await folder.run(...args);
    assert.equal(status, 0, text);
  };
  const read = (name: string) => pemToCertificates(Buffer.from(folder.read(name)).toString())[0] as Uint8Array;
  const failures = (leaf: Uint8Array, profile: ProfileName) => {
    // OpenSSL dates a certificate by the system's clock, so that is the time of the question.
    const at = new Date(parseCertificate(leaf).notBefore.getTime() + 1000);
    const { checks } = verifyPath({ leaf, anchors: [root], at, profile });
    return checks.flatMap(({ result, code }) => (result === 'failed' ? [code] : []));
  };
  const issue = async (section: string, days: string, subject: string) => {
    await ok('req', '-new', '-key', 'leaf.key', '-config', 'c.cnf', '-subj', subject, '-out', 'leaf.csr');
    const by = ['-CA', 'root.pem', '-CAkey', 'root.key', '-extfile', 'c.cnf', '-extensions', section];
    await ok('x509', '-req', '-in', 'leaf.csr', ...by, '-days', days, '-sha384', '-out', 'made.pem');
    return read('made.pem');
  };
  before(async () => {
    folder = opensslFolder();
    folder.write('c.cnf', configuration);
    await ok('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', 'root.key');
    await ok('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'leaf.key');
    const self = ['-config', 'c.cnf', '-extensions', 'iaca', '-days', '1900', '-sha384', '-out', 'root.pem'];
    await ok('req', '-x509', '-new', '-key', 'root.key', ...self);
    root = read('root.pem');
  });
  after(() => folder.remove());

  it('of a root and a document signer that follow Annex B', async () => {
    const leaf = await issue('ds', '400', '/CN=signer/C=JP');
    assert.deepEqual(failures(leaf, 'ds'), []);
    const key = createPublicKey(createPrivateKey(Buffer.from(folder.read('leaf.key'))));
    assert.ok(parseCertificate(leaf).publicKey.equals(key));
    assert.deepEqual(failures(root, 'iaca'), []);
  });
  it('and refuse one that is too long, abroad, or for no purpose, by the rule', async () => {
    assert.deepEqual(failures(await issue('ds', '500', '/CN=signer/C=JP'), 'ds'), ['lifetime']);
    assert.deepEqual(failures(await issue('ds', '400', '/CN=signer/C=FR'), 'ds'), ['country-mismatch']);
    assert.deepEqual(failures(await issue('plain', '400', '/CN=signer/C=JP'), 'ds'), [
      'eku-missing',
      'ian-missing',
      'cdp-missing',
    ]);
  });
  it('with names that OpenSSL prints as we do', async () => {
    const leaf = await issue('ds', '400', '/C=JP/L=東京/CN=a\\/b');
    const printed = await folder.run(
      'x509',
      '-in',
      'made.pem',
      '-noout',
      '-subject',
      '-nameopt',
      'utf8,sep_comma_plus_space',
    );
    const { subject } = parseCertificate(leaf);
    const parts = subject.rdns.map(
      ([part]) =>
        `${part?.type === oid.countryName ? 'C' : part?.type === oid.localityName ? 'L' : 'CN'}=${part?.value}`,
    );
    assert.equal(printed.text, `subject=${parts.join(', ')}\n`);
  });
});
