/**
 * `npm run interop:card`: our card in the hands of programs that we did not write. It installs nothing; what is missing is named. pcscd and vpcd are
 * started for it, held to 127.0.0.1, and stopped at the end.
 * @module
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { loadPcscMini, PCSC_INSTALL } from '@tegata/apdu';
import { missingPackages, withoutPcscd } from './pcscd.ts';
import { withoutCargo } from './rust-program.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const missing = missingPackages();
const without = await withoutPcscd();
if (missing.length > 0) {
  say(`These Debian packages are missing: ${missing.join(' ')}`);
  say(`Install them as root: apt-get install -y --no-install-recommends ${missing.join(' ')}`);
  process.exitCode = 1;
} else if (without) {
  say(`The card cannot be tried here: ${without}.`);
  process.exitCode = 1;
} else {
  await loadPcscMini(process.env['TEGATA_PCSC_MINI']).catch(() => {
    say(`Our own reader is left out, since pcsc-mini is not installed. For it run: ${PCSC_INSTALL}`);
    say('(or install it in another folder and name that in TEGATA_PCSC_MINI)');
  });
  const cargo = withoutCargo();
  say(
    cargo
      ? `The crate myna is left out: ${cargo}.`
      : 'The crate myna is built once, with cargo; that takes about a minute.',
  );
  const files = ['card-through-pcscd', 'phone-through-pcscd', 'card-myna'].map((name) =>
    join(import.meta.dirname, `${name}.test.ts`),
  );
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...files], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
