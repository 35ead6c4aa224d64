import type { CheckEvent } from '../api/answers.ts';
import { Icon } from '../frame/icon.tsx';
import { testIds } from '../test-ids.ts';
import { useCodeWords, useWords } from '../words/words.ts';

/** Green or red, never by colour alone: sign, word and reason say the same. */
export function Light({ check, asking }: { check: CheckEvent | undefined; asking: boolean }) {
  const words = useWords();
  const own = words.shop;
  const reason = useReason(check);
  return (
    <div class="flex grow flex-col justify-center" data-testid={testIds.light} data-verdict={check?.verdict ?? 'none'}>
      <div class="flex items-center gap-5 sm:gap-7">
        <Lamp verdict={check?.verdict} asking={asking} />
        <div aria-live="assertive" class="min-w-0">
          {check ? (
            <>
              <p class={`font-serif text-3xl font-bold ${check.verdict === 'green' ? 'text-ok' : 'text-no'}`}>
                {check.verdict === 'green' ? own.green : own.red}
              </p>
              <p class="mt-1 text-base">{reason}</p>
            </>
          ) : (
            <>
              <p class="font-serif text-xl font-bold text-muted">{asking ? own.waiting : '—'}</p>
              {asking && <p class="mt-1 text-sm text-muted">{own.waitingNote}</p>}
            </>
          )}
        </div>
      </div>
      {check && (
        <dl class="mt-7 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-t border-line pt-5 text-sm">
          <dt class="text-muted">{own.learned}</dt>
          <dd>
            {check.answer ? (
              <span class="font-mono">
                {check.answer.element} = {String(check.answer.value)}
              </span>
            ) : (
              own.nothingLearned
            )}
          </dd>
          {check.ms !== undefined && (
            <>
              <dt class="text-muted">{own.took}</dt>
              <dd class="font-mono">{words.time.ms(check.ms)}</dd>
            </>
          )}
          {check.code && (
            <>
              <dt class="text-muted">{words.phone.refusal.code}</dt>
              <dd class="font-mono">{check.code}</dd>
            </>
          )}
        </dl>
      )}
    </div>
  );
}

function Lamp({ verdict, asking }: { verdict: 'green' | 'red' | undefined; asking: boolean }) {
  const look =
    verdict === 'green'
      ? 'border-ok bg-ok text-surface'
      : verdict === 'red'
        ? 'border-no bg-no text-surface'
        : 'border-line bg-sunken text-muted';
  return (
    <div class={`relative flex size-24 shrink-0 items-center justify-center rounded-full border-4 sm:size-28 ${look}`}>
      {asking && <span class="pulse absolute inset-0 rounded-full border-2 border-accent" aria-hidden="true" />}
      {verdict && <Icon sign={verdict === 'green' ? 'passed' : 'failed'} class="size-14" />}
      {!verdict && asking && <Icon sign="waiting" class="size-9" />}
    </div>
  );
}

function useReason(check: CheckEvent | undefined): string {
  const words = useWords().shop;
  const codeWords = useCodeWords();
  if (!check) return '';
  if (check.verdict === 'green') return words.greenReason;
  if (check.code === 'under-age' || check.answer?.value === false) return words.redUnder;
  return check.code ? codeWords(check.code).what : words.redFailed;
}
