import type { Persona } from '../api/answers.ts';
import { testIds } from '../test-ids.ts';
import { languageOf, useWords } from '../words/words.ts';

/** Whose card: native radio buttons, so that arrow keys, labels and forms work as everywhere. */
export function PersonaPicker(props: {
  personas: Persona[] | undefined;
  chosen: string | undefined;
  onChoose: (id: string) => void;
}) {
  const words = useWords();
  return (
    <fieldset class="min-w-0">
      <legend class="mb-1 text-sm font-bold">{words.personas.legend}</legend>
      {props.personas ? (
        // Two rows and a half: that there are more is seen, and the figure below is not pushed out of sight.
        <div class="grid max-h-60 grid-cols-4 gap-x-1 gap-y-2 overflow-y-auto overscroll-contain pb-1 sm:grid-cols-8">
          {props.personas.map((persona) => (
            <PersonaTile
              key={persona.id}
              persona={persona}
              checked={persona.id === props.chosen}
              onChoose={() => props.onChoose(persona.id)}
            />
          ))}
        </div>
      ) : (
        <p class="text-muted">{words.personas.loading}</p>
      )}
    </fieldset>
  );
}

function PersonaTile(props: { persona: Persona; checked: boolean; onChoose: () => void }) {
  const words = useWords();
  const { persona, checked } = props;
  const { name } = persona[languageOf(words)];
  return (
    <label class="group relative flex cursor-pointer flex-col items-center gap-1 rounded-12 px-1 py-1.5 text-center hover:bg-accent-soft has-focus-visible:outline-3 has-focus-visible:outline-[var(--focus)]">
      <input
        type="radio"
        name="persona"
        value={persona.id}
        checked={checked}
        class="absolute inset-0 size-full cursor-pointer opacity-0"
        data-testid={testIds.persona(persona.id)}
        onChange={props.onChoose}
      />
      <span
        class={`relative size-14 rounded-full border-2 p-0.5 transition-colors ${checked ? 'border-accent' : 'border-transparent'}`}
      >
        <Portrait persona={persona} name={name} />
        {checked && (
          <span class="absolute -right-0.5 -bottom-0.5 flex size-5 items-center justify-center rounded-full border-2 border-surface bg-accent text-on-accent">
            <svg viewBox="0 0 24 24" class="size-3" aria-hidden="true">
              <path d="M5 12.5l4.5 4.5L19 7.5" fill="none" stroke="currentColor" stroke-width="4" />
            </svg>
          </span>
        )}
      </span>
      <span class={`text-xs leading-snug ${checked ? 'font-bold text-ink' : 'text-muted'}`}>{name}</span>
      {persona.expects === 'refusal' && (
        <span class="text-[0.6875rem] leading-none font-bold text-wood">{words.personas.refused}</span>
      )}
    </label>
  );
}

function Portrait({ persona, name }: { persona: Persona; name: string }) {
  // Only this server's own portraits: any other address would be a request to a stranger.
  if (persona.portrait?.startsWith('/api/'))
    return (
      <img
        src={persona.portrait}
        alt=""
        loading="lazy"
        width="48"
        height="48"
        class="size-full rounded-full bg-sunken object-cover object-top"
      />
    );
  return (
    <span
      class="flex size-full items-center justify-center rounded-full bg-accent-soft font-serif text-lg font-bold text-accent"
      aria-hidden="true"
    >
      {[...name][0]}
    </span>
  );
}
