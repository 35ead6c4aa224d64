import { useEffect, useState } from 'preact/hooks';
import type { Card } from '../api/answers.ts';
import { unmaskNumber } from '../api/client.ts';
import { Icon } from '../frame/icon.tsx';
import markUrl from '../frame/mark.svg';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';

/** How long an unmasked My Number stays on the screen. */
const shownSeconds = 30;

/** The wallet: the card as Tegata draws it (a wooden pass, not the real card's face), then its elements. */
export function WalletScreen({ card, answered }: { card: Card | undefined; answered: 'shown' | 'denied' | undefined }) {
  const words = useWords();
  const own = words.phone.card;
  if (!card) return <p class="m-auto text-muted">…</p>;
  const value = (name: string): string => shown(card.elements[name], words.phone.values);
  return (
    <>
      <div class="wood rise rounded-16 p-4" data-testid={testIds.card}>
        <div class="mb-3 flex items-center gap-2 text-[0.6875rem] leading-none">
          <img src={markUrl} alt="" width="20" height="20" />
          <span class="font-bold">{own.kind}</span>
          <span class="ml-auto shrink-0 -rotate-3 whitespace-nowrap rounded-4 border-[1.5px] border-[#a93200] px-1 py-0.5 font-bold text-[#a02f00]">
            見本
          </span>
        </div>
        <div class="flex gap-3.5">
          {card.portrait && (
            <img
              src={card.portrait}
              alt={own.portrait}
              width="80"
              height="100"
              class="burnt h-[6.25rem] w-20 shrink-0 rounded-6 object-cover"
            />
          )}
          <div class="min-w-0">
            <p
              class={`font-serif leading-snug font-bold [overflow-wrap:anywhere] ${[...value('full_name_unicode')].length > 12 ? 'text-base' : 'text-xl'}`}
              lang="ja"
            >
              {value('full_name_unicode')}
            </p>
            <p class="mt-1.5 text-xs" lang="ja">
              {value('birth_date_unicode')}
              {card.elements['sex_unicode'] !== undefined && <span class="ml-2">{value('sex_unicode')}</span>}
            </p>
            <p class="mt-1 text-xs leading-snug [overflow-wrap:anywhere]" lang="ja">
              {value('resident_address_unicode')}
            </p>
          </div>
        </div>
        {card.validUntil !== undefined && (
          <p class="mt-3 border-t border-[#6d2700]/20 pt-2 text-[0.6875rem]">
            {own.validUntil} <span class="font-mono">{new Date(card.validUntil).toISOString().slice(0, 10)}</span>
          </p>
        )}
      </div>
      <p class="mt-4 flex items-center gap-2 text-sm font-bold text-ok" role="status">
        <Icon sign="passed" class="size-4" />
        {answered ? words.phone.consent[answered] : own.ready}
      </p>
      <MyNumber />
      <Certificates certificates={card.certificates} />
      <details class="group mt-3 border-t border-line pt-3" data-testid={testIds.allElements}>
        <summary class="flex min-h-9 items-center gap-1.5 text-sm font-bold text-accent">
          <Icon sign="next" class="size-4 transition-transform group-open:rotate-90" />
          {own.all}
        </summary>
        <Elements elements={card.elements} />
        {card.docType && <p class="mt-3 font-mono text-[0.6875rem] break-all text-muted">{card.docType}</p>}
      </details>
    </>
  );
}

/** Masked until asked for, then for a limited time; the number is kept in this component only. */
function MyNumber() {
  const words = useWords();
  const own = words.phone.card;
  const [number, setNumber] = useState<string>();
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (number === undefined) return;
    if (left <= 0) return setNumber(undefined);
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [number, left]);
  const show = async () => {
    const said = await unmaskNumber().catch(() => undefined);
    setLeft(shownSeconds);
    setNumber(said);
  };
  return (
    <div class="mt-4 border-t border-line pt-3">
      <p class="text-xs text-muted">{own.number}</p>
      <div class="flex flex-wrap items-center justify-between gap-x-2">
        <p
          class="font-mono text-base whitespace-nowrap"
          data-testid={testIds.myNumber}
          data-masked={number === undefined}
        >
          {number === undefined ? (
            <>
              <span aria-hidden="true">•••• •••• ••••</span>
              <span class="sr-only">{own.masked}</span>
            </>
          ) : (
            number.replace(/(.{4})(?=.)/g, '$1 ')
          )}
        </p>
        <button
          type="button"
          class="min-h-9 shrink-0 rounded-8 px-2 text-xs font-bold text-accent hover:bg-accent-soft"
          data-testid={testIds.unmaskNumber}
          onClick={() => (number === undefined ? void show() : setNumber(undefined))}
        >
          {number === undefined ? own.show : own.hide}
        </button>
      </div>
      {number !== undefined && <p class="text-xs text-muted">{own.shownFor(left)}</p>}
    </div>
  );
}

/** The phone's two certificates, each with its state in a word and a sign. */
function Certificates({ certificates }: { certificates: Card['certificates'] }) {
  const words = useWords();
  const own = words.phone.certificates;
  if (!certificates || certificates.length === 0) return null;
  return (
    <div class="mt-4 border-t border-line pt-3" data-testid={testIds.certificates}>
      <h3 class="text-xs text-muted">{own.heading}</h3>
      <ul class="mt-2 flex flex-col gap-2 text-sm">
        {certificates.map(({ use, state, validUntil }) => (
          <li key={use} class="flex flex-wrap items-center gap-x-2" data-state={state}>
            <span class="font-bold">{own.uses[use]}</span>
            <span class={`flex items-center gap-1 text-xs font-bold ${state === 'good' ? 'text-ok' : 'text-muted'}`}>
              <Icon sign={signOf[state]} class="size-4" />
              {own.states[state]}
            </span>
            <span class="ml-auto text-[0.6875rem] text-muted">
              {words.phone.card.validUntil}{' '}
              <span class="font-mono">{new Date(validUntil).toISOString().slice(0, 10)}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const signOf = {
  good: 'passed',
  suspended: 'waiting',
  undetermined: 'waiting',
  revoked: 'failed',
  expired: 'failed',
} as const;

const neverListed = new Set(['individual_number_unicode', 'portrait']);

function Elements({ elements }: { elements: Card['elements'] }) {
  const words = useWords();
  const names: Record<string, string> = words.phone.elements;
  return (
    <dl class="mt-2 flex flex-col gap-2 text-sm">
      {Object.entries(elements)
        .filter(([name]) => !neverListed.has(name))
        .map(([name, value]) => (
          <div key={name}>
            <dt class="text-xs text-muted">
              {names[name] ?? name} <span class="font-mono text-[0.6875rem]">{name}</span>
            </dt>
            <dd class="[overflow-wrap:anywhere]">{shown(value, words.phone.values)}</dd>
          </div>
        ))}
    </dl>
  );
}

function shown(value: string | number | boolean | undefined, words: { yes: string; no: string }): string {
  if (value === undefined) return '—';
  return typeof value === 'boolean' ? (value ? words.yes : words.no) : String(value);
}
