import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Bilingual, Card, Happening, Info, MessageEvent, Persona, StepNumber } from './api/answers.ts';
import {
  answerConsent,
  getConsent,
  getInfo,
  getPersonas,
  getWallet,
  getWords,
  Refusal,
  startCheck,
  startRun,
} from './api/client.ts';
import { listen } from './api/events.ts';
import { Figure } from './figure/figure.tsx';
import { isOfStep } from './figure/layout.ts';
import { Timeline } from './figure/timeline.tsx';
import { Frame } from './frame/frame.tsx';
import { remember, remembered, useMedia, useTheme } from './frame/theme.ts';
import { Ledger } from './ledger/ledger.tsx';
import { PersonaPicker } from './persona/picker.tsx';
import { type Hand, Phone, screenOf } from './phone/phone.tsx';
import { type Pace, pace } from './run/pace.ts';
import { after, isApplying, noRun, type Run, refusalCode, walletOf } from './run/run.ts';
import { Shop } from './shop/shop.tsx';
import { type Stage, StageBar } from './stage.tsx';
import { testIds } from './test-ids.ts';
import { CodesContext, type Language, languages, WordsContext } from './words/words.ts';

/** The whole page: what the server says (left to the run), what the person does (kept here), and the screens between. */
export function App() {
  const [theme, setTheme] = useTheme();
  const [language, setLanguage] = useLanguage();
  const words = languages[language];
  const about = useServer();
  const { run, flown, connected, caughtUp, slow, setSlow, settled } = useRun();
  const [persona, setPersona] = useState<string>();
  const [hand, setHand] = useState<Hand>('aside');
  const [problem, setProblem] = useState<Refusal>();
  const [shop, setShop] = useState<{ asking: boolean; problem?: Refusal; left: boolean }>({
    asking: false,
    left: false,
  });
  const [answered, setAnswered] = useState<'shown' | 'denied'>();
  const [opened, setOpened] = useState<{ step: StepNumber; message?: string }>({ step: 1 });
  const card = useCard(run);

  const chosen = persona ?? run.persona ?? about.personas?.[0]?.id;
  const seen: Run = shop.left ? { ...run, check: undefined } : run;
  const screen = screenOf(run, hand, problem);
  const stage = stageOf(seen, hand, problem, shop.asking);

  // A run that somebody else has finished before this page was opened is shown in the figure, but the phone starts afresh.
  useEffect(() => {
    if (caughtUp && (isApplying(run) || run.consent || ownRun() === nameOf(run))) setHand('none');
    // Only the moment of catching up matters, not each later state of the run.
  }, [caughtUp]);
  // Another run has begun: what the hand did is now in the events.
  useEffect(() => {
    setProblem(undefined);
    setAnswered(undefined);
    setOpened({ step: 1 });
    if (!caughtUp) return;
    if (hand === 'sent') rememberOwnRun(nameOf(run));
    if (hand !== 'entering') setHand('none');
  }, [run.id]);
  useEffect(() => {
    if (run.check || run.consent) setShop((before) => ({ ...before, asking: run.check === undefined }));
    if (run.consent) setHand('none');
  }, [run.check, run.consent]);

  const enter = () => setHand('entering');
  const apply = async (secrets: { pin: string; signaturePassword: string }) => {
    if (!chosen) return;
    const lastTry = problem?.code === 'last-try';
    setHand('sent');
    setProblem(undefined);
    setShop({ asking: false, left: false });
    // Where the phone stays in view beside it, the figure comes fully into view too.
    if (matchMedia('(min-width: 64rem)').matches)
      document.getElementById('figure')?.scrollIntoView({ block: 'nearest' });
    try {
      await startRun({ persona: chosen, ...secrets, ...(lastTry ? { confirmLastTry: true } : {}) });
    } catch (error) {
      // The refusal waits until the picture has reached the step that failed.
      await settled();
      setProblem(error instanceof Refusal ? error : new Refusal('answer-unreadable'));
      setHand('none');
    }
  };
  const ask = async () => {
    setShop({ asking: true, left: false });
    setHand('none');
    setAnswered(undefined);
    try {
      await startCheck();
    } catch (error) {
      setShop({
        asking: false,
        left: false,
        problem: error instanceof Refusal ? error : new Refusal('answer-unreadable'),
      });
    }
  };
  const answer = async (allow: boolean, pin: string) => {
    if (!run.consent) return;
    await answerConsent(run.consent.id, { allow, pin });
    setAnswered(allow ? 'shown' : 'denied');
  };
  const again = () => {
    setHand('aside');
    setProblem(undefined);
    document.querySelector<HTMLElement>('input[name=persona]:checked')?.focus();
  };

  // Choosing somebody is the wish to begin with them.
  const choose = (id: string) => {
    setPersona(id);
    if (hand !== 'none' || isApplying(run) || run.consent) return;
    setHand('aside');
    setProblem(undefined);
  };

  const openStep = (step: StepNumber) => {
    setOpened({ step });
    document.getElementById('messages-heading')?.focus({ preventScroll: true });
    document.getElementById('messages')?.scrollIntoView({ block: 'start' });
  };

  return (
    <WordsContext.Provider value={words}>
      <CodesContext.Provider value={about.codes}>
        <Frame
          theme={theme}
          onTheme={setTheme}
          onLanguage={() => setLanguage(language === 'ja' ? 'en' : 'ja')}
          info={about.info}
        >
          <main
            id="main"
            tabIndex={-1}
            class="mx-auto grid max-w-[90rem] gap-x-12 gap-y-6 px-4 pt-4 sm:px-8 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_auto_1fr] xl:gap-x-14"
          >
            <section class="flex flex-col gap-4 lg:col-start-1" aria-labelledby="heading">
              <div>
                <h1 id="heading" class="font-serif text-[1.875rem] leading-tight font-bold sm:text-[2.5rem]">
                  {words.hero.heading}
                </h1>
                <p class="mt-1.5 text-muted">{words.hero.lead}</p>
              </div>
              <PersonaPicker personas={about.personas} chosen={chosen} onChoose={choose} />
              <StageBar
                stage={stage}
                run={run}
                persona={about.personas?.find(({ id }) => id === chosen)}
                connected={connected}
                ready={about.info !== undefined && chosen !== undefined}
                onHold={enter}
                onAsk={ask}
                onAgain={again}
              />
            </section>
            <div class="lg:col-start-2 lg:row-span-3 lg:row-start-1">
              <div class="lg:sticky lg:top-12">
                <Phone
                  screen={screen}
                  run={run}
                  info={about.info}
                  card={card}
                  problem={problem}
                  answered={answered}
                  onStart={enter}
                  onSecrets={apply}
                  onCancel={() => setHand(screenOf(run, 'none', problem) === 'refusal' ? 'aside' : 'none')}
                  onAside={again}
                  onConsent={answer}
                />
              </div>
            </div>
            <section id="figure" class="lg:col-start-1" aria-labelledby="figure-heading">
              <h2 id="figure-heading" class="sr-only">
                {words.figure.heading}
              </h2>
              <Figure run={seen} flown={flown} onOpen={openStep} />
              <div class="mt-3 flex flex-wrap items-center gap-x-6 gap-y-2">
                <Timeline run={run} />
                <label class="flex min-h-6 items-center gap-2 text-xs text-muted">
                  <input
                    type="checkbox"
                    class="size-6 accent-[var(--accent)]"
                    checked={slow}
                    data-testid={testIds.slow}
                    onChange={(event) => setSlow(event.currentTarget.checked)}
                  />
                  {words.figure.slow}
                </label>
              </div>
            </section>
            <div class="mt-8 flex min-w-0 flex-col gap-16 lg:col-start-1">
              <Shop
                run={seen}
                asking={shop.asking}
                problem={shop.problem}
                onAsk={ask}
                onLeave={() => setShop({ asking: false, left: true })}
              />
              <Ledger
                run={run}
                step={opened.step}
                onStep={(step) => setOpened({ step })}
                opened={opened.message}
                onOpen={(message) => setOpened({ step: opened.step, message })}
              />
            </div>
          </main>
          <LiveRegion run={run} />
        </Frame>
      </CodesContext.Provider>
    </WordsContext.Provider>
  );
}

