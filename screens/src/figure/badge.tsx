import type { StepNumber } from '../api/answers.ts';
import { Icon } from '../frame/icon.tsx';
import type { StepView } from '../run/run.ts';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';
import type { Badge } from './layout.ts';

const looks: Record<StepView['state'], string> = {
  idle: 'border-edge bg-paper text-muted',
  started: 'border-accent bg-surface text-accent',
  passed: 'border-accent bg-accent text-on-accent',
  failed: 'border-no bg-no text-surface',
  waiting: 'border-wait bg-wait-soft text-wait',
};

const labelAt = {
  below: 'top-[calc(100%+0.125rem)] left-1/2 -translate-x-1/2 rounded-6 bg-paper px-1 py-0.5 text-center',
  left: 'top-1/2 right-[calc(100%+0.375rem)] -translate-y-1/2 text-right',
  right: 'top-1/2 left-[calc(100%+0.375rem)] -translate-y-1/2 text-left',
};

/** One step: its number as a button on the way, with verb and time; state in colour, sign and words. */
export function BadgeOf(props: {
  step: StepNumber;
  badge: Badge;
  view: StepView;
  messages: number;
  onOpen: () => void;
}) {
  const words = useWords();
  const { step, badge, view } = props;
  const { verb, title } = words.steps[step];
  const time = view.ms === undefined ? '' : words.time.ms(view.ms);
  const state = words.states[view.state];
  return (
    <li class="absolute size-8" style={{ left: `${(badge.x - 16) / 16}rem`, top: `${(badge.y - 16) / 16}rem` }}>
      {view.state === 'started' && (
        <span class="pulse absolute inset-0 rounded-full border-2 border-accent" aria-hidden="true" />
      )}
      <button
        type="button"
        class={`relative flex size-8 items-center justify-center rounded-full border-2 text-sm leading-none font-bold transition-colors duration-300 hover:outline-2 hover:outline-offset-2 hover:outline-accent focus-visible:rounded-full ${looks[view.state]}`}
        data-testid={testIds.step(step)}
        data-state={view.state}
        aria-label={`${step}. ${words.live.step(title, state, time)}. ${words.figure.open(props.messages)}`}
        title={title}
        onClick={props.onOpen}
      >
        {view.state === 'failed' ? (
          <Icon sign="failed" class="size-4" />
        ) : view.state === 'waiting' ? (
          <Icon sign="waiting" class="size-4" />
        ) : (
          step
        )}
      </button>
      <div
        class={`pointer-events-none absolute leading-tight whitespace-nowrap ${labelAt[badge.label]}`}
        aria-hidden="true"
      >
        <p class={`text-[0.8125rem] font-bold ${view.state === 'idle' ? 'text-muted' : 'text-ink'}`}>{verb}</p>
        {(time || view.state === 'waiting' || view.state === 'failed') && (
          <p
            class={`font-mono text-[0.6875rem] ${view.state === 'failed' ? 'text-no' : view.state === 'waiting' ? 'text-wait' : 'text-muted'}`}
            data-testid={testIds.stepTime(step)}
          >
            {view.state === 'passed' ? time : view.state === 'failed' ? `✕ ${state}` : state}
          </p>
        )}
      </div>
    </li>
  );
}
