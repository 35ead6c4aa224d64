import { words } from '@tegata/problem';
import type { StepNumber, TapStep } from '@tegata/tap';
import { stepNames } from './step-names.ts';

export type Language = 'ja' | 'en';

/** Japanese where the terminal speaks it, else English. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  return (env['TEGATA_LANG'] ?? env['LC_ALL'] ?? env['LANG'] ?? '').startsWith('ja') ? 'ja' : 'en';
}

// Names come from cards and messages from parties: nothing of theirs may steer the terminal.
const plain = (text: string) => text.replace(/[\p{Cc}\p{Cf}]/gu, '·');

const width = (text: string) => [...text].reduce((sum, c) => sum + (/[\u1100-\u115f\u2e80-\uffe6]/.test(c) ? 2 : 1), 0);
const pad = (text: string, to: number) => text + ' '.repeat(Math.max(0, to - width(text)));

/** One line of progress. */
export function stepLine(step: TapStep & { ms?: number }, language: Language, colour: boolean): string {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const mark = { passed: paint(32, '✔'), failed: paint(31, '✘'), waiting: paint(33, '…'), started: '·' }[step.state];
  const name = stepNames[step.step][language];
  const time = step.ms === undefined ? '' : `${Math.round(step.ms)} ms`;
  const detail = Object.entries(step.detail ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
  const line = `  ${mark} ${step.step} ${pad(name, 28)} ${time.padStart(8)}  ${paint(2, plain(detail))}`.trimEnd();
  return step.code ? `${line}\n${explain(step.code, language, '      ')}` : line;
}

/** What happened and what to do next, with the code. */
export function explain(code: string, language: Language, indent = ''): string {
  const entry = words(code);
  const said = entry ? entry[language] : undefined;
  return `${indent}${plain(code)}${said ? `: ${said.what} ${said.next}` : ''}`;
}

/** The step as a line of `--json`. */
export function stepJson(step: {
  step: StepNumber;
  state: TapStep['state'];
  ms?: number;
  code?: string;
  reference?: string;
  detail?: TapStep['detail'];
}): string {
  return JSON.stringify({
    step: step.step,
    name: stepNames[step.step].name,
    ms: step.ms === undefined ? null : Math.round(step.ms * 10) / 10,
    ok: step.state === 'passed',
    detail: {
      ...(step.code ? { code: step.code } : {}),
      ...(step.reference ? { reference: step.reference } : {}),
      ...step.detail,
    },
  });
}
