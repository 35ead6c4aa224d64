import type { Refusal } from '../api/client.ts';
import { Icon } from '../frame/icon.tsx';
import { type Run, refusalCode } from '../run/run.ts';
import { testIds } from '../test-ids.ts';
import { useCodeWords, useWords } from '../words/words.ts';
import { ScreenHead } from './screen-head.tsx';

/** What the person can mend by entering the numbers once more. */
const retryable = new Set(['wrong-pin', 'wrong-signature-password', 'last-try', 'card-removed', 'no-card']);

/** What happened, that nothing was lost, what to do next, and the stable code to tell others. */
export function RefusalScreen(props: {
  run: Run;
  problem: Refusal | undefined;
  onAgain: () => void;
  onRetry: () => void;
}) {
  const words = useWords();
  const own = words.phone.refusal;
  const codeWords = useCodeWords();
  const code = props.problem?.code ?? refusalCode(props.run) ?? 'refused';
  const said = codeWords(code, props.problem?.words);
  const triesLeft = props.problem?.context.triesLeft;
  const canRetry = triesLeft === undefined ? retryable.has(code) : triesLeft > 0;
  return (
    <div class="flex grow flex-col" role="alert" data-testid={testIds.refusal}>
      <span class="mb-4 flex size-12 items-center justify-center rounded-full bg-no-soft text-no">
        <Icon sign="failed" class="size-6" />
      </span>
      <ScreenHead title={own.title} />
      <dl class="flex flex-col gap-4 text-sm">
        <Row
          name={own.what}
          text={said.what}
          more={triesLeft ? words.phone.secrets.triesLeft(triesLeft) : undefined}
          strong
        />
        <Row name={own.lost} text={own.nothingLost} />
        <Row name={own.next} text={said.next} />
        <div>
          <dt class="text-xs text-muted">{own.code}</dt>
          <dd class="font-mono" data-testid={testIds.refusalCode}>
            {code}
          </dd>
        </div>
      </dl>
      <div class="mt-auto flex flex-col gap-2 pt-6">
        {canRetry && (
          <button type="button" class="button-main w-full" data-testid={testIds.retry} onClick={props.onRetry}>
            {own.retry}
          </button>
        )}
        <button type="button" class="button-quiet w-full" onClick={props.onAgain}>
          {own.again}
        </button>
      </div>
    </div>
  );
}

function Row({ name, text, more, strong }: { name: string; text: string; more?: string; strong?: boolean }) {
  return (
    <div>
      <dt class="text-xs text-muted">{name}</dt>
      <dd class={strong ? 'text-base font-bold' : ''}>{text}</dd>
      {more && <dd class="mt-1 text-wait">{more}</dd>}
    </div>
  );
}
