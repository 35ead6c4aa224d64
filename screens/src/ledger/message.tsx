import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Message, MessageEvent } from '../api/answers.ts';
import { getMessage } from '../api/client.ts';
import { Icon } from '../frame/icon.tsx';
import { useMedia } from '../frame/theme.ts';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';
import { byteCount, hexRows } from './hex.ts';
import { type Tinted, tint } from './tint.ts';

/** One message: decoded by the server, and byte by byte. What the server masks is shown only when asked for. */
export function MessageDetail({ head }: { head: MessageEvent }) {
  const words = useWords();
  const own = words.messages;
  const [unmasked, setUnmasked] = useState(false);
  const [message, setMessage] = useState<Message | 'failed'>();
  const [view, setView] = useState<'decoded' | 'bytes'>('decoded');
  useEffect(() => {
    let wanted = true;
    getMessage(head.id, unmasked).then(
      (said) => wanted && setMessage(said),
      () => wanted && setMessage('failed'),
    );
    return () => {
      wanted = false;
    };
  }, [head.id, unmasked]);
  if (message === 'failed') return <p class="py-10 text-center text-sm text-no">{own.failed}</p>;
  return (
    <article data-testid={testIds.messageDetail} aria-busy={message === undefined}>
      <header class="mb-4">
        <p class="flex flex-wrap items-center gap-1.5 text-sm text-muted">
          {words.parties[head.from].name}
          <Icon sign="next" class="size-3.5" />
          {words.parties[head.to].name}
        </p>
        <h3 class="font-mono text-lg font-bold [overflow-wrap:anywhere]">{head.label}</h3>
        <p class="flex flex-wrap gap-x-4 text-xs text-muted">
          <span>{own.size(head.size)}</span>
          {head.contentType && <span class="font-mono [overflow-wrap:anywhere]">{head.contentType}</span>}
          {message?.clause && (
            <span>
              {own.clause}: {message.clause}
            </span>
          )}
        </p>
        {message?.note && <p class="mt-2 text-sm">{message.note}</p>}
      </header>
      <div class="mb-4 flex flex-wrap items-center gap-2">
        <fieldset class="flex rounded-8 border border-line p-0.5">
          <legend class="sr-only">{own.view}</legend>
          {(['decoded', 'bytes'] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={view === name}
              data-testid={testIds.messageView(name)}
              class={`min-h-8 rounded-6 px-3 text-sm ${view === name ? 'bg-accent font-bold text-on-accent' : 'text-muted hover:text-accent'}`}
              onClick={() => setView(name)}
            >
              {own[name]}
            </button>
          ))}
        </fieldset>
        <p class="ml-auto flex flex-wrap items-center gap-1.5 text-xs text-muted">
          {message?.masked !== false && !unmasked && (
            <>
              <Icon sign="lock" class="size-3.5" />
              {own.masked}
            </>
          )}
          {(unmasked || message?.masked !== false) && (
            <button
              type="button"
              class="min-h-8 rounded-6 px-2 font-bold text-accent hover:bg-accent-soft"
              data-testid={testIds.unmaskMessage}
              onClick={() => setUnmasked(!unmasked)}
            >
              {unmasked ? own.mask : own.unmask}
            </button>
          )}
        </p>
      </div>
      {message === undefined ? (
        <p class="py-10 text-center text-sm text-muted">{own.loading}</p>
      ) : view === 'decoded' ? (
        <Decoded message={message} />
      ) : (
        <Bytes message={message} total={head.size} />
      )}
    </article>
  );
}

function Decoded({ message }: { message: Message }) {
  const words = useWords();
  if (message.decoded.length === 0) return <p class="text-sm text-muted">{words.messages.plain}</p>;
  return (
    <div class="flex flex-col gap-5" data-testid={testIds.messageDecoded}>
      {message.decoded.map(({ title, text, rows, note, clause }, index) => (
        <div key={index}>
          <p class="mb-1 flex flex-wrap gap-x-3 text-xs text-muted">
            <span class="font-bold text-ink">{title}</span>
            {clause && <span>{clause}</span>}
          </p>
          <ScrollBox label={title} class="max-h-[28rem] text-[0.8125rem]">
            {rows ? <Rows rows={rows} /> : <Notation text={text} />}
          </ScrollBox>
          {note && <p class="mt-1 text-xs text-muted">{note}</p>}
        </div>
      ))}
    </div>
  );
}

function Rows({ rows }: { rows: readonly { name: string; value: string }[] }) {
  return (
    <dl class="grid gap-x-6 gap-y-1 sm:grid-cols-[minmax(8rem,14rem)_minmax(0,1fr)]">
      {rows.map(({ name, value }, index) => (
        <div key={index} class="contents">
          <dt class="text-muted">{name}</dt>
          <dd class="font-mono whitespace-pre-wrap [overflow-wrap:anywhere] max-sm:mb-1.5">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Notation({ text }: { text: string }) {
  return (
    <pre class="font-mono whitespace-pre-wrap [overflow-wrap:anywhere]">
      {tint(text).map((piece, index) =>
        piece.as === 'plain' ? (
          piece.text
        ) : (
          <span key={index} class={tints[piece.as]}>
            {piece.text}
          </span>
        ),
      )}
    </pre>
  );
}

const tints: Record<Exclude<Tinted['as'], 'plain'>, string> = {
  string: 'text-ok',
  bytes: 'text-accent',
  number: 'text-wood',
  word: 'font-bold text-accent',
  comment: 'text-muted italic',
};

function Bytes({ message, total }: { message: Message; total: number }) {
  const words = useWords();
  const narrow = useMedia('(max-width: 40rem)');
  if (message.hex === undefined) return <p class="text-sm text-muted">{words.messages.noBytes}</p>;
  const shown = byteCount(message.hex);
  const all = message.size ?? total;
  return (
    <div data-testid={testIds.messageHex}>
      <ScrollBox label={words.messages.bytes} class="max-h-[34rem] font-mono text-[0.75rem] sm:text-[0.8125rem]">
        {hexRows(message.hex, narrow ? 8 : 16).map(({ offset, groups, ascii }) => (
          <div key={offset} class="flex gap-4 whitespace-pre">
            <span class="text-muted select-none">{offset}</span>
            <span class={narrow ? 'w-[23ch]' : 'w-[48ch]'}>{groups.join('  ')}</span>
            <span class="text-muted" aria-hidden="true">
              {ascii}
            </span>
          </div>
        ))}
      </ScrollBox>
      {shown < all && <p class="mt-2 text-xs text-muted">{words.messages.truncated(shown, all)}</p>}
    </div>
  );
}

function ScrollBox(props: { label: string; class: string; children: ComponentChildren }) {
  return (
    <section
      class={`overflow-auto rounded-12 bg-sunken p-4 leading-relaxed ${props.class}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
      tabIndex={0}
      aria-label={props.label}
    >
      {props.children}
    </section>
  );
}
