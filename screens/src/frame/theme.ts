import { useEffect, useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

/** The theme of the system until the person chooses one; the choice stays in this browser. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [chosen, choose] = useState<Theme | undefined>(() => remembered('theme', ['light', 'dark']));
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const theme = chosen ?? (systemDark ? 'dark' : 'light');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return [
    theme,
    (next) => {
      remember('theme', next);
      choose(next);
    },
  ];
}

/** Whether a media query holds now, and from then on. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setHolds(list.matches);
    changed();
    list.addEventListener('change', changed);
    return () => list.removeEventListener('change', changed);
  }, [query]);
  return holds;
}

/** Storage may be forbidden in a browser; then a choice simply lasts as long as the page. */
export function remembered<T extends string>(key: string, allowed: readonly T[]): T | undefined {
  try {
    return allowed.find((value) => value === localStorage.getItem(`tegata.${key}`));
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`tegata.${key}`, value);
  } catch {
    // Forbidden: nothing to do, see above.
  }
}
