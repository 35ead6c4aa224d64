import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { certificateToPem, parseCertificate } from '@tegata/x509';
import { buildCrl } from '@tegata/x509-build';
import { b64, days, makeStatusSamples, runSubcommandForTests } from '../status-samples-for-tests.ts';
import type { X509CheckResult } from './check.ts';
import { x509Command } from './command.ts';

let samples: Awaited<ReturnType<typeof makeStatusSamples>>;
let folder: string;
before(async () => {
  samples = await makeStatusSamples();
  folder = mkdtempSync(join(tmpdir(), 'tegata-x509-'));
});
after(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], input?: Uint8Array | string) =>
  runSubcommandForTests<X509CheckResult>(x509Command, ['check', ...args], input);
const person = () => ['--cert', b64(samples.person.certificate), '--trust', b64(samples.ca.certificate)];
const sign = () => ['--profile', 'jpki-sign', ...person()];
const failedCodes = ({ checks }: X509CheckResult) =>
  checks.flatMap(({ result, code }) => (result === 'failed' ? [code] : []));

describe('tegata x509 check', () => {
  it('answers {valid, checks} in one line of JSON, and 0 when everything is valid', async () => {
    const { code, out, err, results } = await run([...sign(), '--json']);
    assert.deepEqual([code, err, out.split('\n').length], [0, '', 2]);
    const [result] = results as [X509CheckResult];
    assert.equal(result.valid, true);
    assert.ok(result.checks.length > 8);
    for (const check of result.checks) assert.deepEqual([typeof check.id, check.result], ['string', 'passed']);
  });
  it('answers 1 with the code of the rule that does not hold', async () => {
    const { code, results } = await run(['--profile', 'jpki-auth', ...person(), '--json']);
    assert.equal(code, 1);
    const [result] = results as [X509CheckResult];
    assert.equal(result.valid, false);
    assert.deepEqual(failedCodes(result), ['ku-bits', 'eku-missing', 'policy']);
    assert.equal(result.code, 'ku-bits');
  });
  it('takes the time in question from --at', async () => {
    const late = await run([...sign(), '--at', days(4000).toISOString(), '--json']);
    assert.deepEqual([late.code, failedCodes(late.results[0] as X509CheckResult)], [1, ['validity', 'validity']]);
    assert.equal((await run([...sign(), '--at', 'tomorrow'])).code, 2);
  });
  it('reads PEM, DER, hexadecimal and standard input', async () => {
    const { certificate } = samples.person;
    const root = join(folder, 'root.pem');
    writeFileSync(root, certificateToPem(samples.ca.certificate));
    const forms: readonly [string, Uint8Array | string][] = [
      ['leaf.der', certificate],
      ['leaf.pem', `Somebody’s certificate\n${certificateToPem(certificate)}`],
      ['leaf.hex', Buffer.from(certificate).toString('hex')],
      ['leaf.b64u', Buffer.from(certificate).toString('base64url')],
    ];
    for (const [name, content] of forms) {
      writeFileSync(join(folder, name), content);
      const args = ['--profile', 'jpki-sign', '--cert', join(folder, name), '--trust', root];
      assert.equal((await run(args)).code, 0, name);
    }
    assert.equal((await run(['--profile', 'jpki-sign', '--cert', '-', '--trust', root], certificate)).code, 0);
  });
  it('calls a certificate that cannot be read der, and a trust list that cannot be read a mistake of the caller', async () => {
    const broken = samples.person.certificate.slice(0, -1);
    for (const cert of [b64(broken), b64(Uint8Array.of(...samples.person.certificate, 0)), 'hex:']) {
      const { code, results } = await run(['--profile', 'jpki-sign', '--cert', cert, ...sign().slice(4), '--json']);
      assert.deepEqual([code, failedCodes(results[0] as X509CheckResult)], [1, ['der']]);
    }
    const trust = await run(['--profile', 'jpki-sign', ...person().slice(0, 2), '--trust', b64(broken), '--json']);
    assert.deepEqual([trust.code, trust.results[0]?.error?.code], [2, 'certificate-unreadable']);
  });
  it('asks the CRLs that are given, and does not take silence for good', async () => {
    const crl = async (revoked: boolean, nextUpdate = days(1)) =>
      b64(
        await buildCrl({
          issuer: samples.ca,
          number: 1,
          thisUpdate: days(-1),
          nextUpdate,
          revoked: revoked
            ? [
                {
                  serial: parseCertificate(samples.person.certificate).serial,
                  revokedAt: days(-1),
                  reason: 'superseded',
                },
              ]
            : [],
        }),
      );
    const ask = async (file: string) => {
      const { code, results } = await run([...sign(), '--crl', file, '--json']);
      return [code, failedCodes(results[0] as X509CheckResult)];
    };
    assert.deepEqual(await ask(await crl(false)), [0, []]);
    assert.deepEqual(await ask(await crl(true)), [1, ['revoked']]);
    assert.deepEqual(await ask(await crl(false, days(0))), [1, ['revocation-undetermined']]);
    assert.deepEqual(await ask('hex:3000'), [1, ['revocation-undetermined']]);
  });
  it('answers a batch line by line, in order, whatever one line holds', async () => {
    const line = { profile: 'jpki-sign', cert: b64(samples.person.certificate), trust: [b64(samples.ca.certificate)] };
    const lines = [
      { id: 1, ...line },
      { id: 'two', ...line, profile: 'ds' },
      { id: 3, ...line, profile: 'nobody' },
      { id: 4, cert: line.cert },
    ].map((item) => JSON.stringify(item));
    const { code, results } = await run(['--batch', '-', '--trust', b64(samples.ca.certificate)], lines.join('\n'));
    assert.equal(code, 1);
    assert.deepEqual(
      results.map(({ id, valid, error }) => [id, valid, error?.code]),
      [
        [1, true, undefined],
        ['two', false, undefined],
        [3, false, 'usage'],
        [4, false, 'usage'],
      ],
    );
    assert.equal((await run(['--batch', '-'], lines[0])).code, 0);
  });
  it('says what is wrong with the arguments and ends with 2', async () => {
    for (const args of [[], ['--profile', 'jpki-sign'], person(), [...sign(), '--what'], [...sign(), 'more']]) {
      const { code, out, err } = await run(args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /^usage: /);
    }
    const none = await runSubcommandForTests(x509Command, ['chek']);
    assert.deepEqual([none.code, none.out], [2, '']);
    assert.match(none.err, /There is no "tegata x509 chek"/);
    const help = await run(['--help']);
    assert.deepEqual([help.code, help.err], [0, '']);
    assert.match(help.out, /^tegata x509 check/);
  });
  it('prints for people without control characters of the input', async () => {
    const { out } = await run(['--profile', 'ds', ...person()]);
    assert.match(out, /✗ .*ku-bits/);
    assert.match(out, /NOT VALID: /);
  });
});
