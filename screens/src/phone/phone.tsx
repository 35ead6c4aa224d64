import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Card, Info } from '../api/answers.ts';
import type { Refusal } from '../api/client.ts';
import { isApplying, type Run, refusalCode, walletOf } from '../run/run.ts';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';
import { ConsentScreen } from './consent.tsx';
import { ProvisionalScreen } from './provisional.tsx';
import { ReadingScreen } from './reading.tsx';
import { RefusalScreen } from './refusal.tsx';
import { SecretsScreen } from './secrets.tsx';
import { WalletScreen } from './wallet.tsx';
import { WelcomeScreen } from './welcome.tsx';

export type PhoneScreen = 'welcome' | 'secrets' | 'reading' | 'provisional' | 'card' | 'consent' | 'refusal';

/** What the person has just done at the phone, where the events cannot know it; `aside` = the last run was put aside. */
export type Hand = 'none' | 'entering' | 'sent' | 'aside';

/** The screen that the phone shows: what the person is doing goes first, then the truth of the run. */
export function screenOf(run: Run, hand: Hand, problem: Refusal | undefined): PhoneScreen {
  if (hand === 'entering') return 'secrets';
  if (hand === 'aside') return 'welcome';
  if (problem) return 'refusal';
  if (hand === 'sent') return 'reading';
  if (refusalCode(run) !== undefined) return 'refusal';
  if (run.consent) return 'consent';
  if (walletOf(run) === 'active') return 'card';
  if (walletOf(run) === 'provisional') return 'provisional';
  return isApplying(run) ? 'reading' : 'welcome';
}

export interface PhoneProps {
  screen: PhoneScreen;
  run: Run;
  info: Info | undefined;
  card: Card | undefined;
  problem: Refusal | undefined;
  answered: 'shown' | 'denied' | undefined;
  onStart: () => void;
  onSecrets: (secrets: { pin: string; signaturePassword: string }) => void;
  onCancel: () => void;
  onAside: () => void;
  onConsent: (allow: boolean, pin: string) => Promise<void>;
}

/** The phone on the right: the screens of the real flow in thin form, then the wallet. */
export function Phone(props: PhoneProps) {
  const words = useWords();
  const inside = useRef<HTMLDivElement>(null);
  const before = useRef(props.screen);
  // A new screen that asks for something takes the focus, as a phone would; others only speak through their live region.
  useEffect(() => {
    if (before.current === props.screen) return;
    before.current = props.screen;
    if (inside.current) inside.current.scrollTop = 0;
    if (props.screen !== 'secrets' && props.screen !== 'consent') {
      // The button just pressed is gone: the keyboard stays in the phone.
      if (document.activeElement === document.body) inside.current?.focus({ preventScroll: true });
      return;
    }
    inside.current?.querySelector<HTMLElement>('[data-first]')?.focus({ preventScroll: true });
    inside.current?.scrollIntoView({ block: 'nearest' });
  }, [props.screen]);
  return (
    <section id="phone" aria-labelledby="phone-heading" data-testid={testIds.phone} data-screen={props.screen}>
      <h2 id="phone-heading" class="sr-only">
        {words.phone.heading}
      </h2>
      <div class="mx-auto max-w-[23rem] rounded-[2.5rem] border-[1.5px] border-edge bg-sunken p-2.5 shadow-soft">
        <div class="flex items-center justify-between px-5 pt-1 pb-2 text-[0.6875rem] text-muted">
          <span class="font-bold tracking-wider">Tegata</span>
          <span>{words.phone.caption}</span>
        </div>
        <div
          ref={inside}
          tabIndex={-1}
          class="flex min-h-[24rem] lg:min-h-[36.5rem] flex-col overflow-hidden rounded-[2rem] border border-line bg-surface lg:max-h-[calc(100vh-8.5rem)] lg:overflow-y-auto"
        >
          <div key={props.screen} class="rise flex grow flex-col px-5 py-6">
            <CurrentScreen {...props} />
          </div>
        </div>
      </div>
    </section>
  );
}

function CurrentScreen(props: PhoneProps): ComponentChildren {
  switch (props.screen) {
    case 'welcome':
      return <WelcomeScreen onStart={props.onStart} />;
    case 'secrets':
      return (
        <SecretsScreen
          demo={props.info?.demo}
          triesLeft={props.problem?.context.triesLeft}
          onGo={props.onSecrets}
          onCancel={props.onCancel}
        />
      );
    case 'reading':
      return <ReadingScreen run={props.run} />;
    case 'provisional':
      return <ProvisionalScreen run={props.run} />;
    case 'card':
      return <WalletScreen card={props.card} answered={props.answered} />;
    case 'consent':
      return props.run.consent ? (
        <ConsentScreen consent={props.run.consent} demoPin={props.info?.demo.phonePin} onAnswer={props.onConsent} />
      ) : null;
    case 'refusal':
      return <RefusalScreen run={props.run} problem={props.problem} onAgain={props.onAside} onRetry={props.onStart} />;
  }
}
