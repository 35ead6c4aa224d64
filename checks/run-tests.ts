/**
 * Runs every test. Where PostgreSQL is at hand (TEGATA_POSTGRES names a server, or its programs are installed) the tests that
 * need it run on it; else they skip and say which package they lack.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { startPostgres } from '@tegata/store/test-server';

const rooms = [
  'checks',
  'ground',
  'formats',
  'parties',
  'sdk',
  'cli',
  'docs',
  'screens',
  'interop',
  'journeys',
  'faults',
  'bench',
];
const wanted = process.argv.slice(2);
const files = (wanted.length > 0 ? wanted : rooms.map((room) => `${room}/**/*.test.ts`))
  .flatMap((pattern) => globSync(pattern, { exclude: (name) => name.includes('node_modules') }))
  .sort();
if (files.length === 0) {
  process.stderr.write('No test file matches.\n');
  process.exit(1);
}

const given = process.env['TEGATA_POSTGRES'];
const server = given
  ? undefined
  : await startPostgres().catch((error: unknown) => {
      // In CI nothing may skip for a reason that is not known; a user without the rights to start a server still gets the rest.
      if (process.env['CI'] === 'true') throw error;
      process.stdout.write(`PostgreSQL did not start: ${error instanceof Error ? error.message : ''}\n`);
      return undefined;
    });
if (!given && !server) {
  process.stdout.write('PostgreSQL is not at hand: tests on it skip (Debian package: postgresql).\n');
}
const child = spawn(process.execPath, ['--test', '--test-concurrency=2', ...files], {
  stdio: 'inherit',
  env: { ...process.env, ...(server ? { TEGATA_POSTGRES: server.url } : {}) },
});
const interrupted = () => child.kill('SIGINT');
process.on('SIGINT', interrupted);
process.on('SIGTERM', interrupted);
child.on('exit', async (code) => {
  await server?.stop();
  process.exitCode = code ?? 1;
});
