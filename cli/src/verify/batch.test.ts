import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { MNC_DOCTYPE, NS_ISO } from '@tegata/mdoc';
import { linesOf, MAX_LINE_BYTES } from './lines.ts';
import { b64u, checksThat, makeVerifySamples, run, type VerifySamples } from './samples-for-tests.ts';

let samples: VerifySamples;
before(async () => {
  samples = await makeVerifySamples();
});
const good = () => ({
  response: b64u(samples.response),
  transcript: b64u(samples.transcript),
  trust: [b64u(samples.root)],
});
const batch = (lines: (string | object)[], ...args: string[]) => {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  return run(['--batch', '-', ...args], { lines: [new Uint8Array(Buffer.from(text))] });
};

describe('tegata verify --batch', () => {
  it('answers each line with one line, in order, with its id', async () => {
    const ran = await batch([
      { id: 'first', ...good() },
      { id: 2, ...good(), at: '2027-11-24T00:00:00Z' },
      '',
      { ...good(), trust: b64u(samples.root), doctype: MNC_DOCTYPE, requested: { [NS_ISO]: ['age_over_20'] } },
      { id: 'issued', issued: b64u(samples.issuerSigned), trust: [b64u(samples.root)], json: true },
    ]);
    assert.deepEqual(
      ran.results.map(({ id, valid }) => [id, valid]),
      [
        ['first', true],
        [2, false],
        [undefined, true],
        ['issued', true],
      ],
    );
    assert.deepEqual(Object.keys(ran.results[0] ?? {}), ['id', 'valid', 'documents']);
    assert.equal(ran.code, 1, 'one of them is not valid');
    assert.equal((await batch([{ id: 1, ...good() }, good()])).code, 0);
    assert.deepEqual([(await batch([])).code, (await batch(['', ''])).out], [0, '']);
    const [odd] = (await batch([{ id: null, ...good(), doctype: null }])).results;
    assert.deepEqual([odd?.valid, odd && 'id' in odd], [true, false], 'null is as if it were not there');
  });

  it('takes what the command line says for every line that does not say otherwise', async () => {
    const { response, transcript, trust } = good();
    const ran = await batch(
      [{ response }, { response, at: '2026-11-24T03:00:00Z' }, { response, interop: false, revocation: 'off' }],
      ...['--transcript', transcript, '--trust', trust[0] as string, '--at', '2027-11-24T00:00:00Z'],
    );
    assert.deepEqual(
      ran.results.map(({ valid }) => valid),
      [false, true, false],
    );
  });

  it('says what is wrong with a line, and goes on with the next', async () => {
    const cases: [string | object, string][] = [
      ['{', 'line-unreadable'],
      ['[]', 'line-unreadable'],
      ['null', 'line-unreadable'],
      [{ id: 'a', nonsense: 1 }, 'line-unreadable'],
      [{ id: 'a', batch: 'x' }, 'line-unreadable'],
      [{ id: 'a', ['__proto__x']: 1 }, 'line-unreadable'],
      [{ id: {}, ...good() }, 'line-unreadable'],
      ['{"id": 1e999}', 'line-unreadable'],
      ['{"id": 12345678901234567890}', 'line-unreadable'],
      ['{"id": "a", "trust": "x", "trust": "y"}', 'line-unreadable'],
      [`{"id": "a", "requested": ${'['.repeat(50)}${']'.repeat(50)}}`, 'line-unreadable'],
      [{ id: 'a', ...good(), at: 1764000000 }, 'line-unreadable'],
      [{ id: 'a', ...good(), doctype: true }, 'line-unreadable'],
      [{ id: 'a', ...good(), requested: 7 }, 'line-unreadable'],
      [{ id: 'a', ...good(), requested: { a: { b: 1 } } }, 'requested-unreadable'],
      [{ id: 'a', ...good(), requested: '{"a":["b"],"a":["c"]}' }, 'requested-unreadable'],
      [{ id: 'a', ...good(), trust: 'hex:00' }, 'certificate-unreadable'],
      [{ id: 'a', ...good(), trust: [], 'trust-signer': [''] }, 'file-unreadable'],
      [{ id: 'a', ...good(), revocation: 'Hard' }, 'usage'],
      [{ id: 'a', ...good(), transcript: '' }, 'file-unreadable'],
      [{ id: 'a', ...good(), help: true }, 'line-unreadable'],
      [{ id: 'a', ...good(), trust: [1] }, 'line-unreadable'],
      [{ id: 'a', ...good(), interop: 'yes' }, 'line-unreadable'],
      [{ id: 'a', ...good(), response: ['x'] }, 'line-unreadable'],
      [{ id: 'a', ...good(), response: '-' }, 'usage'],
      [{ id: 'a', ...good(), response: '/no/such/file' }, 'file-unreadable'],
      [{ id: 'a' }, 'usage'],
      ['x'.repeat(MAX_LINE_BYTES + 1), 'line-too-long'],
    ];
    const ran = await batch([...cases.flatMap(([line]) => [line, { id: 'next', ...good() }])]);
    assert.equal(ran.code, 1);
    for (const [index, [line, code]] of cases.entries()) {
      const [answer, next] = ran.results.slice(index * 2);
      const name = JSON.stringify(line).slice(0, 60);
      assert.deepEqual([answer?.valid, answer?.documents, answer?.error?.code], [false, [], code], name);
      if (typeof line === 'object' && 'id' in line && line.id === 'a') assert.equal(answer?.id, 'a', name);
      assert.deepEqual([next?.id, next?.valid], ['next', true], name);
    }
  });

  it('does not let one line reach into another: what was asked, trusted or revoked there', async () => {
    const revoked = b64u(await samples.crl(true));
    const other = await makeVerifySamples();
    const ran = await batch([
      { ...good(), crl: [revoked] },
      good(),
      { ...good(), crl: [b64u(await samples.crl(false))], revocation: 'hard' },
      { ...good(), trust: [b64u(other.root)] },
      { ...good(), trust: [] },
      { ...good(), doctype: 'other' },
      { ...good(), crl: [revoked], revocation: 'off' },
      { ...good(), revocation: 'hard' },
    ]);
    assert.deepEqual(
      ran.results.map((result) => checksThat('failed', result)),
      [
        ['issuer-chain: revoked'],
        [],
        [],
        ['issuer-chain: signature'],
        ['issuer-chain: no-trust-anchor'],
        ['requested-doctype: doctype-unrequested'],
        [],
        ['issuer-chain: revocation-undetermined'],
      ],
    );
  });

  it('ends with 2 when the batch itself cannot be read', async () => {
    const { code, err } = await run(['--batch', 'hex:0']);
    assert.deepEqual([code, err.startsWith('input-form: ')], [2, true]);
  });

  it('stops when nobody reads any more', async () => {
    const { answerBatch } = await import('./batch.ts');
    const { verifyQuestion } = await import('./command.ts');
    const { SettingReader } = await import('./verification.ts');
    const { adjustableClock } = await import('@tegata/clock');
    let written = 0;
    await answerBatch(verifyQuestion(new SettingReader(adjustableClock(new Date(0)))), {
      lines: [new Uint8Array(Buffer.from('{}\n'.repeat(10)))],
      defaults: {},
      write: async () => ++written < 3,
    });
    assert.equal(written, 3);
  });
});

describe('linesOf', () => {
  it('finds the same lines however the stream is cut', async () => {
    const text = Buffer.from('a\n\nbc\r\nd');
    for (let size = 1; size <= text.length; size++) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < text.length; at += size) chunks.push(new Uint8Array(text.subarray(at, at + size)));
      const lines: string[] = [];
      for await (const line of linesOf(chunks)) lines.push(line === 'too-long' ? line : Buffer.from(line).toString());
      assert.deepEqual(lines, ['a', '', 'bc\r', 'd'], `pieces of ${size}`);
    }
  });
  it('keeps no more than the limit of a line that is too long, and finds the one behind it', async () => {
    const piece = new Uint8Array(MAX_LINE_BYTES / 4).fill(0x61);
    const chunks = [piece, piece, piece, piece, Uint8Array.of(0x61, 0x0a, 0x62, 0x0a), piece, piece, piece, piece];
    const lines: (number | string)[] = [];
    for await (const line of linesOf(chunks)) lines.push(line === 'too-long' ? line : line.length);
    assert.deepEqual(lines, ['too-long', 1, MAX_LINE_BYTES]);
  });
});
