import type { Check } from '@tegata/x509';

const MARKS: Readonly<Record<Check['result'], string>> = { passed: '✓', warning: '!', failed: '✗', not_performed: '–' };

/** Named checks for people: one line each, then the verdict. */
export function renderChecks(checks: readonly Check[], verdict: string): string {
  const width = (of: (check: Check) => string) => Math.max(0, ...checks.map((check) => of(check).length));
  const idWidth = width(({ id }) => id);
  const codeWidth = width(({ code }) => code ?? '');
  const lines = checks.map(({ id, result, code = '', clause, detail }) => {
    const columns = `  ${MARKS[result]} ${id.padEnd(idWidth)}  ${code.padEnd(codeWidth)}  ${clause ? `[${clause}]` : ''}`;
    return `${columns}${detail && result !== 'passed' ? `  ${detail}` : ''}`.trimEnd();
  });
  return `${[...lines, verdict].join('\n').replaceAll(UNPRINTABLE, '\uFFFD')}\n`;
}

// What a certificate says must not move the cursor, change colours or set the title of a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be replaced
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
