import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { formatName } from '@tegata/x509';
import { buildCsr, readCsr, X509BuildError } from './index.ts';

const signers = await Promise.all(
  (['RSA-2048', 'P-384', 'P-256'] as const).map(async (kind) => softwareSigner(await generateSoftwareKey(kind))),
);
const spkiOf = (signer: (typeof signers)[number]) => signer.publicKey.export({ type: 'spki', format: 'der' });

const refused = (bytes: Uint8Array): string => {
  try {
    readCsr(bytes);
  } catch (error) {
    assert(error instanceof X509BuildError, String(error));
    return error.code;
  }
  return 'accepted';
};

describe('a certification request', () => {
  it('shows the key that it is for and the name that was asked for', async () => {
    for (const signer of signers) {
      const csr = readCsr(await buildCsr({ signer, subject: [['CN', 'a phone']] }));
      assert.deepEqual(Buffer.from(csr.spki), spkiOf(signer));
      assert.equal(formatName(csr.subject), 'CN=a phone');
    }
  });

  it('may leave the name empty', async () => {
    for (const signer of signers) assert.equal(formatName(readCsr(await buildCsr({ signer })).subject), '');
  });

  it('is refused when another key signed it', async () => {
    const [own, , other] = signers as [(typeof signers)[0], unknown, (typeof signers)[0]];
    const signer = { ...own, algorithm: other.algorithm, sign: other.sign };
    assert.equal(refused(await buildCsr({ signer })), 'csr-signature');
  });

  it('is refused when a bit of it was turned, wherever that is', async () => {
    const csr = await buildCsr({ signer: signers[1] as (typeof signers)[0] });
    for (let at = 0; at < csr.length; at++) {
      const turned = Uint8Array.from(csr);
      turned[at] = (turned[at] as number) ^ 0x01;
      assert.match(refused(turned), /^csr-(malformed|signature)$/, `octet ${at}`);
    }
  });

  it('is refused when it ends early, goes on, or is too large', async () => {
    const csr = await buildCsr({ signer: signers[1] as (typeof signers)[0] });
    assert.equal(refused(csr.subarray(0, -1)), 'csr-malformed');
    assert.equal(refused(Buffer.concat([csr, Uint8Array.of(0)])), 'csr-malformed');
    assert.equal(refused(new Uint8Array()), 'csr-malformed');
    assert.equal(refused(new Uint8Array(9000)), 'csr-malformed');
  });
});
