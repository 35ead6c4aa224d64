import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type MessageEvent, type Party, parties, type StepNumber, stepNumbers } from '../api/answers.ts';
import { Icon } from '../frame/icon.tsx';
import { currentStep, type Run } from '../run/run.ts';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';
import { BadgeOf } from './badge.tsx';
import { partyIcons } from './icons.ts';
import { type Box, ends, type Layout, type Link, layoutFor, linkOfStep } from './layout.ts';
import { Packets } from './packets.tsx';

/** The figure: who takes part, what lies between them, and the eight steps lighting up on it (and the shop's, the ninth). */
export function Figure(props: { run: Run; flown: MessageEvent | undefined; onOpen: (step: StepNumber) => void }) {
  const words = useWords();
  const [frame, layout] = useLayout();
  const { run } = props;
  const current = currentStep(run);
  const active = activeParties(run, current);
  return (
    <figure ref={frame} class="relative w-full" data-testid={testIds.figure} aria-label={words.figure.summary}>
      {layout && (
        <div class="relative" style={{ height: rem(layout.height) }}>
          <Captions layout={layout} />
          <svg
            class="absolute inset-0 size-full overflow-visible"
            viewBox={`0 0 ${layout.width} ${layout.height}`}
            aria-hidden="true"
            focusable="false"
          >
            <line
              x1={layout.border.x}
              x2={layout.border.x}
              y1={layout.border.y1}
              y2={layout.border.y2}
              class="stroke-edge"
              stroke-width="1.5"
              stroke-dasharray="0.1 7"
              stroke-linecap="round"
            />
            <PhoneOutline box={layout.phone} lit={active.has('wallet') || active.has('applicant-app')} />
            {(Object.keys(ends) as Link[]).map((link) => (
              <LinkLine key={link} link={layout.links[link]} state={stateOfLink(run, link)} />
            ))}
          </svg>
          <PhoneLabel layout={layout} />
          {parties.map((party) => (
            <PartyBox
              key={party}
              party={party}
              box={layout.boxes[party]}
              layout={layout}
              active={active.has(party)}
              held={party === 'card' && (current === 1 || current === 2)}
              verdict={party === 'verifier' ? run.check?.verdict : undefined}
            />
          ))}
          <ol>
            {stepNumbers.map((n) => (
              <BadgeOf
                key={n}
                step={n}
                badge={layout.badges[n]}
                view={run.steps[n]}
                messages={run.messages.filter((m) => m.step === n).length}
                onOpen={() => props.onOpen(n)}
              />
            ))}
          </ol>
          <Packets layout={layout} flown={props.flown} />
        </div>
      )}
    </figure>
  );
}

/** Measures the room there is, in px of a 16 px root font. */
function useLayout() {
  const frame = useRef<HTMLElement>(null);
  const [layout, setLayout] = useState<Layout>();
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const unit = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
      setLayout(layoutFor(element.clientWidth / (unit || 1)));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, layout] as const;
}

const rem = (px: number): string => `${px / 16}rem`;
const place = (box: Box) => ({ left: rem(box.x), top: rem(box.y), width: rem(box.w), height: rem(box.h) });

function activeParties(run: Run, current: StepNumber | undefined): Set<Party> {
  if (current === undefined) return new Set();
  const link = linkOfStep[current];
  if (run.steps[current].state === 'waiting') return new Set();
  return new Set(link ? ends[link] : ['iaca']);
}

type LinkState = 'idle' | 'started' | 'passed' | 'failed' | 'waiting';

/** A link looks as the latest of its steps does. */
function stateOfLink(run: Run, link: Link): LinkState {
  if (link === 'app-wallet') return run.steps[2].state === 'idle' ? 'idle' : 'passed';
  const its = [...stepNumbers].reverse().filter((n) => linkOfStep[n] === link);
  return its.map((n) => run.steps[n].state).find((state) => state !== 'idle') ?? 'idle';
}

