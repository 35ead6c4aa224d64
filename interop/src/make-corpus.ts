/**
 * Writes the adversarial corpus: `node interop/src/make-corpus.ts [folder]`. Same source, same bytes.
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allCases } from '../corpus/all-cases.ts';
import { filesOf } from '../corpus/manifest.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '../corpus/cases');
const files = filesOf(allCases());
rmSync(folder, { recursive: true, force: true });
for (const [path, bytes] of files) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}
const size = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
process.stdout.write(`${files.size} files, ${Math.ceil(size / 1024)} KiB\n`);
