import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Bilingual, CodeWords } from '../api/answers.ts';
import { en } from './en.ts';
import { ja, type Words } from './ja.ts';

export type { Words } from './ja.ts';
export type Language = 'ja' | 'en';
export const languages: Record<Language, Words> = { ja, en };

export const WordsContext = createContext<Words>(ja);
export const useWords = (): Words => useContext(WordsContext);
export const languageOf = (words: Words): Language => (words.lang === 'en' ? 'en' : 'ja');

/** The server's table of codes, so that a code is never shown without its words. */
export const CodesContext = createContext<Record<string, Bilingual>>({});

/** The words for a code: those sent with it, else the server's table, else this page's own, else the plain general ones. */
export function useCodeWords(): (code: string, sent?: Bilingual) => CodeWords {
  const words = useWords();
  const codes = useContext(CodesContext);
  const language = languageOf(words);
  const own: Record<string, CodeWords> = words.problems;
  return (code, sent) => sent?.[language] ?? codes[code]?.[language] ?? own[code] ?? words.phone.unknownCode;
}