const strokes: Record<LinkState, string> = {
  idle: 'stroke-link',
  started: 'stroke-accent flowing',
  passed: 'stroke-accent',
  failed: 'stroke-no [stroke-dasharray:3_6]',
  waiting: 'stroke-wait [stroke-dasharray:8_6]',
};

function LinkLine({ link, state }: { link: Layout['links'][Link]; state: LinkState }) {
  const width = state === 'idle' ? 1.5 : 2.5;
  const look = `transition-[stroke] duration-500 ${strokes[state]}`;
  return (
    <g fill="none" stroke-width={width} stroke-linecap="round" stroke-linejoin="round">
      <path d={link.way} class={look} />
      <path d={link.head} class={`${look} [animation:none] [stroke-dasharray:none]`} />
    </g>
  );
}

function PhoneOutline({ box, lit }: { box: Box; lit: boolean }) {
  return (
    <g
      class={`transition-[stroke] duration-500 ${lit ? 'stroke-accent' : 'stroke-edge'}`}
      fill="none"
      stroke-width="1.5"
    >
      <rect x={box.x} y={box.y} width={box.w} height={box.h} rx="26" class="fill-sunken" />
    </g>
  );
}

function PhoneLabel({ layout }: { layout: Layout }) {
  const words = useWords();
  const { phone, kind } = layout;
  // Standing, the way from the card comes in through the middle of the frame's top.
  return (
    <p
      class={`absolute text-xs text-muted ${kind === 'wide' ? 'text-center' : 'pl-4'}`}
      style={{ left: rem(phone.x), width: rem(phone.w), top: rem(phone.y + 6) }}
      aria-hidden="true"
    >
      {words.figure.phone}
    </p>
  );
}

function Captions({ layout }: { layout: Layout }) {
  const words = useWords();
  const base = 'absolute text-xs font-bold tracking-[0.14em] text-muted';
  return (
    <div aria-hidden="true">
      <p class={base} style={{ top: 0, left: 0 }}>
        {words.figure.hands}
      </p>
      <p class={base} style={{ top: 0, left: rem(layout.boxes.smp.x) }}>
        {words.figure.servers}
      </p>
    </div>
  );
}

function PartyBox(props: {
  party: Party;
  box: Box;
  layout: Layout;
  active: boolean;
  held: boolean;
  verdict: 'green' | 'red' | undefined;
}) {
  const words = useWords();
  const { party, layout, active, verdict } = props;
  const { name, note } = words.parties[party];
  const wooden = party === 'card';
  const tone = verdict
    ? verdict === 'green'
      ? 'border-ok bg-ok-soft text-ok'
      : 'border-no bg-no-soft text-no'
    : wooden
      ? `wood ${active ? 'border-accent outline-2 outline-accent' : 'border-transparent'}`
      : active
        ? 'border-accent bg-accent-soft text-accent'
        : 'border-line bg-surface text-muted';
  // The card is moved towards the phone while it is read.
  const moved = props.held ? (layout.kind === 'wide' ? 'translateX(0.75rem)' : 'translateY(0.5rem)') : 'none';
  return (
    <div
      class={`absolute flex flex-col items-center justify-center gap-0.5 rounded-16 border-[1.5px] px-1 text-center transition-all duration-500 ${tone}`}
      style={{ ...place(props.box), transform: moved }}
    >
      <Icon path={partyIcons[party]} class={layout.kind === 'wide' ? 'size-7' : 'size-6'} />
      <p
        class={`leading-tight font-bold ${wooden ? '' : 'text-ink'} ${layout.kind === 'wide' ? 'text-[0.9375rem]' : 'text-[0.8125rem]'}`}
      >
        {name}
      </p>
      {props.box.w >= 112 && <p class={`leading-tight ${wooden ? '' : 'text-muted'} text-[0.6875rem]`}>{note}</p>}
    </div>
  );
}
