import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LineProcess, peersAreAsked } from './isomdl-process.ts';

const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/tegata/pymdoccbor');
const PYTHON = join(FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** Why these tests cannot run here, or false: they install a Python package, so they wait to be asked. */
export function pymdoccborMissing(): string | false {
  if (!peersAreAsked()) return 'run npm run interop:peers';
  return spawnSync('python3', ['--version']).error ? 'python3 is not at hand' : false;
}

/** Installs the package into an environment of its own, once. */
export function installPymdoccbor(): void {
  if (existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import pymdoccbor']).status === 0) return;
  execFileSync('python3', ['-m', 'venv', FOLDER]);
  execFileSync(PYTHON, ['-m', 'pip', 'install', '--quiet', 'pymdoccbor==1.4.0'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** The running program. */
export const startPymdoccbor = () =>
  new LineProcess('pymdoccbor', PYTHON, [join(import.meta.dirname, '../pymdoccbor/peer.py')]);
