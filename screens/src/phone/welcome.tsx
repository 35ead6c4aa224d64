import { partyIcons } from '../figure/icons.ts';
import { Icon } from '../frame/icon.tsx';
import { testIds } from '../test-ids.ts';
import { useWords } from '../words/words.ts';
import { ScreenHead } from './screen-head.tsx';

/** Notices, before anything is asked. */
export function WelcomeScreen({ onStart }: { onStart: () => void }) {
  const words = useWords();
  const { title, lead, points, start, notCertified } = words.phone.welcome;
  return (
    <>
      <div class="wood-blank mb-6 flex aspect-[1.586] items-center justify-center rounded-16" aria-hidden="true">
        <Icon path={partyIcons.card} class="size-12 opacity-60" />
      </div>
      <ScreenHead title={title} lead={lead} />
      <ul class="mb-5 flex flex-col gap-2.5 text-sm">
        {points.map((point) => (
          <li key={point} class="flex gap-2.5">
            <Icon sign="passed" class="mt-0.5 size-4 text-accent" />
            {point}
          </li>
        ))}
      </ul>
      <div class="mt-auto flex flex-col gap-3">
        <p class="text-xs leading-relaxed text-muted">{notCertified}</p>
        <button type="button" class="button-quiet w-full" data-testid={testIds.start} onClick={onStart}>
          {start}
        </button>
      </div>
    </>
  );
}
