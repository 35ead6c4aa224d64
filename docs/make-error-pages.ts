import { writeFileSync } from 'node:fs';
import { type Entry, wordTable } from '@tegata/problem';

/** The languages of the pages. */
export const LANGUAGES = ['en', 'ja'] as const;

type Language = (typeof LANGUAGES)[number];

const HEADS: Readonly<Record<Language, readonly string[]>> = {
  en: [
    '# Error codes',
    '',
    'Every refusal has a stable code. Programs switch on the code; people read the words, which say what happened and what to do next.',
    'Over HTTP it is a problem (RFC 9457, `application/problem+json`) with `code`, `status`, both languages, and where it helps `triesLeft`,',
    '`reference` or `incident`. An application that waits (`ocsp-unavailable`, `iaca-unavailable`, `wallet-provider-unavailable`) needs',
    'nothing from the person: it goes on by itself.',
    '',
    'This page is written by `node docs/make-error-pages.ts` from the table in `formats/problem`; a test fails when the two differ.',
  ],
  ja: [
    '# エラーコード',
    '',
    '断るときは、いつも変わらないコードを付けます。プログラムはコードで分岐し、人は言葉を読みます。言葉は、何が起きたかと、次に何をするかを伝えます。',
    'HTTP では RFC 9457 の `application/problem+json` で、`code`、`status`、2つの言語の言葉と、役に立つときは `triesLeft`(残りの回数)、',
    '`reference`(受付番号)、`incident`(問題の番号)が入ります。申し込みが待っている状態(`ocsp-unavailable`、`iaca-unavailable`、',
    '`wallet-provider-unavailable`)では、何もしなくて大丈夫です。自動で続きます。',
    '',
    'このページは `node docs/make-error-pages.ts` が `formats/problem` の表から書き出します。表と違えば、テストが失敗します。',
  ],
};

/** The page of a language: one section for each code of the word table, by code. */
export function errorPage(language: Language): string {
  const sections = Object.entries<Entry>(wordTable)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) => {
      const { what, next } = entry[language];
      return `## ${code}\n\nHTTP ${entry.status} · ${what}${language === 'en' ? ' ' : ''}**${next}**\n`;
    });
  return `${HEADS[language].join('\n')}\n\n${sections.join('\n')}`;
}

/** Where the page lies. */
export const pageOf = (language: Language): URL => new URL(`./${language}/errors.md`, import.meta.url);

if (import.meta.main) for (const language of LANGUAGES) writeFileSync(pageOf(language), errorPage(language));
