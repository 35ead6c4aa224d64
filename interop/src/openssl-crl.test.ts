import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { checkCrl, parseCertificate, pemToCertificates, readCrl } from '@tegata/x509';
import { buildCrl, buildDocumentSigner, buildIaca } from '@tegata/x509-build';
import { type OpensslFolder, opensslFolder, withoutOpenssl } from './openssl-command.ts';

const random = seededRandom('openssl-crl');
const at = new Date('2026-11-24T03:04:05Z');
const attime = String(at.getTime() / 1000);
const DAY = 86_400_000;

describe('OpenSSL reads our CRL of document signers', { skip: withoutOpenssl }, () => {
  let folder: OpensslFolder;
  let signer: Signer;
  let root: Uint8Array;
  let leaf: Uint8Array;
  before(async () => {
    folder = opensslFolder();
    signer = softwareSigner(await generateSoftwareKey('P-384'));
    const key = softwareSigner(await generateSoftwareKey('P-256'));
    root = await buildIaca({ signer, random, notBefore: at });
    const issuer = { certificate: root, signer };
    leaf = await buildDocumentSigner({ issuer, publicKey: key.publicKey, random, notBefore: at });
    folder.pem('root.pem', root);
    folder.pem('leaf.pem', leaf);
  });
  after(() => folder.remove());
  const crl = async (...serials: Uint8Array[]) => {
    const revoked = serials.map((serial) => ({ serial, revokedAt: at, reason: 'keyCompromise' as const }));
    const number = 7;
    const nextUpdate = new Date(at.getTime() + 60 * DAY);
    const made = await buildCrl({ issuer: { certificate: root, signer }, number, thisUpdate: at, nextUpdate, revoked });
    folder.write('list.crl', made);
    return made;
  };
  const verify = () =>
    folder.run('verify', '-crl_check', '-attime', attime, '-CAfile', 'root.pem', '-CRLfile', 'list.crl', 'leaf.pem');
  const ours = (list: Uint8Array) => checkCrl({ crl: list, certificate: leaf, issuer: root, at, profile: 'mdoc' });

  it('as one that is signed and empty', async () => {
    const list = await crl();
    assert.equal((await verify()).text, 'leaf.pem: OK\n');
    assert.equal(ours(list).status, 'good');
    const printed = await folder.run(
      'crl',
      '-in',
      'list.crl',
      '-inform',
      'DER',
      '-noout',
      '-crlnumber',
      '-verify',
      '-CAfile',
      'root.pem',
    );
    assert.match(printed.text, /crlNumber=0x0?7/);
    assert.match(printed.text, /verify OK/);
  });
  it('as one that revokes the signer', async () => {
    const list = await crl(Uint8Array.of(3, 1), parseCertificate(leaf).serial);
    const refused = await verify();
    assert.notEqual(refused.status, 0);
    assert.match(refused.text, /certificate revoked/);
    assert.deepEqual([ours(list).status, ours(list).reason], ['revoked', 'keyCompromise']);
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
[root]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical, digitalSignature
crlDistributionPoints = URI:https://tegata.example/x.crl
[ca]
default_ca = this
[this]
database = index.txt
new_certs_dir = .
certificate = root.pem
private_key = root.key
serial = serial
crlnumber = number
default_md = sha384
default_days = 30
default_crl_days = 30
policy = any
unique_subject = no
[any]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid
[partition]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @point
[point]
fullname = URI:https://tegata.example/x.crl
onlyuser = TRUE
[otherpartition]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @otherpoint
[otherpoint]
fullname = URI:https://tegata.example/y.crl
[reasons]
issuingDistributionPoint = critical, @somereasons
[somereasons]
onlysomereasons = keyCompromise, CACompromise
[delta]
authorityKeyIdentifier = keyid
2.5.29.27 = critical, DER:020101
`;

describe('we read the CRLs of OpenSSL', { skip: withoutOpenssl }, () => {
  let folder: OpensslFolder;
  let root: Uint8Array;
  let leaf: Uint8Array;
  let now: Date;
  const ok = async (...args: string[]) => {
    const { status, text } = await folder.run(...args);
    assert.equal(status, 0, text);
  };
  const read = (name: string) => pemToCertificates(Buffer.from(folder.read(name)).toString())[0] as Uint8Array;
  const list = async (extensions?: string) => {
    const options = extensions ? ['-crlexts', extensions] : [];
    await ok('ca', '-config', 'c.cnf', '-gencrl', ...options, '-out', 'list.pem');
    await ok('crl', '-in', 'list.pem', '-outform', 'DER', '-out', 'list.der');
    return folder.read('list.der');
  };
  const ask = (crl: Uint8Array) => checkCrl({ crl, certificate: leaf, issuer: root, at: now }).code;
  before(async () => {
    folder = opensslFolder();
    folder.write('c.cnf', configuration);
    folder.write('index.txt', '');
    folder.write('serial', '01\n');
    folder.write('number', '01\n');
    await ok('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', 'root.key');
    await ok('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'leaf.key');
    const self = ['-config', 'c.cnf', '-extensions', 'root', '-days', '900', '-sha384', '-out', 'root.pem'];
    await ok('req', '-x509', '-new', '-key', 'root.key', ...self);
    await ok('req', '-new', '-key', 'leaf.key', '-config', 'c.cnf', '-subj', '/CN=leaf', '-out', 'leaf.csr');
    const made = ['-in', 'leaf.csr', '-out', 'leaf.pem', '-notext', '-extensions', 'leaf'];
    await ok('ca', '-batch', '-config', 'c.cnf', ...made);
    root = read('root.pem');
    leaf = read('leaf.pem');
    // OpenSSL dates by the system's clock, so that is the time of the question.
    now = new Date(parseCertificate(leaf).notBefore.getTime() + 60_000);
  });
  after(() => folder.remove());

  it('with a number, without, in partitions, and for some reasons', async () => {
    assert.equal(ask(await list('crl')), 'good');
    assert.equal(readCrl(await list('crl')).number, 2n);
    assert.equal(readCrl(await list()).version, 2);
    assert.equal(ask(await list('partition')), 'good');
    assert.equal(ask(await list('otherpartition')), 'partition');
    assert.equal(ask(await list('reasons')), 'reasons');
    assert.equal(ask(await list('delta')), 'delta');
  });
  it('and find what they revoke', async () => {
    await ok('ca', '-config', 'c.cnf', '-revoke', 'leaf.pem', '-crl_reason', 'superseded');
    const crl = await list('crl');
    const { status, reason } = checkCrl({ crl, certificate: leaf, issuer: root, at: now });
    assert.deepEqual([status, reason], ['revoked', 'superseded']);
  });
});
