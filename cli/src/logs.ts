import { systemClock } from '@tegata/clock';
import { createLog, type Log, silentLog } from '@tegata/log';
import type { Party } from '@tegata/tap';

/** A log for each party. */
export type Logs = (party: Party | 'figure') => Log;

/** Lines on standard error: errors always, everything with `TEGATA_LOG=info`, nothing with `TEGATA_LOG=off`. */
export function stderrLogs(environment: Readonly<Record<string, string | undefined>>): Logs {
  const wanted = environment['TEGATA_LOG'] ?? 'error';
  if (wanted === 'off') return () => silentLog;
  const write = (line: string) => {
    if (wanted === 'info' || line.includes('"level":"error"')) process.stderr.write(line);
  };
  return (party) => createLog({ party, clock: systemClock, write });
}
