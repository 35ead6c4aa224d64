import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';

/**
 * Opens PGlite in memory or in a folder. Making an empty database costs seconds, loading one costs a fraction: an empty
 * one is kept as a dump under `node_modules/.cache`, keyed by the PGlite version. It holds no rows of anybody.
 */
export async function openPglite(folder: string | undefined): Promise<PGlite> {
  if (folder !== undefined) {
    const dataDir = join(folder, 'pglite');
    return PGlite.create({ dataDir, ...(existsSync(join(dataDir, 'PG_VERSION')) ? {} : await emptyDump()) });
  }
  return PGlite.create(await emptyDump());
}

async function emptyDump(): Promise<{ loadDataDir?: Blob }> {
  const entry = fileURLToPath(import.meta.resolve('@electric-sql/pglite'));
  const home = entry.slice(0, entry.lastIndexOf('/dist/'));
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const cache = join(home, '..', '..', '.cache', 'tegata');
  const path = join(cache, `empty-pglite-${version}.tar`);
  try {
    if (!existsSync(path)) {
      const fresh = await PGlite.create();
      const dump = await fresh.dumpDataDir('none');
      await fresh.close();
      mkdirSync(cache, { recursive: true });
      // Beside and renamed: two processes may do this at the same time.
      writeFileSync(`${path}.${process.pid}`, new Uint8Array(await dump.arrayBuffer()));
      renameSync(`${path}.${process.pid}`, path);
    }
    return { loadDataDir: new Blob([readFileSync(path)]) };
  } catch {
    return {}; // a read-only install starts slower, and starts
  }
}
