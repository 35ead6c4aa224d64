import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CliError } from './error.ts';

const PARTIES = ['card', 'applicant-app', 'smp', 'iaca', 'jpki', 'wallet-provider', 'wallet', 'verifier'];

/**
 * Runs one party as a process of its own, over its configuration file, until it is interrupted.
 * @returns its exit code
 * @throws {CliError} `usage`
 */
export async function upParty(party: string, config: string | undefined): Promise<number> {
  if (!PARTIES.includes(party))
    throw new CliError('usage', `There is no party "${party}". The parties: ${PARTIES.join(', ')}.`);
  if (config === undefined || !existsSync(config))
    throw new CliError('usage', 'Name the configuration of the party: --config FILE.');
  const main = fileURLToPath(new URL(`../../parties/${party}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main, config], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; a signal that reached only us is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}
