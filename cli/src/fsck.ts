import { systemClock } from '@tegata/clock';
import { fsck as fsckIaca } from '@tegata/iaca';
import { fsck as fsckSmp, type Tables } from '@tegata/smp';
import { openStore } from '@tegata/store';
import { CliError } from './error.ts';

/**
 * Checks the invariants of the issuance rows and prints a line for each.
 * @returns 0 when all hold, 1 when one is broken
 */
export async function fsck(options: { db?: string; data?: string }): Promise<number> {
  if (options.db === undefined && options.data === undefined) {
    throw new CliError('usage', 'Name the rows to check: --db URL, or --data DIR.');
  }
  const store = await openStore({ url: options.db, folder: options.db === undefined ? options.data : undefined });
  try {
    const smp = await fsckSmp({ db: store.database<Tables>(), clock: systemClock });
    const iaca = await fsckIaca({ db: store.database(), clock: systemClock });
    for (const [party, { checks }] of [
      ['smp', smp],
      ['iaca', iaca],
    ] as const) {
      for (const { id, result, code, detail } of checks) {
        process.stdout.write(
          `${result.padEnd(13)} ${party} ${id}${code ? ` ${code}` : ''}${detail ? ` (${detail})` : ''}\n`,
        );
      }
    }
    const passed = smp.result === 'passed' && iaca.result === 'passed';
    process.stdout.write(`${passed ? 'passed' : 'failed'}: ${smp.applications} applications, ${smp.events} events\n`);
    return passed ? 0 : 1;
  } finally {
    await store.close();
  }
}
