import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { prepareSignedData } from '@tegata/cms';
import { buildCertId, buildOcspRequest, parseCertificate } from '@tegata/x509';
import { buildCrl, buildOcspResponse } from '@tegata/x509-build';
import fc from 'fast-check';
import { cmsCommand } from '../cms/command.ts';
import { crlCommand } from '../crl/command.ts';
import { ocspCommand } from '../ocsp/command.ts';
import { b64, days, makeStatusSamples, NOW, random, runSubcommandForTests } from '../status-samples-for-tests.ts';
import type { Subcommand } from '../subcommand.ts';
import { x509Command } from './command.ts';

const seed = Number(process.env['TEGATA_SEED'] ?? 5280);
let commands: readonly { readonly run: Subcommand; readonly args: readonly string[]; readonly files: Uint8Array[] }[];
before(async () => {
  const { ca, person, responder } = await makeStatusSamples();
  const crl = await buildCrl({ issuer: ca, number: 1, thisUpdate: days(-1), nextUpdate: days(1), revoked: [] });
  const nonce = random.bytes(32);
  const [leaf, issuer] = [parseCertificate(person.certificate), parseCertificate(ca.certificate)];
  const status = { status: 'good' } as const;
  const response = await buildOcspResponse({
    answers: [{ certId: buildCertId(leaf, issuer), status, thisUpdate: NOW, nextUpdate: days(1) }],
    producedAt: NOW,
    signer: responder.signer,
    certificates: [responder.certificate],
    nonce,
  });
  const content = new TextEncoder().encode('内容');
  const { certificate } = person;
  const prepared = prepareSignedData({ content, eContentType: '2.999.8.5.9.1', certificate, signingTime: NOW });
  const cms = prepared.finish(await person.signer.sign(prepared.toBeSigned));
  commands = [
    {
      run: x509Command,
      args: ['check', '--profile', 'jpki-sign', '--cert', '0', '--trust', '1', '--crl', '2', '--json'],
      files: [certificate, ca.certificate, crl],
    },
    {
      run: crlCommand,
      args: ['check', '--crl', '0', '--cert', '1', '--trust', '2', '--json'],
      files: [crl, certificate, ca.certificate],
    },
    {
      run: ocspCommand,
      args: ['check', '--response', '0', '--request', '1', '--cert', '2', '--issuer', '3', '--require-nonce', '--json'],
      files: [response, buildOcspRequest({ certificate, issuer, nonce }), certificate, ca.certificate],
    },
    {
      run: cmsCommand,
      args: ['verify', '--cms', '0', '--trust', '1', '--signer', '2', '--json'],
      files: [cms, ca.certificate, certificate],
    },
  ];
});

const change = fc.record({
  file: fc.nat(3),
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  how: fc.constantFrom('octet', 'cut', 'drop', 'insert'),
  octet: fc.nat(255),
});

describe('the commands about certificates, whatever they are given', () => {
  it('answer what they can read and refuse the rest, with no stack trace; good only for what is sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.array(change, { minLength: 0, maxLength: 3 }), async (which, changes) => {
        const { run, args, files } = commands[which] as (typeof commands)[number];
        const given = files.map((file) => Buffer.from(file));
        for (const { file, where, how, octet } of changes) {
          const index = file % given.length;
          const bytes = given[index] as Buffer<ArrayBuffer>;
          const at = Math.floor(where * bytes.length);
          if (how === 'octet' && bytes.length > 0) bytes[at] = octet;
          if (how === 'cut') given[index] = bytes.subarray(0, at);
          if (how === 'drop') given[index] = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
          if (how === 'insert')
            given[index] = Buffer.concat([bytes.subarray(0, at), Buffer.of(octet), bytes.subarray(at)]);
        }
        const untouched = given.every((bytes, index) => Buffer.compare(bytes, files[index] as Uint8Array) === 0);
        const filled = args.map((word) => (/^\d$/.test(word) ? b64(given[Number(word)] as Uint8Array) : word));
        const { code, out, err } = await runSubcommandForTests(run, filled);
        assert.ok([0, 1, 2].includes(code));
        assert.doesNotMatch(out + err, /internal-fault|\n\s+at |node:internal/);
        assert.equal(code === 0, untouched, out);
      }),
      { numRuns: Number(process.env['TEGATA_FUZZ_RUNS'] ?? 400), seed },
    );
  });
});
