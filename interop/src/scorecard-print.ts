import type { Entry } from '../corpus/manifest.ts';
import type { Outcome } from './scorecard-peer.ts';

/** What a library made of the cases that were put to it. */
export interface Score {
  readonly name: string;
  readonly remark?: string | undefined;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

const groupOf = ({ expect }: Entry) => (expect === 'valid' ? 'valid' : expect.check);

/** Whether a library judged a case rightly: a crash never is. */
function isRight(entry: Entry, outcome: Outcome): boolean {
  return outcome === (entry.expect === 'valid' ? 'accepts' : 'refuses');
}

/** A table of right verdicts by check, then the cases that each library judged wrongly. */
export function printScorecard(cases: readonly Entry[], scores: readonly Score[]): string {
  const groups = [...new Set(cases.map(groupOf))];
  const rows = [...groups, 'all'].map((group) => {
    const own = cases.filter((entry) => group === 'all' || groupOf(entry) === group);
    const cells = scores.map(({ outcomes }) => {
      const asked = own.filter(({ id }) => outcomes.has(id));
      const right = asked.filter((entry) => isRight(entry, outcomes.get(entry.id) as Outcome));
      return asked.length === 0 ? '–' : `${right.length}/${asked.length}`;
    });
    return [group, ...cells];
  });
  const table = [['check', ...scores.map(({ name }) => name)], ...rows];
  const widths = (table[0] as string[]).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
      )
      .join('  '),
  );
  const wrong = scores.flatMap(({ name, remark, outcomes }) => {
    const list = (title: string, test: (entry: Entry, outcome: Outcome) => boolean) => {
      const found = cases.filter((entry) => outcomes.has(entry.id) && test(entry, outcomes.get(entry.id) as Outcome));
      return found.length === 0 ? [] : [`  ${title} (${found.length}): ${found.map(({ id }) => id).join(' ')}`];
    };
    const parts = [
      ...list('accepts, though forged or broken', ({ expect }, outcome) => expect !== 'valid' && outcome === 'accepts'),
      ...list('refuses, though valid', ({ expect }, outcome) => expect === 'valid' && outcome === 'refuses'),
      ...list('crashes', (_, outcome) => outcome === 'crashes'),
    ];
    return [
      '',
      name,
      ...(remark ? [`  ${remark}`] : []),
      ...(parts.length > 0 ? parts : ['  judges every case rightly']),
    ];
  });
  const notice = [
    'Right verdicts, of the cases that could be put to each library (– none). A verdict is of this corpus as it was called here:',
    'report what you find to the maintainers before you tell anybody else.',
  ];
  return `${[...notice, '', ...lines, ...wrong].join('\n')}\n`;
}
