import { Icon } from '../frame/icon.tsx';
import type { Run } from '../run/run.ts';
import { testIds } from '../test-ids.ts';
import { languageOf, useCodeWords, useWords } from '../words/words.ts';
import { StepRow } from './reading.tsx';
import { ScreenHead } from './screen-head.tsx';

/** The provisional card (仮発行) with its true state: where it stands, since when, what comes next, that nothing is asked. */
export function ProvisionalScreen({ run }: { run: Run }) {
  const words = useWords();
  const codeWords = useCodeWords();
  const { provisional, statuses } = words.phone;
  const application = run.application;
  const known: Record<string, { now: string; next: string }> = statuses;
  const status = known[application?.status ?? 'received'] ?? statuses.received;
  const waiting = application?.waiting ?? waitingCode(run);
  return (
    <>
      <div
        class="wood-blank relative mb-5 flex aspect-[2.1] flex-col items-center justify-center rounded-16"
        data-testid={testIds.card}
      >
        <p class="rounded-6 border-2 border-current bg-surface px-3 font-serif text-2xl font-bold text-wood">
          {provisional.tag}
        </p>
        <p class="mt-2 text-xs">{provisional.title}</p>
      </div>
      <ScreenHead title={waiting ? codeWords(waiting).what : status.now} />
      <dl
        class="mb-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm"
        data-testid={testIds.status}
        data-status={application?.status}
      >
        {run.reference && (
          <>
            <dt class="text-muted">{provisional.reference}</dt>
            <dd class="font-mono break-all" data-testid={testIds.reference}>
              {run.reference}
            </dd>
          </>
        )}
        {application?.since !== undefined && (
          <>
            <dt class="text-muted">{provisional.since}</dt>
            <dd>{clockTime(application.since, languageOf(words))}</dd>
          </>
        )}
        <dt class="text-muted">{provisional.next}</dt>
        <dd>{waiting ? codeWords(waiting).next : status.next}</dd>
      </dl>
      <ol class="mb-4 flex flex-col">
        {([4, 5, 6, 7, 8] as const).map((n) => (
          <StepRow key={n} run={run} step={n} />
        ))}
      </ol>
      <p class="mt-auto flex gap-2 rounded-8 bg-sunken px-3 py-2.5 text-sm">
        <Icon sign="passed" class="mt-0.5 size-4 text-accent" />
        {provisional.nothing}
      </p>
    </>
  );
}

function waitingCode(run: Run): string | undefined {
  return Object.values(run.steps).find(({ state }) => state === 'waiting')?.code;
}

function clockTime(at: number, language: string): string {
  return new Date(at).toLocaleTimeString(language === 'ja' ? 'ja-JP' : 'en-GB', { timeZone: 'Asia/Tokyo' });
}
