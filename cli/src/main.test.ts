import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PERSONA_IDS } from '@tegata/card';

const cli = fileURLToPath(new URL('../tegata.js', import.meta.url));

function tegata(
  args: string[],
  input?: string | Uint8Array,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 99) : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

for (const args of [
  ['nonsense'],
  ['up', '--port', '70000'],
  ['up', '--port', '12x'],
  ['up', '--data'],
  ['up', 'nobody', '--config', cli],
  ['up', 'smp'],
  ['journey', '--persona'],
  ['journey', 'adult'],
  ['inspect'],
  ['inspect', 'a', 'b'],
  ['fsck'],
  ['personas', 'adult'],
]) {
  test(`"tegata ${args.join(' ')}" is a mistake in the arguments: exit 2, how to use it, no stack trace`, async () => {
    const { code, stdout, stderr } = await tegata(args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /tegata journey \[--persona ID\|DIR\]/);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
}

test('help and version answer on standard output', async () => {
  for (const name of ['help', '--help', '-h']) assert.match((await tegata([name])).stdout, /TEST ONLY/);
  assert.match((await tegata(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('inspect reads standard input, and speaks JSON', async () => {
  const { code, stdout } = await tegata(['inspect', '-', '--json'], 'a16673746174757314');
  assert.equal(code, 0);
  assert.equal((JSON.parse(stdout) as { kind: string }).kind, 'session-data');
});

test('inspect says what it cannot read, with a code and without a stack trace', async () => {
  const unknown = await tegata(['inspect', '-'], 'what is this?');
  assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
  assert.match(unknown.stderr, /^inspect-unrecognised: /);
  const large = await tegata(['inspect', '-'], new Uint8Array((1 << 20) + 1));
  assert.match(large.stderr, /^inspect-too-large: /);
  const missing = await tegata(['inspect', '/no/such/file']);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^file-unreadable: .*ENOENT/);
});

test('a database that does not answer is named, and nothing is left running', async () => {
  const { code, stderr } = await tegata(['journey', '--db', 'postgres://nobody@127.0.0.1:1/none']);
  assert.equal(code, 1);
  assert.match(stderr, /^database-not-made: .*ECONNREFUSED/);
  const up = await tegata(['up', '--no-open', '--data', fileURLToPath(new URL('./main.test.ts', import.meta.url))]);
  assert.equal(up.code, 1);
  assert.match(up.stderr, /^file-unreadable: .*data folder/);
});

test('the personas are listed with what each of them shows', async () => {
  const lines = (await tegata(['personas'])).stdout.trim().split('\n');
  assert.equal(lines.length, PERSONA_IDS.length);
  assert.ok(lines.every((line) => /^[a-z0-9-]+ +(ok|[a-z0-9-]+) +\S.*: .+/.test(line)));
  const json = (await tegata(['personas', '--json'])).stdout.trim().split('\n');
  assert.deepEqual(
    json.map((line) => (JSON.parse(line) as { id: string }).id),
    [...PERSONA_IDS],
  );
});

test('a reader that stops reading ends the output, without a stack trace', async () => {
  const stderr = await new Promise<string>((resolve) => {
    const child = execFile(process.execPath, [cli, 'personas'], { timeout: 60_000 }, (_error, _stdout, said) =>
      resolve(said),
    );
    child.stdout?.destroy();
  });
  assert.equal(stderr, '');
});
