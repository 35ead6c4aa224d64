import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './published.ts';

/** One block of code of a README, and the lines that its comments promise: `console.log(x); // → what is printed`. */
export interface Example {
  readonly typescript: string;
  readonly javascript: string;
  readonly promised: readonly string[];
}

const MODULE = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2024 } as const;

/** What a README says. */
export function readmeOf(folder: string): string {
  return readFileSync(join(ROOT, folder, 'README.md'), 'utf8');
}

/** Its examples: every block of TypeScript. */
export function examplesOf(readme: string): Example[] {
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, typescript = '']) => ({
    typescript,
    javascript: ts.transpileModule(typescript, { compilerOptions: { ...MODULE, verbatimModuleSyntax: true } })
      .outputText,
    promised: [...typescript.matchAll(/console\.log\(.*\/\/ → (.*)$/gm)].map(([, line = '']) => line),
  }));
}

/** The section under a heading, up to the next one of the same level or above; empty where there is none. */
export function sectionOf(readme: string, heading: string): string {
  const [, rest = ''] = readme.split(`\n## ${heading}\n`);
  return rest.split(/\n##? /)[0] ?? '';
}

/** The codes that a section lists: what its tables' first columns and its list of bare codes hold. */
export function codesOf(section: string): string[] {
  const cells = [...section.matchAll(/^\| (`[^|]*`) /gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)).sort();
}
