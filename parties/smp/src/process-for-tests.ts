/** The SMP as a process that a test may kill: a configuration file, and the instant at which its clock begins. */
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { openStore } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { readConfigFile } from './config-file.ts';
import { start } from './start.ts';

const { db, ...config } = readConfigFile(process.argv[2] as string);
const begin = Date.parse(process.argv[3] as string);
// Certificates of the tests are of the tests' time.
const clock = { now: () => new Date(begin + performance.now()) };
const log = createLog({ party: 'smp', clock, write: (line) => process.stderr.write(line) });
const store = await openStore({ url: db, onError: () => {} });
const smp = await start({ ...config, clock, random: systemRandom, log, tap: noTap, store });
process.stdout.write(`${smp.url}\n`);
