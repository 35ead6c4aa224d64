import type { Refusal } from '../api/client.ts';
import { partyIcons } from '../figure/icons.ts';
import { Icon } from '../frame/icon.tsx';
import { type Run, walletOf } from '../run/run.ts';
import { testIds } from '../test-ids.ts';
import { useCodeWords, useWords } from '../words/words.ts';
import { Checks } from './checks.tsx';
import { Light } from './light.tsx';

/** The shop's counter: one question, one light, and the reasons for it. */
export function Shop(props: {
  run: Run;
  asking: boolean;
  problem: Refusal | undefined;
  onAsk: () => void;
  onLeave: () => void;
}) {
  const words = useWords();
  const codeWords = useCodeWords();
  const own = words.shop;
  const { run } = props;
  const ready = walletOf(run) === 'active';
  const refused = props.problem && codeWords(props.problem.code, props.problem.words);
  return (
    <section id="shop" class="@container" aria-labelledby="shop-heading" data-testid={testIds.shop}>
      <h2 id="shop-heading" class="mb-5 font-serif text-2xl font-bold">
        {own.heading}
      </h2>
      <div class="grid overflow-hidden rounded-24 border border-line bg-surface @2xl:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
        <div class="flex flex-col bg-sunken p-6 sm:p-8">
          <p class="mb-6 flex items-center gap-2 text-sm text-muted">
            <Icon path={partyIcons.verifier} class="size-6 text-wood" />
            {own.name}
          </p>
          <p class="text-sm text-muted">{own.lead}</p>
          <p class="mt-1 mb-5 font-serif text-[1.75rem] leading-snug font-bold">{own.question}</p>
          <dl class="mb-8 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
            <dt class="text-muted">{own.element}</dt>
            <dd class="font-mono">age_over_20</dd>
            <dt class="text-muted">{own.retain}</dt>
            <dd>{own.notRetained}</dd>
          </dl>
          <button
            type="button"
            class="button-main mt-auto w-full sm:w-fit"
            disabled={!ready || props.asking}
            data-testid={testIds.ask}
            onClick={props.onAsk}
          >
            {own.ask}
          </button>
          {!ready && <p class="mt-3 text-sm text-muted">{own.needCard}</p>}
          {refused && (
            <p class="mt-3 flex gap-2 text-sm text-no" role="alert">
              <Icon sign="warning" class="mt-0.5 size-4" />
              <span>
                {refused.what} {refused.next}
                <span class="ml-2 font-mono text-xs">{props.problem?.code}</span>
              </span>
            </p>
          )}
        </div>
        <div class="flex flex-col p-6 sm:p-8">
          <Light check={run.check} asking={props.asking} />
          {run.check && (
            <button
              type="button"
              class="mt-6 min-h-9 w-fit rounded-8 px-2 text-sm font-bold text-muted hover:text-ink"
              data-testid={testIds.leave}
              onClick={props.onLeave}
            >
              {own.leave}
            </button>
          )}
        </div>
        {run.check?.checks && run.check.checks.length > 0 && (
          <div class="border-t border-line p-6 sm:px-8 @2xl:col-span-2">
            <Checks checks={run.check.checks} open={run.check.verdict === 'red'} />
          </div>
        )}
      </div>
    </section>
  );
}
