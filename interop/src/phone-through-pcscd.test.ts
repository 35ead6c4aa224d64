import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { demoCertificates } from '../../cli/src/stack.ts';
import { type SmallStack, smallStack } from '../../faults/small-stack.ts';
import { type Pcscd, startPcscd, VPCD_PORT, withoutPcscd } from './pcscd.ts';

const without = await withoutPcscd();

/** OpenSC knows nothing of phones: it finds the JPKI application by its name, and uses the phone as it uses the card. */
describe('our phone through pcscd and OpenSC', { skip: without && `not tried: ${without}` }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'phone-pcscd-'));
  const { authPin, signaturePassword } = demoCertificates;
  let pcscd: Pcscd;
  let stack: SmallStack;

  before(async () => {
    stack = await smallStack();
    const { reference } = await stack.hands.apply({ persona: 'adult', ...stack.demo, certificates: demoCertificates });
    await stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(60_000) });
    pcscd = await startPcscd(folder);
    const at = { reader: `127.0.0.1:${VPCD_PORT}`, pin: stack.demo.phonePin };
    assert.equal((await stack.hands.peers.wallet.request('POST', '/certificates/hold', { json: at })).status, 200);
    await pcscd.until('in');
  });
  after(async () => {
    await stack?.hands.peers.wallet.request('POST', '/certificates/remove');
    await pcscd?.stop();
    await stack?.close();
    rmSync(folder, { recursive: true });
  });

  it('has the ATR of a contactless reader, and is a jpki card all the same', async () => {
    assert.match((await pcscd.run('opensc-tool', '-a')).output, /3b:80:80:01:01/i);
    assert.match((await pcscd.run('opensc-tool', '-n')).output, /jpki/i);
  });

  it('has two PINs, two keys and four certificates', async () => {
    const { output } = await pcscd.run('pkcs15-tool', '-D');
    const count = (pattern: RegExp) => output.match(pattern)?.length ?? 0;
    assert.deepEqual(
      [count(/^PIN \[/gm), count(/^Private RSA Key \[/gm), count(/^X\.509 Certificate \[/gm)],
      [2, 2, 4],
      output,
    );
  });

  for (const [what, number, slot, pin] of [
    ['authentication', '1', '0', authPin],
    ['signature', '2', '1', signaturePassword],
  ] as const) {
    it(`gives its ${what} certificate after its own PIN, and not before; the key signs, and openssl verifies`, async () => {
      const read = ['--auth-id', `0${number}`, '--read-certificate', number];
      const before = await pcscd.run('pkcs15-tool', '--read-certificate', number);
      assert.doesNotMatch(before.output, /BEGIN CERTIFICATE/);
      const { output } = await pcscd.run('pkcs15-tool', ...read, '--pin', pin, '--verify-pin');
      assert.match(output, /-----BEGIN CERTIFICATE-----/, output);
      writeFileSync(join(folder, `${number}.pem`), output.slice(output.indexOf('-----BEGIN')));
      writeFileSync(join(folder, 'message'), `signed by the phone's ${what} key`);
      const key = ['--login', '--pin', pin, '--sign', '--mechanism', 'SHA256-RSA-PKCS', '--id', `0${number}`];
      const signed = await pcscd.run('pkcs11-tool', '--slot', slot, ...key, '-i', 'message', '-o', `${number}.sig`);
      assert.equal(signed.code, 0, signed.output);
      await pcscd.run('openssl', 'x509', '-in', `${number}.pem`, '-pubkey', '-noout', '-out', `${number}.pub`);
      const arguments_ = ['dgst', '-sha256', '-verify', `${number}.pub`, '-signature', `${number}.sig`, 'message'];
      assert.match((await pcscd.run('openssl', ...arguments_)).output, /Verified OK/);
    });
  }

  it('does not know the card’s PIN, and counts', async () => {
    const wrong = ['--auth-id', '01', '--pin', stack.demo.pin, '--verify-pin', '--read-certificate', '1'];
    assert.doesNotMatch((await pcscd.run('pkcs15-tool', ...wrong)).output, /BEGIN CERTIFICATE/);
    const { pins } = (await stack.hands.peers.wallet.request('GET', '/certificates')).json() as {
      pins: { auth: { triesLeft: number } };
    };
    assert.equal(pins.auth.triesLeft, 2);
  });
});
