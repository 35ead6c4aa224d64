import { useState } from 'preact/hooks';
import type { Consent } from '../api/answers.ts';
import { Refusal } from '../api/client.ts';
import { Icon } from '../frame/icon.tsx';
import { testIds } from '../test-ids.ts';
import { useCodeWords, useWords } from '../words/words.ts';
import { Field } from './field.tsx';
import { ScreenHead } from './screen-head.tsx';

/** Who asks, what exactly, whether it is kept; nothing leaves the phone before "Show". */
export function ConsentScreen(props: {
  consent: Consent;
  demoPin: string | undefined;
  onAnswer: (allow: boolean, pin: string) => Promise<void>;
}) {
  const words = useWords();
  const own = words.phone.consent;
  const codeWords = useCodeWords();
  const [pin, setPin] = useState(props.demoPin ?? '');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const answer = async (allow: boolean) => {
    setBusy(true);
    setFault(undefined);
    try {
      await props.onAnswer(allow, pin);
    } catch (error) {
      if (error instanceof Refusal) {
        const said = codeWords(error.code, error.words);
        setFault(`${said.what} ${said.next}`);
      } else throw error;
    } finally {
      setBusy(false);
    }
  };
  const { reader, elements } = props.consent;
  const names: Record<string, string> = words.phone.elements;
  return (
    <form
      class="flex grow flex-col"
      data-testid={testIds.consent}
      onSubmit={(event) => {
        event.preventDefault();
        void answer(true);
      }}
    >
      <ScreenHead title={own.title} />
      <div class="mb-4">
        <p class="text-xs text-muted">{own.asks}</p>
        <p class="text-lg leading-snug font-bold">{reader.name || own.unknown}</p>
        <p class={`mt-0.5 flex items-center gap-1.5 text-xs ${reader.verified ? 'text-ok' : 'text-wait'}`}>
          <Icon sign={reader.verified ? 'passed' : 'warning'} class="size-3.5" />
          {reader.verified ? own.verified : own.notVerified}
        </p>
      </div>
      <p class="mb-1.5 text-xs text-muted">{own.elements}</p>
      <ul class="mb-4 flex flex-col divide-y divide-line rounded-12 border border-line">
        {elements.map(({ namespace, element, retain }) => (
          <li key={`${namespace} ${element}`} class="px-3.5 py-3">
            <p class="font-bold">{names[element] ?? element}</p>
            <p class="font-mono text-[0.6875rem] break-all text-muted">{element}</p>
            <p class={`mt-1 flex items-center gap-1.5 text-xs ${retain ? 'text-wait' : 'text-ok'}`}>
              <Icon sign={retain ? 'warning' : 'passed'} class="size-3.5" />
              {retain ? own.kept : own.notKept}
            </p>
          </li>
        ))}
      </ul>
      {elements.length === 1 && elements[0]?.element.startsWith('age_over_') && (
        <p class="mb-4 text-sm text-muted">{own.only}</p>
      )}
      <Field
        id="consent-pin"
        testId={testIds.consentPin}
        label={own.pin}
        value={pin}
        shown
        numeric
        first
        fault={fault}
        onInput={(value) => setPin(value.trim())}
      />
      <div class="mt-auto grid grid-cols-2 gap-2">
        <button
          type="button"
          class="button-quiet"
          disabled={busy}
          data-testid={testIds.deny}
          onClick={() => void answer(false)}
        >
          {own.deny}
        </button>
        <button type="submit" class="button-main px-3" disabled={busy} data-testid={testIds.allow}>
          {own.allow}
        </button>
      </div>
    </form>
  );
}
