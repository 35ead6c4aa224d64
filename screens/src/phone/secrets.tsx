import { useState } from 'preact/hooks';
import type { Info } from '../api/answers.ts';
import { Icon } from '../frame/icon.tsx';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';
import { Field } from './field.tsx';
import { ScreenHead } from './screen-head.tsx';

/** The two numbers of the card. Pasting and password managers are allowed (WCAG 2.2, 3.3.8); demo values are filled in. */
export function SecretsScreen(props: {
  demo: Info['demo'] | undefined;
  triesLeft: number | undefined;
  onGo: (secrets: { pin: string; signaturePassword: string }) => void;
  onCancel: () => void;
}) {
  const words = useWords().phone.secrets;
  const [pin, setPin] = useState(props.demo?.pin ?? '');
  const [password, setPassword] = useState(props.demo?.signaturePassword ?? '');
  const [shown, setShown] = useState(true);
  const [tried, setTried] = useState(false);
  const pinFault = tried && !/^\d{4}$/.test(pin);
  const passwordFault = tried && !/^[A-Z0-9]{6,16}$/.test(password);
  const go = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (/^\d{4}$/.test(pin) && /^[A-Z0-9]{6,16}$/.test(password)) props.onGo({ pin, signaturePassword: password });
  };
  return (
    <form class="flex grow flex-col" noValidate onSubmit={go}>
      <ScreenHead title={words.title} lead={words.lead} />
      {props.triesLeft !== undefined && (
        <p class="mb-4 flex gap-2 rounded-8 bg-wait-soft px-3 py-2 text-sm text-wait" role="alert">
          <Icon sign="warning" class="mt-0.5 size-4" />
          {words.triesLeft(props.triesLeft)}
        </p>
      )}
      <p class="mb-5 rounded-8 bg-accent-soft px-3 py-2 text-sm text-accent">{words.demo}</p>
      <Field
        id="pin"
        testId={testIds.pin}
        label={words.pin}
        value={pin}
        shown={shown}
        numeric
        first
        fault={pinFault ? words.pinShape : undefined}
        onInput={(value) => setPin(value.trim())}
      />
      <Field
        id="signature-password"
        testId={testIds.password}
        label={words.password}
        value={password}
        shown={shown}
        fault={passwordFault ? words.passwordShape : undefined}
        onInput={(value) => setPassword(value.trim().toUpperCase())}
      />
      <label class="mb-6 flex min-h-6 w-fit items-center gap-2 text-sm">
        <input
          type="checkbox"
          class="size-6 accent-[var(--accent)]"
          checked={shown}
          onChange={(event) => setShown(event.currentTarget.checked)}
        />
        {words.show}
      </label>
      <div class="mt-auto flex flex-col gap-2">
        <button type="submit" class="button-main w-full" data-testid={testIds.submitSecrets}>
          <Icon sign="hold" />
          {words.go}
        </button>
        <button
          type="button"
          class="min-h-11 rounded-8 text-sm font-bold text-muted hover:text-ink"
          onClick={props.onCancel}
        >
          {words.cancel}
        </button>
      </div>
    </form>
  );
}
