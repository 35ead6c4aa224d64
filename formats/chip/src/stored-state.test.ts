import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeDurably } from './stored-state.ts';

test('where the disk takes only a part of the new state the old one stays whole', {
  skip: process.platform === 'win32' && 'this system has no limit of a file’s size to test with',
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
  try {
    const path = join(folder, 'card.json');
    writeDurably(path, 'the old state');
    const module = JSON.stringify(import.meta.resolve('./stored-state.ts'));
    const program = `import { writeDurably } from ${module}; writeDurably(${JSON.stringify(path)}, 'x'.repeat(4000));`;
    // No file of this process may have more than 512 bytes (dash) or 1,024 (bash): the system writes so much of it, then no more.
    const { status } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', program],
      { stdio: ['ignore', 'ignore', 'ignore'] },
    );
    assert.notEqual(status, 0);
    assert.equal(readFileSync(path, 'utf8'), 'the old state');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
