import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom } from '@tegata/random';
import { openDataFolder } from './data-folder.ts';

test('a folder from before there were identifiers for relying parties gets their key once, and keeps all others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'data-folder-'));
  try {
    const open = () => openDataFolder(folder, systemRandom, {});
    const first = open();
    const path = join(folder, 'secrets.json');
    const { pairwiseKey: _, ...before } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    writeFileSync(path, JSON.stringify(before));
    const [second, third] = [open(), open()];
    assert.deepEqual(second.personKey, first.personKey);
    assert.notDeepEqual(second.pairwiseKey, first.pairwiseKey);
    assert.deepEqual(third.pairwiseKey, second.pairwiseKey);
    assert.equal(third.pairwiseKey.length, 32);
    assert.equal(statSync(path).mode & 0o077, 0, 'for its owner only');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
