import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { parseCertificate, readCrl } from '@tegata/x509';
import { buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import { type Answer, type CliWorld, cliWorld } from '../jpki/world-for-tests.ts';
import { b64, days, holder, NOW, random, runSubcommandForTests } from '../status-samples-for-tests.ts';
import type { CrlCheckResult } from './check.ts';
import { crlCommand } from './command.ts';
import type { CrlMakeResult } from './make.ts';

const caKey = await generateSoftwareKey('P-384');
const signer = softwareSigner(caKey);
const ca = await buildJpkiCa({ ca: 'sign', signer, random, notBefore: days(-100) });
const person = (municipality: string) =>
  buildJpkiSign({
    issuer: { certificate: ca, signer },
    publicKey: signer.publicKey,
    holder: { ...holder, municipality },
    random,
    at: days(-1),
  });
const [mihon, other] = [await person('Mihon-ku'), await person('Kiyose-shi')];
const pem = `b64:${Buffer.from(caKey.export({ type: 'pkcs8', format: 'der' })).toString('base64')}`;
const own = ['--issuer', b64(ca), '--key', pem];

type Made = CrlMakeResult & { ok: boolean; error?: { code: string; message: string } };
const make = async (...args: string[]) => {
  const { code, results } = await runSubcommandForTests<Made>(crlCommand, ['make', ...args, '--json']);
  return { code, ...(results[0] as Made) };
};
const inline = (text: string) => `hex:${Buffer.from(text).toString('hex')}`;
const check = async (crl: string | undefined, certificate: Uint8Array, trust: Uint8Array = ca) => {
  const args = ['check', '--crl', `b64:${crl}`, '--cert', b64(certificate), '--trust', b64(trust), '--json'];
  const { results } = await runSubcommandForTests<CrlCheckResult>(crlCommand, args);
  return results[0]?.reason ?? results[0]?.code;
};

describe('tegata crl make', () => {
  it('makes a list of nobody, and one of those who are named', async () => {
    const empty = await make(...own);
    assert.deepEqual([empty.code, empty.ok, empty.entries], [0, true, 0]);
    assert.equal(await check(empty.crl, mihon), 'good');
    const { serialHex } = parseCertificate(mihon);
    const lines = `# those who ended\n01\n00ff,2026-11-01T00:00:00Z\n${serialHex.toLowerCase()}, 2026-11-20T00:00:00+09:00 ,superseded\n\n`;
    const made = await make(...own, '--revoked', inline(lines), '--number', '7', '--hours', '48');
    assert.deepEqual([made.entries, made.number], [3, '7']);
    assert.equal(await check(made.crl, mihon), 'superseded');
    assert.equal(await check(made.crl, other), 'good');
    const crl = readCrl(Buffer.from(made.crl as string, 'base64'));
    assert.equal(crl.number, 7n);
    assert.deepEqual([crl.thisUpdate, crl.nextUpdate], [NOW, days(2)]);
  });

  it('makes the partition of a certificate, which proves nothing of those of another', async () => {
    const { crl } = await make(...own, '--for', b64(mihon));
    assert.equal(await check(crl, mihon), 'good');
    assert.equal(await check(crl, other), 'partition');
  });

  it('writes DER into a file, and PEM for people', async () => {
    const world = await cliWorld();
    try {
      const file = world.file('a.crl');
      const made = await make(...own, '--out', file);
      assert.equal(made.crl, undefined);
      assert.equal(readCrl(new Uint8Array(readFileSync(file))).summary.count, 0);
      const { out } = await runSubcommandForTests(crlCommand, ['make', ...own]);
      assert.match(out, /^-----BEGIN X509 CRL-----\n[\s\S]+-----END X509 CRL-----\n$/);
    } finally {
      await world.close();
    }
  });

  it('says which entry it cannot take', async () => {
    for (const [lines, said] of [
      ['01\nxyz', 'entry 2'],
      ['01,yesterday', 'entry 1'],
      ['01,2026-13-01T00:00:00Z', 'entry 1'],
      ['01,2026-01-01T00:00:00Z,because', 'entry 1'],
      ['01,2026-01-01T00:00:00Z,superseded,more', 'entry 1'],
      [`01\n02\n7f${'00'.repeat(20)}`, 'line 3'],
    ] as const) {
      const { code, error } = await make(...own, '--revoked', inline(lines));
      assert.equal(code, 2, lines);
      assert(error?.message.includes(said), String(error?.message));
    }
  });

  it('refuses a key that is not the issuer’s, and options that do not go together', async () => {
    const stranger = await generateSoftwareKey('P-384');
    const key = `b64:${Buffer.from(stranger.export({ type: 'pkcs8', format: 'der' })).toString('base64')}`;
    const refused: string[][] = [
      ['--issuer', b64(ca), '--key', key],
      ['--issuer', b64(ca)],
      ['--key', pem],
      [],
      [...own, '--number', '-1'],
      [...own, '--hours', 'x'],
      [...own, '--for', 'hex:00'],
      [...own, '--out', '/nowhere/at/all'],
    ];
    for (const args of refused) {
      assert.equal((await make(...args)).code, 2, args.join(' ').slice(-40));
    }
  });
});

describe('tegata crl make, of the certificate service', () => {
  let world: CliWorld;
  let issued: Answer;
  before(async () => {
    world = await cliWorld();
    const made = ['--new-key', world.file('key'), '--algorithm', 'P-384', '--json'];
    issued = (await world.jpki(['issue', '--profile', 'sign', ...made])).results[0] as Answer;
    await world.jpki(['revoke', '--person', issued.person, '--event', 'death']);
  });
  after(() => world.close());

  it('takes the one that is published for a certificate, or for all', async () => {
    const der = Buffer.from(issued.certificate, 'base64');
    for (const which of [
      ['--cert', b64(der)],
      ['--ca', 'sign'],
    ]) {
      // What is public needs no secret.
      const { crl } = await make('--url', world.url, ...which);
      assert.equal(await check(crl, der, world.authority.sign.ca), 'cessationOfOperation');
    }
    const file = world.file('anybody');
    writeFileSync(file, 'no certificate');
    for (const which of [['--ca', 'x'], ['--cert', file], ['--cert', b64(world.authority.sign.ca)], []]) {
      assert.equal((await make(...world.where, ...which)).code, 2);
    }
  });
});
