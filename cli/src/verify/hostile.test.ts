import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { NS_ISO } from '@tegata/mdoc';
import fc from 'fast-check';
import { sessionCommand } from '../session/command.ts';
import { b64u, hex, makeVerifySamples, type Ran, run, type VerifySamples } from './samples-for-tests.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

let samples: VerifySamples;
before(async () => {
  samples = await makeVerifySamples();
});

/** What must be true of every run, whatever it was given. */
function sound({ code, out, err }: Ran, name = ''): void {
  assert.ok([0, 1, 2].includes(code), `${name}: exit ${code}`);
  assert.doesNotMatch(out + err, /\n\s+at |internal-fault|node:internal/, name);
}

/** Some bytes of it changed, put in, left out or cut off. */
const mutated = (bytes: () => Uint8Array) =>
  fc
    .array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        how: fc.constantFrom('change', 'insert', 'delete', 'cut'),
        byte: fc.integer({ min: 0, max: 255 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) => {
      let copy = Buffer.from(bytes());
      for (const { at, how, byte } of changes) {
        const index = Math.floor(at * copy.length);
        if (how === 'change' && copy.length > 0) copy[index] = byte;
        if (how === 'insert') copy = Buffer.concat([copy.subarray(0, index), Buffer.of(byte), copy.subarray(index)]);
        if (how === 'delete') copy = Buffer.concat([copy.subarray(0, index), copy.subarray(index + 1)]);
        if (how === 'cut') copy = copy.subarray(0, index);
      }
      return new Uint8Array(copy);
    });

describe('tegata verify, whatever it is given', () => {
  it('answers a changed response with 0 only for what was signed, never with a stack trace', async () => {
    await fc.assert(
      fc.asyncProperty(
        mutated(() => samples.response),
        async (response) => {
          const args = ['--json', '--response', hex(response), '--transcript', b64u(samples.transcript)];
          const ran = await run([...args, '--trust', b64u(samples.root)]);
          sound(ran);
          assert.equal(ran.code, ran.result.valid ? 0 : 1);
          for (const { valid, elements } of ran.result.documents) {
            assert.deepEqual(elements, valid ? { [NS_ISO]: { age_over_20: true } } : {});
          }
          if (ran.result.documents.length === 0) assert.ok(ran.result.error?.code);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('answers a changed mdoc in the same way', async () => {
    await fc.assert(
      fc.asyncProperty(
        mutated(() => samples.issuerSigned),
        async (issued) => {
          const ran = await run(['--json', '--issued', hex(issued), '--trust', b64u(samples.root)]);
          sound(ran);
          assert.equal(ran.code, ran.result.valid ? 0 : 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('survives changed transcripts, roots, CRLs, keys and engagements', async () => {
    const crl = await samples.crl(false);
    const key = samples.reader.privateKey.export({ format: 'der', type: 'pkcs8' });
    const places: [string, Uint8Array, string[]][] = [
      ['--transcript', samples.transcript, []],
      ['--crl', crl, ['--transcript', b64u(samples.transcript)]],
      ['--trust', samples.root, ['--transcript', b64u(samples.transcript)]],
      ['--trust-signer', samples.ds, ['--transcript', b64u(samples.transcript)]],
      ['--reader-key', key, ['--transcript', b64u(samples.transcript)]],
      ['--engagement', samples.engagement, ['--reader-key', b64u(key)]],
      ['--e-reader-key', samples.readerKeyBytes.bytes, ['--engagement', b64u(samples.engagement)]],
      [
        '--handover',
        Uint8Array.of(0x82, 0x41, 0, 0xf6),
        ['--engagement', b64u(samples.engagement), '--reader-key', b64u(key)],
      ],
    ];
    for (const [option, bytes, more] of places) {
      await fc.assert(
        fc.asyncProperty(
          mutated(() => bytes),
          fc.boolean(),
          async (changed, interop) => {
            const args = [option, hex(changed), ...more, '--response', b64u(samples.response)];
            if (option !== '--trust') args.push('--trust', b64u(samples.root));
            sound(await run(interop ? [...args, '--interop'] : args), option);
          },
        ),
        { numRuns: 60 },
      );
    }
  });

  it('survives any text in any option', async () => {
    const names = [
      ...[
        'response',
        'issued',
        'trust',
        'trust-signer',
        'crl',
        'status-token',
        'revocation',
        'doctype',
        'requested',
        'at',
      ],
      ...['reader-key', 'device-key', 'transcript', 'transcript-type', 'engagement', 'e-reader-key', 'establishment'],
      ...['handover', 'handover-select', 'handover-request', 'origin', 'nonce', 'client-id', 'response-uri', 'jwk'],
      ...['jwk-thumbprint', 'mdoc-generated-nonce', 'encryption-info', 'merchant-id', 'team-id', 'recipient-key-hash'],
      ...['interop', 'json', 'help', 'x', ''],
    ];
    const inline = fc.tuple(fc.constantFrom('hex:', 'b64:', 'b64u:', 'mdoc:', '{', ''), fc.string({ unit: 'binary' }));
    const value = fc.oneof(
      fc.string(),
      inline.map((parts) => parts.join('')),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => hex(bytes)),
      fc.json({ maxDepth: 3 }),
    );
    const word = fc.tuple(fc.constantFrom(...names), value);
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), fc.boolean(), async (words, whole) => {
        const args = words.flatMap(([name, text]) => [`--${name}`, text.replaceAll('\0', '')]);
        if (whole) args.push('--trust', b64u(samples.root), '--response', b64u(samples.response));
        sound(await run(args), JSON.stringify(args).slice(0, 300));
      }),
      { numRuns: 400 },
    );
  });

  it('answers any lines of a batch, each that is not empty with one line', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .dictionary(
          fc.constantFrom('id', 'response', 'trust', 'transcript', 'requested', 'at', '__proto__'),
          fc.jsonValue(),
        )
        .map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (texts) => {
        const lines = texts.map((text) => text.replaceAll(/[\n\r]/g, ' '));
        const bytes = new Uint8Array(Buffer.from(lines.join('\n')));
        const ran = await run(['--batch', '-'], { lines: [bytes] });
        sound(ran);
        const full = lines.filter(
          (text) =>
            Buffer.from(text)
              .toString()
              .replace(/^\uFEFF/, '')
              .trim() !== '',
        );
        assert.equal(ran.results.length, full.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('tegata session, whatever it is given', () => {
  it('ends with 0, 1 or 2 and no stack trace', async () => {
    const key = samples.phone.privateKey.export({ format: 'der', type: 'pkcs8' });
    await fc.assert(
      fc.asyncProperty(
        mutated(() => samples.engagement),
        fc.uint8Array({ maxLength: 200 }),
        fc.boolean(),
        async (engagement, bytes, json) => {
          const args = ['open', '--engagement', hex(engagement), '--establishment', hex(bytes), '--data', hex(bytes)];
          sound(await run([...args, '--device-key', b64u(key), ...(json ? ['--json'] : [])], {}, sessionCommand));
        },
      ),
      { numRuns: 200 },
    );
  });
});
