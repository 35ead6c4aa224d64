import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

describe('the README', () => {
  const text = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string);

  it('has an example that runs as it stands and prints what it promises', () => {
    assert.ok(examples.length > 0);
    for (const code of examples) {
      const run = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', code], {
        cwd: import.meta.dirname,
        encoding: 'utf8',
      });
      assert.equal(run.status, 0, run.stderr);
      const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line as string);
      assert.deepEqual(run.stdout.trimEnd().split('\n'), promised);
    }
  });
});
