import { stepNumbers } from '../api/answers.ts';
import type { Run } from '../run/run.ts';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';

/** How long steps 1–8 really took: the slow motion above is for eyes, this strip is the truth. */
export function Timeline({ run }: { run: Run }) {
  const words = useWords();
  const parts = stepNumbers.filter((n) => n < 9).map((n) => ({ n, ms: run.steps[n].ms }));
  const total = parts.reduce((sum, { ms }) => sum + (ms ?? 0), 0);
  return (
    <div class="flex grow flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted" data-testid={testIds.timeline}>
      <p class="shrink-0">{words.figure.realTime}</p>
      <div class="flex h-5 min-w-40 grow gap-0.5" aria-hidden="true">
        {total === 0 ? (
          <span class="h-1.5 w-full self-center rounded-full bg-line" />
        ) : (
          parts.map(({ n, ms }) =>
            ms === undefined ? null : (
              <span
                key={n}
                class="flex min-w-4 items-center justify-center overflow-hidden rounded-4 bg-accent/15 text-[0.6875rem] leading-none font-bold text-accent"
                style={{ flexGrow: Math.max(ms, 1), flexBasis: 0 }}
              >
                {n}
              </span>
            ),
          )
        )}
      </div>
      <p class="shrink-0 font-mono text-ink">
        {words.figure.total} {total === 0 ? '—' : words.time.ms(total)}
      </p>
    </div>
  );
}
