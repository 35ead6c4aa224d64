import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ExportedName, type ExportKind, exportsOf } from '../checks/exports.ts';
import { FORMATS, manifestOf } from '../checks/published.ts';

const CHAPTERS: readonly [kind: ExportKind, title: string][] = [
  ['function', 'Functions'],
  ['class', 'Classes'],
  ['constant', 'Constants'],
  ['type', 'Types'],
];

/** What the formats export, by folder. */
export const formatExports = () => exportsOf(FORMATS.map((name) => `formats/${name}`));

/** The pages of all formats, by the names of their files. */
export function apiPages(all: ReturnType<typeof formatExports>): Map<string, string> {
  return new Map([...all].map(([folder, names]) => [`${basename(folder)}.md`, page(folder, names)]));
}

/** One package: a line for each export. */
function page(folder: string, names: readonly ExportedName[]): string {
  const { name, description } = manifestOf(folder);
  const chapters = CHAPTERS.flatMap(([wanted, title]) => {
    const lines = names.filter(({ kind }) => kind === wanted).map(line);
    return lines.length > 0 ? [`## ${title}\n\n${lines.join('\n')}\n`] : [];
  });
  const head = [
    `# ${name}`,
    '',
    `${description}. How to use it: [README](../../${folder}/README.md).`,
    '',
    'This page is written by `node docs/make-api-pages.ts` from the sources; a test fails when the two differ. Parameters, errors and examples stand',
    'in the doc comments, which the published declarations carry.',
  ];
  return `${head.join('\n')}\n\n${chapters.join('\n')}`;
}

function line({ signatures, summary }: ExportedName): string {
  return `- ${signatures.map((signature) => `\`${signature}\``).join(' or ')}<br>${summary}`;
}

/** Where the pages lie. */
export const API_PAGES = new URL('./api/', import.meta.url);

if (import.meta.main) {
  mkdirSync(API_PAGES, { recursive: true });
  for (const [name, text] of apiPages(formatExports())) writeFileSync(new URL(name, API_PAGES), text);
}
