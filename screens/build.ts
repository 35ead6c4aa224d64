import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = join(here, 'dist');
const stamp = join(dist, 'built.json');
const sources = ['src', 'index.html', 'vite.config.ts', 'package.json'];

/**
 * Builds the screens into `screens/dist` when that output is missing or older than its sources, and returns its path.
 *
 * The stamp is written last, so an interrupted build is never taken for a finished one. Throws what Vite throws.
 *
 * @example
 * const folder = await buildScreens(); // '/…/screens/dist', ready to be served
 */
export async function buildScreens(): Promise<string> {
  const newest = Math.max(...(await Promise.all(sources.map((name) => newestIn(join(here, name))))));
  if ((await builtFor()) === newest) return dist;
  // Vite is loaded only when there is something to build: it costs more than everything else here.
  const [{ build }, { default: config }] = await Promise.all([import('vite'), import('./vite.config.ts')]);
  await build(config);
  await writeFile(stamp, `${JSON.stringify({ newest })}\n`);
  return dist;
}

async function builtFor(): Promise<number | undefined> {
  try {
    const read: unknown = JSON.parse(await readFile(stamp, 'utf8'));
    return typeof read === 'object' && read !== null && 'newest' in read ? Number(read.newest) : undefined;
  } catch {
    return undefined;
  }
}

async function newestIn(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const inside = await readdir(path);
  return Math.max(found.mtimeMs, ...(await Promise.all(inside.map((name) => newestIn(join(path, name))))));
}
