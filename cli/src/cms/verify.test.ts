import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { prepareSignedData } from '@tegata/cms';
import { b64, days, makeStatusSamples, NOW, runSubcommandForTests } from '../status-samples-for-tests.ts';
import { cmsCommand } from './command.ts';
import type { CmsVerifyResult } from './verify.ts';

let samples: Awaited<ReturnType<typeof makeStatusSamples>>;
let folder: string;
let message: Uint8Array;
const content = new TextEncoder().encode('0123456789abcdef\n');
before(async () => {
  samples = await makeStatusSamples();
  folder = mkdtempSync(join(tmpdir(), 'tegata-cms-'));
  const { certificate, signer } = samples.person;
  const prepared = prepareSignedData({ content, eContentType: '2.999.8.5.9.1', certificate, signingTime: NOW });
  message = prepared.finish(await signer.sign(prepared.toBeSigned));
});
after(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], input?: Uint8Array | string) =>
  runSubcommandForTests<CmsVerifyResult>(cmsCommand, ['verify', ...args], input);
const trust = () => ['--trust', b64(samples.ca.certificate)];
const outcome = async (args: readonly string[]) => {
  const { code, results } = await run([...args, '--json']);
  return [code, results[0]?.valid, results[0]?.code];
};

describe('tegata cms verify', () => {
  it('answers {valid, signers, code}', async () => {
    const { code, results } = await run(['--cms', b64(message), ...trust(), '--json']);
    const [result] = results as [CmsVerifyResult];
    assert.deepEqual([code, result.valid, result.code, result.contentType], [0, true, 'valid', '2.999.8.5.9.1']);
    const [signer] = result.signers;
    assert.equal(result.signers.length, 1);
    assert.deepEqual([signer?.valid, signer?.signingTime], [true, NOW.toISOString()]);
    assert.match(signer?.serial ?? '', /^[0-9A-F]{8}$/);
    assert.match(signer?.issuer ?? '', /^C=JP, O=Tegata TEST ONLY/);
  });
  it('names the rule that does not hold', async () => {
    const at = Buffer.from(message).indexOf(content);
    assert.deepEqual(await outcome(['--cms', b64(message.with(at, 0x31)), ...trust()]), [1, false, 'message-digest']);
    assert.deepEqual(await outcome(['--cms', b64(Uint8Array.of(...message, 0)), ...trust()]), [
      1,
      false,
      'cms-malformed',
    ]);
    const strangers = ['--trust', b64(samples.iaca.certificate)];
    assert.deepEqual(await outcome(['--cms', b64(message), ...strangers]), [1, false, 'no-path-to-anchor']);
    const late = ['--at', days(4000).toISOString()];
    assert.deepEqual(await outcome(['--cms', b64(message), ...trust(), ...late]), [1, false, 'validity']);
    const early = ['--at', days(-1).toISOString()];
    assert.deepEqual(await outcome(['--cms', b64(message), ...trust(), ...early]), [1, false, 'signing-time']);
  });
  it('takes the content as it lies there, and only what was signed', async () => {
    const file = join(folder, 'content');
    writeFileSync(file, content);
    assert.deepEqual(await outcome(['--cms', b64(message), '--content', file, ...trust()]), [0, true, 'valid']);
    writeFileSync(file, Buffer.from(content).toString('hex'));
    assert.deepEqual(await outcome(['--cms', b64(message), '--content', file, ...trust()]), [0, true, 'valid']);
    assert.deepEqual(await outcome(['--cms', b64(message), '--content', 'hex:00', ...trust()]), [
      1,
      false,
      'content-mismatch',
    ]);
  });
  it('wants exactly the expected signer', async () => {
    const person = ['--signer', b64(samples.person.certificate)];
    assert.deepEqual(await outcome(['--cms', b64(message), ...trust(), ...person]), [0, true, 'valid']);
    const other = ['--signer', b64(samples.responder.certificate)];
    assert.deepEqual(await outcome(['--cms', b64(message), ...trust(), ...other]), [1, false, 'signer-missing']);
    assert.deepEqual(await outcome(['--cms', b64(message), ...trust(), ...other, ...person]), [
      1,
      false,
      'signer-missing',
    ]);
  });
  it('reads PEM and standard input', async () => {
    const pem = `-----BEGIN CMS-----\n${Buffer.from(message).toString('base64')}\n-----END CMS-----\n`;
    assert.equal((await run(['--cms', '-', ...trust()], pem)).code, 0);
    assert.equal((await run(['--cms', '-', ...trust()], message)).code, 0);
  });
  it('answers a batch in order, and ends with 2 when the arguments cannot be used', async () => {
    const lines = [{ id: 1, cms: b64(message) }, { id: 2, cms: 'hex:3000' }, { id: 3 }].map((line) =>
      JSON.stringify(line),
    );
    const { code, results } = await run(['--batch', '-', ...trust()], lines.join('\n'));
    assert.equal(code, 1);
    assert.deepEqual(
      results.map(({ id, valid, code: of }) => [id, valid, of]),
      [
        [1, true, 'valid'],
        [2, false, 'cms-malformed'],
        [3, false, 'usage'],
      ],
    );
    for (const args of [
      [],
      trust(),
      ['--cms', b64(message)],
      ['--cms', b64(message), ...trust(), '--signer', 'hex:00'],
    ]) {
      assert.equal((await run(args)).code, 2);
    }
    const text = await run(['--cms', b64(message), ...trust()]);
    assert.match(text.out, /signer 1: signature[^\n]*\n[\s\S]*VALID\n$/);
  });
});
