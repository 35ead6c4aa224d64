import { type Sign, signs } from '../figure/icons.ts';

/** An icon beside words; it is never the only carrier of a meaning, so it is hidden from screen readers. */
export function Icon({ path, sign, class: className = 'size-5' }: { path?: string; sign?: Sign; class?: string }) {
  return (
    <svg class={`shrink-0 ${className}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        d={path ?? (sign ? signs[sign] : '')}
        fill="none"
        stroke="currentColor"
        stroke-width="1.75"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
