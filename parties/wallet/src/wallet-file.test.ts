import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openWalletFile } from './wallet-file.ts';

test('a file of the version before keeps what is in it and learns what is new; one of a later version is left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-file-'));
  try {
    const first = openWalletFile(folder);
    first.db.exec(`insert into provisional values ('TG-0001', '{}', '2026-04-01T00:00:00Z')`);
    // As it was before there were certificates.
    first.db.exec('drop table token; pragma user_version = 1');
    first.close();

    const again = openWalletFile(folder);
    assert.deepEqual(again.db.prepare('select reference from provisional').all().length, 1);
    assert.deepEqual(again.db.prepare('select id from token').all(), []);
    const { user_version: version } = again.db.prepare('pragma user_version').get() as { user_version: number };
    again.db.exec(`pragma user_version = ${version + 1}`);
    again.close();
    assert.throws(() => openWalletFile(folder), { code: 'wallet-file-unreadable' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
