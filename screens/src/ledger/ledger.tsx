import type { MessageEvent, StepNumber } from '../api/answers.ts';
import { stepNumbers } from '../api/answers.ts';
import { Icon } from '../frame/icon.tsx';
import type { Run } from '../run/run.ts';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';
import { MessageDetail } from './message.tsx';

/** All messages of the run by step; one opened at a time, its bytes and their meaning beside it. */
export function Ledger(props: {
  run: Run;
  step: StepNumber;
  onStep: (step: StepNumber) => void;
  opened: string | undefined;
  onOpen: (id: string | undefined) => void;
}) {
  const words = useWords();
  const own = words.messages;
  const { run, step } = props;
  const its = run.messages.filter((message) => message.step === step);
  const opened = its.find(({ id }) => id === props.opened) ?? its[0];
  return (
    <section id="messages" class="@container" aria-labelledby="messages-heading" data-testid={testIds.messages}>
      <h2 id="messages-heading" class="font-serif text-2xl font-bold" tabIndex={-1}>
        {own.heading}
      </h2>
      <p class="mt-1 mb-5 text-sm text-muted">{run.messages.length === 0 ? own.none : own.lead}</p>
      <div class="overflow-hidden rounded-24 border border-line bg-surface">
        <nav class="border-b border-line px-4 py-3 sm:px-6" aria-label={own.heading}>
          <ul class="flex flex-wrap gap-1">
            {stepNumbers.map((n) => (
              <li key={n}>
                <StepTab n={n} run={run} chosen={n === step} onChoose={() => props.onStep(n)} />
              </li>
            ))}
          </ul>
        </nav>
        <div class="grid @3xl:grid-cols-[19rem_minmax(0,1fr)]">
          <div class="border-line p-4 sm:p-6 @3xl:border-r @3xl:pr-4">
            <p class="font-bold">{words.steps[step].title}</p>
            <p class="mb-4 text-sm text-muted">{words.steps[step].what}</p>
            {its.length === 0 ? (
              <p class="text-sm text-muted">
                {step === 6 && run.steps[6].state !== 'idle' ? own.insideIaca : own.noneOfStep}
              </p>
            ) : (
              <ol
                class="-mx-2 flex max-h-[22rem] flex-col overflow-y-auto p-1 @3xl:max-h-[34rem]"
                aria-label={words.steps[step].title}
              >
                {its.map((message) => (
                  <MessageRow
                    key={message.id}
                    message={message}
                    opened={message === opened}
                    onOpen={() => props.onOpen(message.id)}
                  />
                ))}
              </ol>
            )}
          </div>
          <div class="min-w-0 border-t border-line p-4 sm:p-6 @3xl:border-t-0">
            {opened ? (
              <MessageDetail key={opened.id} head={opened} />
            ) : (
              <p class="py-10 text-center text-sm text-muted">{own.choose}</p>
            )}
          </div>
        </div>
      </div>
    </section>
  );
}

function StepTab(props: { n: StepNumber; run: Run; chosen: boolean; onChoose: () => void }) {
  const words = useWords();
  const { n, run, chosen } = props;
  const count = run.messages.filter((message) => message.step === n).length;
  return (
    <button
      type="button"
      aria-pressed={chosen}
      class={`flex min-h-9 items-center gap-1.5 rounded-8 px-2.5 text-sm ${chosen ? 'bg-accent font-bold text-on-accent' : 'text-muted hover:bg-accent-soft hover:text-accent'}`}
      data-testid={testIds.stepTab(n)}
      onClick={props.onChoose}
    >
      <span>{n}</span>
      <span>{words.steps[n].verb}</span>
      {count > 0 && <span class="font-mono text-xs">{count}</span>}
    </button>
  );
}

function MessageRow(props: { message: MessageEvent; opened: boolean; onOpen: () => void }) {
  const words = useWords();
  const { message, opened } = props;
  return (
    <li>
      <button
        type="button"
        aria-pressed={opened}
        class={`flex w-full flex-col rounded-8 px-2 py-1.5 text-left ${opened ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
        data-testid={testIds.message(message.id)}
        onClick={props.onOpen}
      >
        <span class={`font-mono text-[0.8125rem] [overflow-wrap:anywhere] ${opened ? 'font-bold text-accent' : ''}`}>
          {message.label}
        </span>
        <span class="flex items-center gap-1 text-xs text-muted">
          {words.parties[message.from].name}
          <Icon sign="next" class="size-3" />
          {words.parties[message.to].name}
          <span class="ml-auto pl-2 whitespace-nowrap">{words.messages.size(message.size)}</span>
        </span>
      </button>
    </li>
  );
}
