import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, Encoded, encode } from '@tegata/cbor';
import { derFromRaw } from '@tegata/cose';
import { systemRandom } from '@tegata/random';
import type { TapMessage } from '@tegata/tap';
import { openDataFolder } from '../../cli/src/data-folder.ts';
import { type SmallStack, smallStack } from '../../faults/small-stack.ts';
import { type OpensslFolder, opensslFolder, withoutOpenssl } from './openssl-command.ts';

/** One real journey, and OpenSSL's opinion of every signature in it. The trust anchors are the files that `--data` leaves. */
describe('OpenSSL on what passed on the wires of one journey', { skip: withoutOpenssl }, () => {
  const data = mkdtempSync(join(tmpdir(), 'tegata-openssl-journey-'));
  let folder: OpensslFolder;
  let stack: SmallStack;
  before(async () => {
    folder = opensslFolder();
    stack = await smallStack({ data: openDataFolder(data, systemRandom, {}) });
    const { reference } = await stack.hands.apply({ persona: 'substitute-name', ...stack.demo });
    const { status } = await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(30_000) });
    assert.equal(status, 'active');
    for (const name of ['jpki-sign', 'iaca'])
      folder.write(`${name}.pem`, readFileSync(join(data, 'trust', `${name}.pem`)));
  });
  after(async () => {
    await stack?.close();
    folder?.remove();
    rmSync(data, { recursive: true, force: true });
  });

  const only = (which: (message: TapMessage) => boolean): Uint8Array => {
    const found = stack.messages.filter(which);
    assert.equal(found.length, 1);
    return (found[0] as TapMessage).bytes;
  };
  const application = () =>
    only(({ to, kind, label }) => to === 'smp' && kind === 'http-request' && label === 'POST /applications');
  const issued = (): {
    protectedHeader: Uint8Array;
    payload: Uint8Array;
    signature: Uint8Array;
    signer: Uint8Array;
  } => {
    const answers = stack.messages.filter(
      ({ from, kind, step }) => from === 'iaca' && kind === 'http-response' && step === 6,
    );
    const answer = decode((answers.at(-1) as TapMessage).bytes) as CborMap;
    const value = answer.get('issuerSigned') as Uint8Array | Encoded;
    const issuerSigned = decode(value instanceof Encoded ? value.content : value) as CborMap;
    const [protectedHeader, unprotected, payload, signature] = issuerSigned.get('issuerAuth') as [
      Uint8Array,
      CborMap,
      Uint8Array,
      Uint8Array,
    ];
    return { protectedHeader, payload, signature, signer: unprotected.get(33) as Uint8Array };
  };

  it('verifies the application that the card signed, and its chain under the strict rules', async () => {
    folder.write('application.cms', application());
    const run = await folder.run(
      'cms',
      '-verify',
      '-cades',
      '-inform',
      'DER',
      '-binary',
      '-in',
      'application.cms',
      '-CAfile',
      'jpki-sign.pem',
      '-purpose',
      'any',
      '-signer',
      'signer.pem',
      '-out',
      'content.cbor',
    );
    assert.equal(run.status, 0, run.text);
    assert.match(run.text, /CAdES Verification successful/);
    const content = decode(folder.read('content.cbor')) as Map<string, CborValue>;
    assert.deepEqual([content.get('version'), content.get('platform')], [1, 'ios']);
    const chain = await folder.run('verify', '-x509_strict', '-CAfile', 'jpki-sign.pem', 'signer.pem');
    assert.equal(chain.status, 0, chain.text);
  });

  it('finds the certificate good in the OCSP answer that the SMP was given, to the question that it asked', async () => {
    const toOcsp = ({ to, from, kind }: TapMessage) => kind === 'http-request' && from === 'smp' && to === 'jpki';
    const fromOcsp = ({ to, from, kind }: TapMessage) => kind === 'http-response' && from === 'jpki' && to === 'smp';
    folder.write('request.der', only(toOcsp));
    folder.write('response.der', only(fromOcsp));
    const files = ['-respin', 'response.der', '-CAfile', 'jpki-sign.pem'];
    const exchange = await folder.run('ocsp', '-reqin', 'request.der', ...files);
    assert.match(exchange.text, /Response verify OK/);
    assert.doesNotMatch(exchange.text, /nonce/i, 'the nonce of the question is in the answer');
    // Named, OpenSSL asks a question of its own: without a nonce, since the answer is to the SMP's.
    const named = ['-issuer', 'jpki-sign.pem', '-sha256', '-cert', 'signer.pem', '-no_nonce'];
    const run = await folder.run('ocsp', ...named, ...files);
    assert.match(run.text, /signer\.pem: good/);
  });

  it('verifies the document signer under the IACA root, and the signature of the MSO with it', async () => {
    const { protectedHeader, payload, signature, signer } = issued();
    folder.pem('ds.pem', signer);
    const chain = await folder.run('verify', '-x509_strict', '-CAfile', 'iaca.pem', 'ds.pem');
    assert.equal(chain.status, 0, chain.text);
    folder.write('tbs', encode(['Signature1', protectedHeader, new Uint8Array(0), payload]));
    folder.write('mso.sig', derFromRaw(signature));
    folder.write(
      'ds.key',
      createPublicKey(new X509Certificate(signer).publicKey.export({ type: 'spki', format: 'pem' })).export({
        type: 'spki',
        format: 'pem',
      }) as string,
    );
    const run = await folder.run('dgst', '-sha256', '-verify', 'ds.key', '-signature', 'mso.sig', 'tbs');
    assert.match(run.text, /Verified OK/);
  });
});
