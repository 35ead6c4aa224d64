import { type Persona, stepNumbers } from './api/answers.ts';
import { Icon } from './frame/icon.tsx';
import { currentStep, type Run } from './run/run.ts';
import { testIds } from './test-ids.ts';
import { languageOf, useWords } from './words/words.ts';

export type Stage = 'ready' | 'entering' | 'running' | 'refused' | 'wallet' | 'asking' | 'done';

/** The one button that leads on, always at the same place, and one line that says where things stand. */
export function StageBar(props: {
  stage: Stage;
  run: Run;
  persona: Persona | undefined;
  connected: boolean;
  ready: boolean;
  onHold: () => void;
  onAsk: () => void;
  onAgain: () => void;
}) {
  const words = useWords().action;
  const { stage } = props;
  return (
    <div class="flex flex-wrap items-center gap-x-5 gap-y-3" data-testid={testIds.stage} data-stage={stage}>
      {(stage === 'ready' || stage === 'entering') && (
        <button
          type="button"
          class="button-main min-h-14 text-lg"
          disabled={stage !== 'ready' || !props.ready}
          data-testid={testIds.mainAction}
          onClick={props.onHold}
        >
          <Icon sign="hold" class="size-6" />
          {words.hold}
        </button>
      )}
      {stage === 'running' && <Progress run={props.run} />}
      {(stage === 'wallet' || stage === 'asking') && (
        <button
          type="button"
          class="button-main min-h-14 text-lg"
          disabled={stage === 'asking'}
          data-testid={testIds.mainAction}
          onClick={props.onAsk}
        >
          {words.toShop}
          <Icon sign="next" class="size-5" />
        </button>
      )}
      {stage === 'wallet' && (
        <button type="button" class="button-quiet min-h-14" data-testid={testIds.again} onClick={props.onAgain}>
          {words.other}
        </button>
      )}
      {(stage === 'refused' || stage === 'done') && (
        <button
          type="button"
          class="button-main min-h-14 text-lg"
          data-testid={testIds.mainAction}
          onClick={props.onAgain}
        >
          {words.again}
        </button>
      )}
      <StageNote {...props} />
    </div>
  );
}

function StageNote(props: { stage: Stage; run: Run; persona: Persona | undefined; connected: boolean }) {
  const words = useWords();
  const own = words.action;
  const { stage, persona, connected } = props;
  if (!connected)
    return (
      <p class="flex max-w-[26rem] gap-2 text-sm text-wait" role="status">
        <Icon sign="warning" class="mt-0.5 size-4" />
        {own.disconnected}
      </p>
    );
  const notes: Record<Stage, string> = {
    ready: own.holdNote,
    entering: own.enterPin,
    running: own.runningNote,
    refused: own.refused,
    wallet: own.toShopNote,
    asking: own.asking,
    done: own.done,
  };
  if (stage === 'ready' && persona)
    return (
      <div class="max-w-[34rem] text-sm leading-snug" aria-live="polite">
        <p>
          <strong class="mr-2">{persona[languageOf(words)].name}</strong>
          {persona[languageOf(words)].note}
        </p>
        <p class="mt-0.5 text-muted">{own.holdNote}</p>
      </div>
    );
  return (
    <p class="flex max-w-[26rem] items-center gap-2 text-sm text-muted">
      {stage === 'entering' && <Icon sign="next" class="size-4 text-accent" />}
      {notes[stage]}
    </p>
  );
}

/** How far the application has come, in the place of the button. */
function Progress({ run }: { run: Run }) {
  const words = useWords();
  const at = currentStep(run) ?? [...stepNumbers].reverse().find((n) => run.steps[n].state !== 'idle');
  const waiting = at !== undefined && run.steps[at].state === 'waiting';
  return (
    <div class="flex h-14 w-72 flex-col justify-center gap-2 rounded-12 bg-accent-soft px-5">
      <p class="flex justify-between gap-3 leading-none font-bold text-accent">
        <span class="truncate leading-tight">{at ? words.steps[at].title : words.action.running}</span>
        <span class="shrink-0 font-mono text-sm">{waiting ? words.states.waiting : `${Math.min(at ?? 1, 8)} / 8`}</span>
      </p>
      <div class="flex gap-1" aria-hidden="true">
        {stepNumbers
          .filter((n) => n < 9)
          .map((n) => (
            <span
              key={n}
              class={`h-1 grow rounded-full transition-colors ${run.steps[n].state === 'idle' ? 'bg-accent/20' : 'bg-accent'}`}
            />
          ))}
      </div>
    </div>
  );
}
