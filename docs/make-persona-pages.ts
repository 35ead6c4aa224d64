import { readFileSync, writeFileSync } from 'node:fs';
import { type KnownPersona, loadPersona, PERSONA_IDS } from '@tegata/card';

/** The languages of the pages. */
export const LANGUAGES = ['en', 'ja'] as const;

type Language = (typeof LANGUAGES)[number];

const GROUPS: readonly (readonly [group: KnownPersona['group'], en: string, ja: string])[] = [
  ['people', 'People', '人'],
  ['ages', 'Ages and dates', '年齢と日付'],
  ['names', 'Names and addresses', '氏名と住所'],
  ['certificates', 'Certificates', '証明書'],
  ['pins', 'PINs', '暗証番号'],
  ['cards', 'Cards', 'カード'],
];

const COLUMNS: Readonly<Record<Language, readonly string[]>> = {
  en: ['`--persona`', 'card', 'what it is good for', 'how a journey ends'],
  ja: ['`--persona`', 'カード', '何を確かめるか', '結果'],
};

function ending({ expect }: KnownPersona, language: Language): string {
  if (expect.ok) return language === 'en' ? 'green' : '緑';
  return language === 'en' ? `\`${expect.code}\`, step ${expect.step}` : `\`${expect.code}\`、ステップ${expect.step}`;
}

/** The tables of a language: one for each group of personas. */
export function personaTables(language: Language): string {
  const personas = PERSONA_IDS.map(loadPersona);
  return GROUPS.map(([group, en, ja]) => {
    const rows = personas
      .filter((persona) => persona.group === group)
      .map((persona) => {
        const { title, name, note } = persona[language];
        return [`\`${persona.id}\``, `${title} (${name})`, note, ending(persona, language)];
      });
    const table = [COLUMNS[language], COLUMNS[language].map(() => '---'), ...rows];
    return [`### ${language === 'en' ? en : ja}`, '', ...table.map((row) => `| ${row.join(' | ')} |`), ''].join('\n');
  }).join('\n');
}

const BEGIN = '<!-- written by docs/make-persona-pages.ts -->';
const END = '<!-- until here -->';

/** The page with its tables as the data files have them. */
export function personaPage(language: Language): string {
  const page = readFileSync(pageOf(language), 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  return `${before}${BEGIN}\n\n${personaTables(language)}\n${END}${after}`;
}

/** Where the page lies. */
export const pageOf = (language: Language): URL => new URL(`./${language}/personas.md`, import.meta.url);

if (import.meta.main) for (const language of LANGUAGES) writeFileSync(pageOf(language), personaPage(language));
