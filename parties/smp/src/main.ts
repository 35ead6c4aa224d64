import { systemClock } from '@tegata/clock';
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { openStore } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { readConfigFile } from './config-file.ts';
import { SmpError } from './error.ts';
import { start } from './start.ts';

/** The SMP as a process of its own: `node main.ts CONFIG.json`. It prints its address and runs until SIGTERM or SIGINT. */
const path = process.argv[2];
if (path === undefined) throw new SmpError('config-invalid', 'Give the path of a configuration file.');
const { db, ...config } = readConfigFile(path);
const log = createLog({ party: 'smp', clock: systemClock, write: (line) => process.stderr.write(line) });
const store = await openStore({ url: db, onError: () => log.warn('database-connection-lost') });
const smp = await start({ ...config, clock: systemClock, random: systemRandom, log, tap: noTap, store });
process.stdout.write(`${JSON.stringify({ url: smp.url })}\n`);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await smp.close();
  await store.close();
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
