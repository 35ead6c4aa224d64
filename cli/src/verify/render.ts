import { maskText } from '../inspect/mask.ts';
import type { CheckResult, DocumentResult, VerifyResult } from './result.ts';

const MARKS: Readonly<Record<CheckResult['result'], string>> = {
  passed: '✓',
  warning: '!',
  failed: '✗',
  not_performed: '–',
};
const HINT = ' Did you mean: ';
const CUT = 60;

/** A verification for people: per document one line for each check, what it shows where it is valid, and the verdict. */
export function renderResult(result: VerifyResult): string {
  const lines: string[] = [];
  for (const document of result.documents) lines.push(...documentLines(document), '');
  if (result.documents.length === 0 && result.checks) lines.push(...checkLines(result.checks), '');
  lines.push(verdict(result));
  return `${lines.join('\n').replaceAll(UNPRINTABLE, '\uFFFD')}\n`;
}

function documentLines({ docType, checks, elements, deviceElements = {} }: DocumentResult): string[] {
  const shown = [
    ...Object.entries(elements).map(([namespace, values]) => [namespace, values] as const),
    ...Object.entries(deviceElements).map(([namespace, values]) => [`${namespace} (by the phone)`, values] as const),
  ];
  return [
    docType ?? '(document type unknown)',
    ...checkLines(checks),
    ...shown.flatMap(([namespace, values]) => [
      `  ${namespace}`,
      ...Object.entries(values).map(([element, value]) => `    ${element}: ${shortened(value)}`),
    ]),
  ];
}

/** Numbers in the form of a My Number are for programs (`--json`), not for a terminal that someone may look at. */
function shortened(value: unknown): string {
  const text = maskText(String(value).replaceAll(/[\t\r\n]/g, ' '));
  const cut = [...text];
  return cut.length > CUT ? `${cut.slice(0, CUT).join('')}… (${cut.length} characters)` : text;
}

function checkLines(checks: readonly CheckResult[]): string[] {
  const widest = (of: (check: CheckResult) => string) => Math.max(0, ...checks.map((check) => of(check).length));
  const idWidth = widest(({ id }) => id);
  const codeWidth = widest(({ code }) => code ?? '');
  return checks.flatMap(({ id, result, code = '', clause, detail }) => {
    const columns = `  ${MARKS[result]} ${id.padEnd(idWidth)}  ${code.padEnd(codeWidth)}  ${clause ? `[${clause}]` : ''}`;
    const [said = '', hint] = result === 'passed' ? [] : (detail ?? '').split(HINT);
    const line = `${columns}${said ? `  ${said}` : ''}`.trimEnd();
    return hint === undefined ? [line] : [line, `      did you mean: ${hint}`];
  });
}

function verdict({ valid, documents, error }: VerifyResult): string {
  if (valid) return documents.length === 1 ? 'VALID' : `VALID: all ${documents.length} documents`;
  if (error) return `NOT VALID: ${error.code}: ${error.message}`;
  const failed = documents.flatMap(({ checks }) => checks.filter(({ result }) => result === 'failed'));
  const names = [...new Set(failed.map(({ id, code }) => (code ? `${id} (${code})` : id)))];
  const good = documents.filter((document) => document.valid).length;
  const count = documents.length > 1 ? `, ${good} of ${documents.length} documents valid` : '';
  return `NOT VALID: ${names.join(', ') || 'a check that is needed was not made'}${count}`;
}

// Text of the input must not move the cursor, change colours or set the title of a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be replaced
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
