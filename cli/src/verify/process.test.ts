import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { b64u, makeVerifySamples, NOW, type VerifySamples } from './samples-for-tests.ts';

const cli = fileURLToPath(new URL('../../tegata.js', import.meta.url));
let samples: VerifySamples;
let folder: string;
before(async () => {
  samples = await makeVerifySamples();
  folder = mkdtempSync(join(tmpdir(), 'tegata-verify-process-'));
  writeFileSync(join(folder, 'response.cbor'), samples.response);
  writeFileSync(join(folder, 'transcript.hex'), Buffer.from(samples.transcript).toString('hex'));
  writeFileSync(join(folder, 'root.pem'), samples.rootPem);
});
after(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command in the folder of the samples. With `lines` the reader of standard output leaves after so many. */
function tegata(args: readonly string[], input: Uint8Array | string = '', lines?: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: folder });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (lines !== undefined && out.split('\n').length > lines) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const at = ['--at', NOW.toISOString()];

describe('tegata verify as a process', () => {
  it('reads files and standard input, and ends with 0, 1 and 2', async () => {
    const args = ['verify', '--transcript', 'transcript.hex', '--trust', 'root.pem', ...at];
    const good = await tegata([...args, '--response', 'response.cbor', '--json']);
    assert.deepEqual([good.code, good.err, JSON.parse(good.out).valid], [0, '', true]);
    const piped = await tegata([...args, '--response', '-'], samples.response);
    assert.deepEqual([piped.code, piped.out.endsWith('\nVALID\n')], [0, true]);
    const bad = await tegata([...args, '--response', '-'], samples.response.slice(1));
    assert.deepEqual([bad.code, bad.err], [1, '']);
    assert.match(bad.out, /NOT VALID: cbor-structure/);
    const unusable = await tegata([...args, '--response', 'missing.cbor']);
    assert.deepEqual([unusable.code, unusable.out], [2, '']);
    assert.match(unusable.err, /^file-unreadable: .*ENOENT/);
  });

  it('answers a batch from standard input line by line, and does not mind a reader that leaves', async () => {
    const line = {
      response: 'response.cbor',
      transcript: 'transcript.hex',
      trust: ['root.pem'],
      at: NOW.toISOString(),
    };
    const lines = Array.from({ length: 400 }, (_, id) =>
      JSON.stringify({ id, ...line, response: b64u(samples.response) }),
    );
    const all = await tegata(['verify', '--batch', '-'], `${lines.join('\n')}\n`);
    assert.equal(all.code, 0);
    const ids = all.out
      .trimEnd()
      .split('\n')
      .map((text) => (JSON.parse(text) as { id: number }).id);
    assert.deepEqual(
      ids,
      Array.from({ length: 400 }, (_, id) => id),
    );
    writeFileSync(join(folder, 'batch.jsonl'), lines.join('\n'));
    const early = await tegata(['verify', '--batch', 'batch.jsonl'], '', 1);
    assert.ok([0, 1].includes(early.code ?? -1), `exit ${early.code}`);
    assert.equal(early.err, '');
    const missing = await tegata(['verify', '--batch', 'missing.jsonl', '--json']);
    assert.deepEqual([missing.code, JSON.parse(missing.out).error.code], [2, 'file-unreadable']);
  });

  it('explains itself', async () => {
    const help = await tegata(['verify', '--help']);
    assert.deepEqual([help.code, help.out.startsWith('tegata verify --response FILE')], [0, true]);
    const none = await tegata(['session']);
    assert.deepEqual([none.code, none.out], [2, '']);
    assert.match(none.err, /^usage: .*tegata session open/);
  });
});
