import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '@tegata/clock';
import { peer, type Running } from '@tegata/http';
import { type JpkiAuthority, makeAuthority, start } from '@tegata/jpki';
import { generateSoftwareKey, memoryKeys, softwareSigner } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { openStore, type Store } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { buildOcspRequest, readOcspRequest, verifyOcspResponse } from '@tegata/x509';
import { buildOcspResponder, buildOcspResponse } from '@tegata/x509-build';
import { type OpensslFolder, opensslFolder, withoutOpenssl } from './openssl-command.ts';

const clock = systemClock;
const random = systemRandom;
const secret = 'secret-of-the-card-factory';

// OpenSSL's client judges times by the system's clock, so everything here runs on it.
describe('OCSP between OpenSSL and us', { skip: withoutOpenssl }, () => {
  let folder: OpensslFolder;
  let store: Store;
  let authority: JpkiAuthority;
  let running: Running;
  let certificate: Uint8Array;
  let serial: string;
  let responderKey: KeyObject;
  let responder: Uint8Array;
  const keys = memoryKeys();

  const issue = async () => {
    const key = softwareSigner(await generateSoftwareKey('RSA-2048')).publicKey;
    const holder = {
      name: '試験　太郎',
      address: '東京都千代田区霞が関一丁目１－１',
      sex: '1',
      birthDate: '19800217',
      prefecture: 'Tokyo-to',
      municipality: 'Chiyoda-ku',
      municipalityCode: '13101',
    };
    const publicKey = key.export({ type: 'spki', format: 'der' }).toString('base64');
    const answer = await peer({ url: running.url, name: 'jpki', party: 'card', secret }).request(
      'POST',
      '/certificates',
      {
        json: { profile: 'sign', publicKey, holder },
      },
    );
    return answer.json() as { certificate: string; serial: string };
  };
  before(async () => {
    folder = opensslFolder();
    store = await openStore({});
    authority = await makeAuthority({ clock, random, keys });
    running = await start({ clock, random, log: silentLog, tap: noTap, store, authority, secret });
    const issued = await issue();
    certificate = new Uint8Array(Buffer.from(issued.certificate, 'base64'));
    serial = issued.serial;
    responderKey = await generateSoftwareKey('P-256');
    const now = clock.now().getTime();
    responder = await buildOcspResponder({
      issuer: { certificate: authority.sign.ca, signer: authority.sign.signer },
      publicKey: softwareSigner(responderKey).publicKey,
      random,
      notBefore: new Date(now - 60_000),
      notAfter: new Date(now + 86_400_000),
      subject: [['CN', 'TEST OCSP responder']],
    });
    folder.pem('ca.pem', authority.sign.ca);
    folder.pem('auth-ca.pem', authority.auth.ca);
    folder.pem('cert.pem', certificate);
    folder.pem('responder.pem', responder);
    folder.write('responder.key', responderKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    const caKey = keys.privateKey('jpki-sign-ca');
    folder.write('ca.key', caKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  });
  after(async () => {
    await running.close();
    await store.close();
    folder.remove();
  });

  const ask = (...options: string[]) => {
    const { host } = new URL(running.url);
    const where = ['-url', `${running.url}/ocsp`, '-header', `Host=${host}`, '-CAfile', 'ca.pem'];
    // The digest of the CertID counts for what follows it on the command line.
    return folder.run('ocsp', ...options, '-issuer', 'ca.pem', '-cert', 'cert.pem', ...where);
  };

  it('OpenSSL’s client takes our answers, with SHA-1 and SHA-256 and with a nonce', async () => {
    for (const options of [[], ['-sha256'], ['-sha256', '-nonce'], ['-no_nonce']]) {
      const { text, status } = await ask(...options);
      assert.equal(status, 0, text);
      assert.match(text, /Response verify OK/, options.join());
      assert.match(text, /cert\.pem: good/);
      assert.doesNotMatch(text, /WARNING/);
    }
  });
  it('OpenSSL’s client hears of a revocation, with its reason', async () => {
    const other = await issue();
    folder.pem('other.pem', new Uint8Array(Buffer.from(other.certificate, 'base64')));
    await peer({ url: running.url, name: 'jpki', party: 'card', secret }).request('POST', '/revocations', {
      json: { ca: 'sign', serial: other.serial, reason: 'keyCompromise' },
    });
    const { text } = await ask('-issuer', 'ca.pem', '-cert', 'other.pem');
    assert.match(text, /Response verify OK/);
    assert.match(text, /other\.pem: revoked/);
    assert.match(text, /Reason: keyCompromise/);
    assert.match(text, /cert\.pem: good/);
  });
  it('OpenSSL’s client hears unknown of a number that was never issued', async () => {
    const { text } = await ask('-issuer', 'ca.pem', '-serial', '0x01020304');
    assert.match(text, /Response verify OK/);
    assert.match(text, /0x01020304: unknown/);
  });
  it('OpenSSL’s client hears unauthorized about both CAs at once', async () => {
    const { text } = await ask('-issuer', 'auth-ca.pem', '-serial', '0x01020304');
    assert.match(text, /unauthorized/);
  });
  it('OpenSSL verifies an answer that we made for a request of its own', async () => {
    const made = await folder.run(
      'ocsp',
      '-sha256',
      '-issuer',
      'ca.pem',
      '-cert',
      'cert.pem',
      '-reqout',
      'request.der',
    );
    assert.equal(made.status, 0, made.text);
    const { certIds, nonce } = readOcspRequest(folder.read('request.der'));
    assert.ok(nonce);
    const now = clock.now();
    const response = await buildOcspResponse({
      answers: certIds.map(({ raw }) => ({
        certId: raw,
        status: { status: 'good' },
        thisUpdate: now,
        nextUpdate: now,
      })),
      producedAt: now,
      signer: softwareSigner(responderKey),
      certificates: [responder],
      nonce,
    });
    folder.write('response.der', response);
    const files = ['-reqin', 'request.der', '-respin', 'response.der', '-CAfile', 'ca.pem'];
    const { text, status } = await folder.run('ocsp', ...files);
    assert.equal(status, 0, text);
    assert.match(text, /Response verify OK/);
  });

  /** An answer of OpenSSL's responder to a request of ours. */
  const theirs = async (line: string, signer: string, nonce: Uint8Array) => {
    folder.write('index.txt', line === '' ? '' : `${line}\tunknown\t/CN=x\n`);
    folder.write('ask.der', buildOcspRequest({ certificate, issuer: authority.sign.ca, nonce }));
    const by = ['-index', 'index.txt', '-CA', 'ca.pem', '-rsigner', `${signer}.pem`, '-rkey', `${signer}.key`];
    const run = await folder.run('ocsp', ...by, '-reqin', 'ask.der', '-respout', 'answer.der', '-ndays', '1');
    assert.equal(run.status, 0, run.text);
    return verifyOcspResponse({
      response: folder.read('answer.der'),
      nonce,
      certificate,
      issuer: authority.sign.ca,
      at: clock.now(),
    });
  };

  it('we take the answers of OpenSSL’s responder: of a delegated one and of the CA itself', async () => {
    for (const signer of ['responder', 'ca']) {
      const result = await theirs(`V\t310101000000Z\t\t${serial}`, signer, random.bytes(32));
      assert.equal(result.code, 'good', signer);
    }
  });
  it('we hear of a revocation from OpenSSL’s responder', async () => {
    const result = await theirs(
      `R\t310101000000Z\t260101000000Z,cessationOfOperation\t${serial}`,
      'responder',
      random.bytes(32),
    );
    assert.deepEqual([result.status, result.reason], ['revoked', 'cessationOfOperation']);
    assert.equal(result.revokedAt?.toISOString(), '2026-01-01T00:00:00.000Z');
  });
  it('we hear unknown from OpenSSL’s responder, which is not good', async () => {
    assert.equal((await theirs('', 'responder', random.bytes(32))).status, 'unknown');
  });
});
