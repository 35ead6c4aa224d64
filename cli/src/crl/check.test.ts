import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { der } from '@tegata/der';
import { oid, parseCertificate } from '@tegata/x509';
import { buildCrl, type CrlInput } from '@tegata/x509-build';
import { b64, days, makeStatusSamples, runSubcommandForTests } from '../status-samples-for-tests.ts';
import type { CrlCheckResult } from './check.ts';
import { crlCommand } from './command.ts';

let samples: Awaited<ReturnType<typeof makeStatusSamples>>;
let serial: Uint8Array;
before(async () => {
  samples = await makeStatusSamples();
  serial = parseCertificate(samples.person.certificate).serial;
});

const run = (args: readonly string[], input?: Uint8Array | string) =>
  runSubcommandForTests<CrlCheckResult>(crlCommand, ['check', ...args], input);
const about = () => ['--cert', b64(samples.person.certificate), '--trust', b64(samples.ca.certificate)];
const build = (change: Partial<CrlInput> = {}) =>
  buildCrl({ issuer: samples.ca, number: 4, thisUpdate: days(-1), nextUpdate: days(1), revoked: [], ...change });
const revoked = (reason: 'keyCompromise' | 'certificateHold') => [{ serial, revokedAt: days(-2), reason }];
const ask = async (crls: readonly Uint8Array[], ...more: string[]) => {
  const { code, results } = await run([...crls.flatMap((crl) => ['--crl', b64(crl)]), ...about(), ...more, '--json']);
  const [result] = results as [CrlCheckResult];
  return [code, result.status, result.code];
};

describe('tegata crl check', () => {
  it('answers good with 0, revoked and unusable with 1', async () => {
    assert.deepEqual(await ask([await build()]), [0, 'good', 'good']);
    assert.deepEqual(await ask([await build({ revoked: revoked('keyCompromise') })]), [1, 'revoked', 'revoked']);
    assert.deepEqual(await ask([await build({ revoked: revoked('certificateHold') })]), [1, 'revoked', 'revoked']);
    assert.deepEqual(await ask([await build({ nextUpdate: days(0) })]), [1, 'unusable', 'expired']);
    assert.deepEqual(await ask([await build({ issuer: samples.iaca })]), [1, 'unusable', 'no-crl']);
    assert.deepEqual(await ask([Uint8Array.of(0x30, 0)]), [1, 'unusable', 'der']);
  });
  it('says since when and why, and by which checks', async () => {
    const { results, out } = await run([
      '--crl',
      b64(await build({ revoked: revoked('keyCompromise') })),
      ...about(),
      '--json',
    ]);
    const [result] = results as [CrlCheckResult];
    assert.deepEqual([result.reason, result.revokedAt], ['keyCompromise', days(-2).toISOString()]);
    assert.ok(result.checks.every((check) => check.result === 'passed'));
    assert.equal(out.split('\n').length, 2);
    const text = await run(['--crl', b64(await build({ revoked: revoked('keyCompromise') })), ...about()]);
    assert.match(text.out, /REVOKED since 2026-11-22T03:00:00.000Z: keyCompromise/);
  });
  it('takes a delta CRL with its base, and not alone', async () => {
    const indicator = { oid: oid.deltaCRLIndicator, critical: true, value: der.integer(4) };
    const number = { oid: oid.cRLNumber, critical: false, value: der.integer(5) };
    const delta = await build({ revoked: revoked('keyCompromise'), extensions: [number, indicator] });
    assert.deepEqual(await ask([delta]), [1, 'unusable', 'delta']);
    assert.deepEqual(await ask([delta, await build()]), [1, 'revoked', 'revoked']);
    assert.deepEqual(await ask([await build(), await build({ extensions: [number, indicator] })]), [0, 'good', 'good']);
  });
  it('asks of the CRL of an mdoc what ISO/IEC 18013-5 asks', async () => {
    const bare = b64(
      await buildCrl({
        issuer: samples.iaca,
        number: 1,
        thisUpdate: days(-1),
        nextUpdate: days(1),
        revoked: [],
        extensions: [],
      }),
    );
    const args = [
      '--crl',
      bare,
      '--cert',
      b64(samples.ds.certificate),
      '--trust',
      b64(samples.iaca.certificate),
      '--json',
    ];
    assert.equal((await run(args)).results[0]?.code, 'crl-number-missing');
    assert.equal((await run([...args, '--profile', 'rfc5280'])).results[0]?.code, 'good');
    assert.equal((await run([...args, '--profile', 'mine'])).code, 2);
  });
  it('reads a CRL larger than other files may be', async () => {
    const many = function* () {
      for (let index = 0; index < 500_000; index++) {
        yield {
          serial: Uint8Array.of(1, index >> 16, index >> 8, index, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7),
          revokedAt: days(-3),
        };
      }
    };
    const large = await build({ revoked: many() });
    assert.ok(large.length > 16 * 1024 * 1024, `${large.length} octets`);
    const { code, results } = await run(['--crl', '-', ...about(), '--json'], large);
    assert.deepEqual([code, results[0]?.status], [0, 'good']);
  });
  it('answers a batch in order', async () => {
    const crl = b64(await build());
    const lines = [
      { id: 'a', crl, cert: b64(samples.person.certificate) },
      {
        id: 'b',
        crl: [b64(await build({ revoked: revoked('keyCompromise') }))],
        cert: b64(samples.person.certificate),
      },
      { id: 'c', crl },
      { id: 'd', crl, cert: 'hex:00' },
    ];
    const { code, results } = await run(
      ['--batch', '-', '--trust', b64(samples.ca.certificate)],
      lines.map((line) => JSON.stringify(line)).join('\n'),
    );
    assert.equal(code, 1);
    assert.deepEqual(
      results.map((result) => [result.id, result.status, result.code]),
      [
        ['a', 'good', 'good'],
        ['b', 'revoked', 'revoked'],
        ['c', 'unusable', 'usage'],
        ['d', 'unusable', 'certificate-unreadable'],
      ],
    );
  });
  it('ends with 2 when the arguments cannot be used', async () => {
    const crl = b64(await build());
    for (const args of [
      [],
      ['--crl', crl],
      ['--crl', crl, ...about().slice(0, 2)],
      about(),
      ['--crl', '/none', ...about()],
    ]) {
      const { code, out, err } = await run(args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /^(usage|file-unreadable): /);
    }
  });
});
