import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { prepareSignedData } from '@tegata/cms';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { systemRandom as random } from '@tegata/random';
import { buildCertId, buildOcspRequest, parseCertificate } from '@tegata/x509';
import {
  buildAttestationRoot,
  buildAttestationSigner,
  buildCrl,
  buildDocumentSigner,
  buildIaca,
  buildJpkiAuth,
  buildJpkiCa,
  buildJpkiSign,
  buildOcspResponder,
  buildOcspResponse,
  buildReaderAuth,
  buildReaderRoot,
} from '@tegata/x509-build';
import { withoutGnutls } from './gnutls-command.ts';
import { type OpensslFolder, opensslFolder, pemOf } from './openssl-command.ts';

const DAY = 86_400_000;
// GnuTLS judges by the system's clock.
const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
const later = (days: number) => new Date(at.getTime() + days * DAY);
const holder = {
  name: '試験　太郎',
  address: '東京都千代田区霞が関一丁目１－１',
  sex: '1' as const,
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  municipalityCode: '13101',
};

describe('GnuTLS takes what is ours', { skip: withoutGnutls }, () => {
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
    const trusted = ['--load-ca-certificate', folder.pem('root.pem', root)];
    const asked = ['--verify', ...trusted, ...options, '--infile', folder.pem('leaf.pem', leaf)];
    const { status, text } = await folder.exec('certtool', ...asked);
    const trustworthy = /Chain verification output: Verified\. The certificate is trusted/.test(text);
    assert.equal(trustworthy, status === 0, text);
    return { trustworthy, text };
  };
  const crlFile = async (issuer: { certificate: Uint8Array; signer: Signer }, ...serials: Uint8Array[]) => {
    const revoked = serials.map((serial) => ({ serial, revokedAt: at, reason: 'keyCompromise' as const }));
    const made = await buildCrl({ issuer, number: 7, thisUpdate: at, nextUpdate: later(30), revoked });
    return folder.write('list.pem', pemOf('X509 CRL', made));
  };

  it('chains of both JPKI authorities, with RSA and with P-384', async () => {
    for (const signer of [rsa, p384]) {
      for (const kind of ['sign', 'auth'] as const) {
        const ca = await buildJpkiCa({ ca: kind, signer, random, notBefore: at });
        const issue = { issuer: { certificate: ca, signer }, publicKey: signer.publicKey, holder, random, at };
        const leaf = await (kind === 'sign' ? buildJpkiSign(issue) : buildJpkiAuth(issue));
        assert.equal((await verifies(ca, leaf)).trustworthy, true);
      }
    }
  });
  it('chains of the mdoc root, of readers and of the wallet provider', async () => {
    const base = { random, notBefore: at };
    const end = { ...base, publicKey: p256.publicKey };
    const iaca = await buildIaca({ signer: p384, ...base });
    const iacaIssuer = { certificate: iaca, signer: p384 };
    assert.equal((await verifies(iaca, await buildDocumentSigner({ issuer: iacaIssuer, ...end }))).trustworthy, true);
    const readers = await buildReaderRoot({ signer: p384, ...base });
    const readerIssuer = { certificate: readers, signer: p384 };
    assert.equal((await verifies(readers, await buildReaderAuth({ issuer: readerIssuer, ...end }))).trustworthy, true);
    const wallet = await buildAttestationRoot({ signer: p384, ...base });
    const walletIssuer = { certificate: wallet, signer: p384 };
    assert.equal(
      (await verifies(wallet, await buildAttestationSigner({ issuer: walletIssuer, ...end }))).trustworthy,
      true,
    );
  });
  it('a root of the same name and another key is another root to it as well', async () => {
    const ca = await buildJpkiCa({ ca: 'sign', signer: rsa, random, notBefore: at });
    const other = await buildJpkiCa({ ca: 'sign', signer: p384, random, notBefore: at });
    const issuer = { certificate: ca, signer: rsa };
    const leaf = await buildJpkiSign({ issuer, publicKey: p256.publicKey, holder, random, at });
    assert.equal((await verifies(other, leaf)).trustworthy, false);
  });
  it('CRLs: empty, with others, and with the certificate in question', async () => {
    const ca = await buildJpkiCa({ ca: 'sign', signer: rsa, random, notBefore: at });
    const issuer = { certificate: ca, signer: rsa };
    const leaf = await buildJpkiSign({ issuer, publicKey: p256.publicKey, holder, random, at });
    const ask = async (...serials: Uint8Array[]) => {
      const { trustworthy, text } = await verifies(ca, leaf, '--load-crl', await crlFile(issuer, ...serials));
      return [trustworthy, /revoked/.test(text)];
    };
    assert.deepEqual(await ask(), [true, false]);
    assert.deepEqual(await ask(Uint8Array.of(1, 2, 3)), [true, false]);
    assert.deepEqual(await ask(Uint8Array.of(1, 2, 3), parseCertificate(leaf).serial), [false, true]);
    const verified = await folder.exec(
      'certtool',
      '--verify-crl',
      '--load-ca-certificate',
      'root.pem',
      '--infile',
      'list.pem',
    );
    assert.match(verified.text, /Verification output: Verified/);
    assert.match(verified.text, /CRL Number \(not critical\): 07/);
  });
  it('OCSP requests and responses, of a delegated responder and of the CA', async () => {
    const ca = await buildJpkiCa({ ca: 'sign', signer: rsa, random, notBefore: at });
    const issuer = { certificate: ca, signer: rsa };
    const leaf = await buildJpkiSign({ issuer, publicKey: p256.publicKey, holder, random, at });
    const responder = await buildOcspResponder({
      issuer,
      publicKey: p256.publicKey,
      random,
      notBefore: at,
      notAfter: later(80),
      subject: [['CN', 'TEST OCSP responder']],
    });
    folder.pem('root.pem', ca);
    folder.pem('leaf.pem', leaf);
    const nonce = random.bytes(32);
    const hex = Buffer.from(nonce).toString('hex');
    folder.write('request.der', buildOcspRequest({ certificate: leaf, issuer: ca, nonce }));
    const printed = await folder.exec('ocsptool', '-i', '--infile', 'request.der');
    assert.match(printed.text, new RegExp(`Nonce: ${hex}`));
    const revoked = { status: 'revoked', revokedAt: at, reason: 'keyCompromise' } as const;
    for (const [status, word] of [
      [{ status: 'good' } as const, 'good'],
      [revoked, 'revoked'],
      [{ status: 'unknown' } as const, 'unknown'],
    ] as const) {
      for (const own of [false, true]) {
        const certId = buildCertId(parseCertificate(leaf), parseCertificate(ca));
        const answer = { certId, status, thisUpdate: at, nextUpdate: later(1) };
        const signed = own ? { signer: rsa, certificates: [ca] } : { signer: p256, certificates: [responder] };
        folder.write('response.der', await buildOcspResponse({ answers: [answer], producedAt: at, nonce, ...signed }));
        const { text } = await folder.exec(
          'ocsptool',
          '-e',
          '--load-trust',
          'root.pem',
          '--load-response',
          'response.der',
        );
        assert.match(text, /Verifying OCSP Response: Success/);
        assert.match(text, new RegExp(`Certificate Status: ${word}`));
        assert.match(text, new RegExp(`Nonce: ${hex}`));
      }
    }
  });
  it('messages that a card signs, and none of which an octet was changed', async () => {
    const ca = await buildJpkiCa({ ca: 'sign', signer: rsa, random, notBefore: at });
    const issuer = { certificate: ca, signer: rsa };
    folder.pem('root.pem', ca);
    const content = new TextEncoder().encode('申請の内容\n');
    for (const signer of [rsa, p256, p384]) {
      const certificate = await buildJpkiSign({ issuer, publicKey: signer.publicKey, holder, random, at });
      const eContentType = '2.999.8.5.9.1';
      const prepared = prepareSignedData({ content, eContentType, certificate, signingTime: new Date() });
      const cms = prepared.finish(await signer.sign(prepared.toBeSigned));
      const ask = async (message: Uint8Array) => {
        const file = folder.write('message.p7', message);
        const { text } = await folder.exec(
          'certtool',
          '--p7-verify',
          '--inder',
          '--load-ca-certificate',
          'root.pem',
          '--infile',
          file,
        );
        return /Signature status: ok/.test(text);
      };
      assert.equal(await ask(cms), true);
      const position = Buffer.from(cms).indexOf(content);
      assert.equal(await ask(cms.with(position, (cms[position] as number) ^ 1)), false);
    }
  });
});
