/**
 * `npm run -s bench -- mdoc [--json] [--long]`: measurements side by side with peers and with the machine's own cryptography.
 * @module
 */
import { parseArgs } from 'node:util';
import { type Case, type Effort, measure } from './measure.ts';
import { table } from './report.ts';

/** A suite: its cases, each asserted to be right before it is timed, and what had to be left out. */
export interface Suite {
  readonly cases: readonly Case[];
  readonly skipped: readonly string[];
  /** Lets go of what a suite has open. */
  readonly close?: () => Promise<void>;
}

const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  mdoc: async () => (await import('./mdoc.ts')).mdocSuite(),
  x509: async () => (await import('./x509.ts')).x509Suite(),
  card: async () => (await import('./card.ts')).cardSuite(),
  'card-read': async () => (await import('./card-read.ts')).cardReadSuite(),
  jpki: async () => (await import('./jpki.ts')).jpkiSuite(),
};

const SHORT: Effort = { rounds: 7, roundMs: 90, warmUpMs: 2000, wallMs: 43_000 };
const LONG: Effort = { rounds: 15, roundMs: 400, warmUpMs: 3000, wallMs: 600_000 };

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, long: { type: 'boolean' }, only: { type: 'string' } },
  allowPositionals: true,
});
const [name = ''] = positionals;
const make = Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
if (!make || positionals.length > 1) {
  process.stderr.write(
    `bench: name one suite of: ${Object.keys(SUITES).join(', ')} [--json] [--long] [--only BENCH]\n`,
  );
  process.exitCode = 2;
} else {
  const { cases, skipped, close } = await make();
  for (const what of skipped) process.stderr.write(`bench: ${what}\n`);
  const wanted = cases.filter(({ bench }) => values.only === undefined || bench.startsWith(values.only));
  const results = await measure(wanted, values.long ? LONG : SHORT);
  if (values.json) for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(table(results));
  await close?.();
}
