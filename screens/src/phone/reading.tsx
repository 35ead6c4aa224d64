import type { StepNumber } from '../api/answers.ts';
import { partyIcons } from '../figure/icons.ts';
import { Icon } from '../frame/icon.tsx';
import { currentStep, type Run } from '../run/run.ts';
import { useWords } from '../words/words.ts';
import { ScreenHead } from './screen-head.tsx';

/** Steps 1–3 as the person sees them: hold still, then let go. */
export function ReadingScreen({ run }: { run: Run }) {
  const words = useWords();
  const reading = words.phone.reading;
  const sending = run.steps[2].state === 'passed';
  return (
    <>
      <ScreenHead
        title={sending ? reading.sending : reading.title}
        lead={sending ? reading.sendingLead : reading.lead}
      />
      <div class="relative my-8 flex h-44 items-center justify-center" aria-hidden="true">
        {!sending && (
          <>
            <span class="wave absolute size-40 rounded-full border-2 border-accent" />
            <span class="wave absolute size-40 rounded-full border-2 border-accent [animation-delay:0.5s]" />
          </>
        )}
        <div
          class={`wood flex aspect-[1.586] w-32 items-center justify-center rounded-12 transition-transform duration-700 ${sending ? 'translate-y-6 rotate-3 opacity-60' : ''}`}
        >
          <Icon path={partyIcons.card} class="size-10" />
        </div>
      </div>
      <ol class="mt-auto flex flex-col gap-1">
        {([1, 2, 3] as const).map((n) => (
          <StepRow key={n} run={run} step={n} />
        ))}
      </ol>
    </>
  );
}

/** One step in the phone's own list: sign, title, time. */
export function StepRow({ run, step }: { run: Run; step: StepNumber }) {
  const words = useWords();
  const { state, ms } = run.steps[step];
  const current = currentStep(run) === step;
  return (
    <li class={`flex items-center gap-3 rounded-8 px-2 py-1.5 text-sm ${current ? 'bg-accent-soft font-bold' : ''}`}>
      <Icon
        sign={state === 'passed' ? 'passed' : state === 'failed' ? 'failed' : state === 'waiting' ? 'waiting' : 'idle'}
        class={`size-4 ${state === 'passed' || current ? 'text-accent' : state === 'failed' ? 'text-no' : 'text-muted'}`}
      />
      <span class="grow">{words.steps[step].title}</span>
      <span class="font-mono text-xs text-muted">
        {state === 'passed' && ms !== undefined ? words.time.ms(ms) : words.states[state]}
      </span>
    </li>
  );
}