function stageOf(run: Run, hand: Hand, problem: Refusal | undefined, asking: boolean): Stage {
  if (hand === 'entering') return 'entering';
  if (hand === 'sent') return 'running';
  if (hand === 'aside') return 'ready';
  if (problem || refusalCode(run) !== undefined) return 'refused';
  if (run.check) return 'done';
  if (run.consent || asking) return 'asking';
  if (walletOf(run) === 'active') return 'wallet';
  return isApplying(run) ? 'running' : 'ready';
}

/** A run's number starts again with each server; its time does not. */
const nameOf = (run: Run): string => `${run.id} ${run.startedAt}`;

function ownRun(): string | null {
  try {
    return sessionStorage.getItem('tegata.run');
  } catch {
    return null;
  }
}

function rememberOwnRun(name: string): void {
  try {
    sessionStorage.setItem('tegata.run', name);
  } catch {
    // Forbidden: a reload then starts the phone afresh.
  }
}

/** Says each step that ends, in words, to those who do not see the figure. */
function LiveRegion({ run }: { run: Run }) {
  const said = useRef('');
  return (
    <WordsContext.Consumer>
      {(words) => {
        const last = ([9, 8, 7, 6, 5, 4, 3, 2, 1] as const).find(
          (n) => !['idle', 'started'].includes(run.steps[n].state),
        );
        if (last) {
          const { state, ms } = run.steps[last];
          said.current = words.live.step(
            words.steps[last].title,
            words.states[state],
            ms === undefined ? '' : words.time.ms(ms),
          );
        }
        return (
          <div class="sr-only" aria-live="polite" data-testid={testIds.live}>
            {last ? said.current : ''}
          </div>
        );
      }}
    </WordsContext.Consumer>
  );
}

