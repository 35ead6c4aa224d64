import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/tegata');

/** Why a Rust program cannot be built here, or false. */
export function withoutCargo(): string | false {
  return spawnSync('cargo', ['--version']).error ? 'cargo is not at hand' : false;
}

/**
 * Builds a small Rust program that gives a crate a wire; later runs find it built. Cargo fetches the crates.
 * @param sources where each source file lies, by its place in the package
 * @returns the path of the program
 */
export function buildRustProgram(name: string, manifest: string, sources: Readonly<Record<string, string>>): string {
  const folder = join(CACHE, name);
  for (const [place, path] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    copyFileSync(path, join(folder, place));
  }
  writeFileSync(join(folder, 'Cargo.toml'), manifest);
  execFileSync('cargo', ['build', '--quiet'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  return join(folder, `target/debug/tegata-${name}`);
}
