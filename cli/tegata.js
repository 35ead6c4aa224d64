#!/usr/bin/env node
// Plain JavaScript: this file must run on whatever Node the system has, and hand over to the one that the house is built for.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const major = Number(process.versions.node.split('.')[0]);
if (major >= 24) {
  const { main } = await import('./src/main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  const pinned = fileURLToPath(
    new URL(`../node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`, import.meta.url),
  );
  if (!existsSync(pinned)) {
    console.error(
      `Tegata needs Node 24 or newer; this is ${process.version}. Run "npm ci" in the repository (it brings one), or install it.`,
    );
    process.exitCode = 2;
  } else {
    const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    // The child ends in its own time; a signal that reached only us is passed on.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('exit', (code) => {
      process.exitCode = code ?? 1;
    });
  }
}