function useLanguage(): [Language, (language: Language) => void] {
  const [language, setLanguage] = useState<Language>(() => remembered('language', ['ja', 'en']) ?? 'ja');
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = languages[language].title;
  }, [language]);
  return [
    language,
    (next) => {
      remember('language', next);
      setLanguage(next);
    },
  ];
}

/** What the server says about itself, asked once. */
function useServer(): { personas: Persona[] | undefined; info: Info | undefined; codes: Record<string, Bilingual> } {
  const [personas, setPersonas] = useState<Persona[]>();
  const [info, setInfo] = useState<Info>();
  const [codes, setCodes] = useState<Record<string, Bilingual>>({});
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = () => {
      Promise.all([getPersonas().then(setPersonas), getInfo().then(setInfo), getWords().then(setCodes)]).catch(() => {
        timer = setTimeout(load, 2000);
      });
    };
    load();
    return () => clearTimeout(timer);
  }, []);
  return { personas, info, codes };
}

/** The run as the server tells it, at the speed the person chose. */
function useRun() {
  const [run, setRun] = useState<Run>(noRun);
  const [flown, setFlown] = useState<MessageEvent>();
  const [connected, setConnected] = useState(true);
  const [caughtUp, setCaughtUp] = useState(false);
  const still = useMedia('(prefers-reduced-motion: reduce)');
  const [wanted, setWanted] = useState<boolean>();
  const slow = wanted ?? !still;
  const player = useRef<Pace>(undefined);
  useEffect(() => {
    const show = (event: Happening, isFlown: boolean) => {
      setRun((before) => after(before, event));
      if (isFlown && event.type === 'message') setFlown(event);
    };
    const playing = pace(show, ({ step, from, to }) => isOfStep(step, from, to));
    player.current = playing;
    const stop = listen({
      happened: (event, replayed) => playing.play(event, replayed),
      connected: setConnected,
      caughtUp: () => setCaughtUp(true),
    });
    getConsent().then(
      (pending) => pending && show({ type: 'consent', ...pending }, false),
      () => undefined,
    );
    return () => {
      stop();
      playing.stop();
    };
  }, []);
  useEffect(() => {
    // Timers are slowed in a hidden tab: there the picture simply keeps up.
    const set = () => player.current?.setTrueSpeed(!slow || document.hidden);
    set();
    document.addEventListener('visibilitychange', set);
    return () => document.removeEventListener('visibilitychange', set);
  }, [slow]);
  const settled = useCallback(() => player.current?.settled() ?? Promise.resolve(), []);
  return { run, flown, connected, caughtUp, slow, setSlow: setWanted, settled };
}

/** The card's elements, fetched when the picture says that it is in the wallet. */
function useCard(run: Run): Card | undefined {
  const [card, setCard] = useState<{ run: string | undefined; card: Card }>();
  const active = walletOf(run) === 'active';
  const key = useMemo(() => ({ id: run.id, active }), [run.id, active]);
  useEffect(() => {
    if (!key.active) return;
    let wanted = true;
    getWallet().then(
      ({ card, certificates }) => wanted && card && setCard({ run: key.id, card: { ...card, certificates } }),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [key]);
  return key.active && card?.run === key.id ? card?.card : undefined;
}
