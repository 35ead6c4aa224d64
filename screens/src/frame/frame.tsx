import type { ComponentChildren } from 'preact';
import type { Info } from '../api/answers.ts';
import { testIds } from '../test-ids.ts';
import { languageOf, languages, useWords } from '../words/words.ts';
import { Icon } from './icon.tsx';
import markUrl from './mark.svg';
import type { Theme } from './theme.ts';

/** What stands around every screen: the TEST ONLY strip, our own name and mark, the switches, the closing words. */
export function Frame(props: {
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onLanguage: () => void;
  info: Info | undefined;
  children: ComponentChildren;
}) {
  const words = useWords();
  const dark = props.theme === 'dark';
  return (
    <>
      <a
        href="#main"
        class="sr-only z-50 rounded-8 bg-surface px-4 py-2 font-bold text-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {words.skip}
      </a>
      <Banner />
      <header class="mx-auto flex max-w-[90rem] flex-wrap items-center gap-x-8 gap-y-2 px-4 pt-4 sm:px-8">
        <a href="#main" class="flex items-center gap-3 no-underline" data-testid={testIds.brand}>
          <img src={markUrl} alt="" width="40" height="40" />
          <span class="font-serif text-[1.625rem] leading-none font-bold" lang="ja">
            {words.brand.name}
          </span>
          <span
            class="hidden border-l border-line pl-3 text-sm min-[23rem]:inline tracking-[0.18em] text-muted"
            lang="en"
          >
            {words.brand.reading}
          </span>
        </a>
        <nav aria-label={words.nav.label} class="hidden gap-1 text-sm md:flex">
          {(['figure', 'shop', 'messages'] as const).map((place) => (
            <a
              key={place}
              href={`#${place}`}
              class="rounded-8 px-3 py-1.5 text-muted hover:bg-accent-soft hover:text-accent"
            >
              {words.nav[place]}
            </a>
          ))}
        </nav>
        <div class="ml-auto flex items-center gap-1 text-sm">
          <button
            type="button"
            class="flex min-h-11 items-center gap-2 rounded-8 px-3 text-muted hover:bg-accent-soft hover:text-accent"
            data-testid={testIds.theme}
            onClick={() => props.onTheme(dark ? 'light' : 'dark')}
          >
            <Icon sign={dark ? 'sun' : 'moon'} />
            <span class="sr-only sm:not-sr-only">{dark ? words.theme.light : words.theme.dark}</span>
          </button>
          <button
            type="button"
            class="min-h-11 rounded-8 px-3 font-bold text-accent hover:bg-accent-soft"
            data-testid={testIds.language}
            lang={languageOf(words) === 'ja' ? languages.en.lang : languages.ja.lang}
            aria-label={words.language.label}
            onClick={props.onLanguage}
          >
            {words.language.change}
          </button>
        </div>
      </header>
      {props.children}
      <footer class="mt-24 border-t border-line">
        <div class="mx-auto flex max-w-[90rem] flex-wrap justify-between gap-x-12 gap-y-2 px-4 py-8 text-sm text-muted sm:px-8">
          <p class="max-w-[60ch]">{words.footer.law}</p>
          {props.info && (
            <p>
              {storageWords(props.info.db, words.footer.storage)}
              <span class="ml-4 font-mono">v{props.info.version}</span>
            </p>
          )}
        </div>
      </footer>
    </>
  );
}

function Banner() {
  const words = useWords();
  return (
    <section
      aria-label="TEST ONLY"
      data-testid={testIds.banner}
      class="sticky top-0 z-40 border-b border-line bg-[var(--strip)] text-[var(--strip-ink)]"
    >
      <p class="mx-auto flex max-w-[90rem] items-center gap-3 px-4 py-1.5 text-[0.8125rem] leading-snug sm:px-8">
        <strong class="shrink-0 rounded-4 border-2 border-current px-1.5 leading-tight font-bold" lang="ja">
          {words.banner.mark}
        </strong>
        <span>{words.banner.text}</span>
      </p>
    </section>
  );
}

function storageWords(db: string, table: Record<string, string>): string {
  return table[db] ?? db;
}
