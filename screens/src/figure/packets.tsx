import { useEffect, useRef } from 'preact/hooks';
import type { MessageEvent } from '../api/answers.ts';
import { useMedia } from '../frame/theme.ts';
import { type Layout, linkBetween } from './layout.ts';

const flightTime = 720;
const svg = 'http://www.w3.org/2000/svg';

/** Messages on their way: each a small slip with its label, moved along the link. Decoration; the list below has them all. */
export function Packets({ layout, flown }: { layout: Layout; flown: MessageEvent | undefined }) {
  const sky = useRef<SVGSVGElement>(null);
  const still = useMedia('(prefers-reduced-motion: reduce)');
  useEffect(() => {
    const way = flown && linkBetween(flown.from, flown.to);
    if (!sky.current || !way || still) return;
    return fly(sky.current, layout.links[way.link].way, way.backwards, shortLabel(flown.label));
  }, [flown, layout, still]);
  return (
    <svg
      ref={sky}
      class="pointer-events-none absolute inset-0 size-full overflow-visible"
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
      focusable="false"
    />
  );
}

function shortLabel(label: string): string {
  return label.length > 18 ? `${label.slice(0, 17)}…` : label;
}

/** Moves one slip; the path is measured once, and the slip takes itself away at the end. */
function fly(sky: SVGSVGElement, d: string, backwards: boolean, label: string): undefined {
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', d);
  const length = path.getTotalLength();
  const width = label.length * 6.7 + 16;
  const slip = document.createElementNS(svg, 'g');
  slip.innerHTML = `<rect class="fill-accent stroke-surface" x="${-width / 2}" y="-11" width="${width}" height="22" rx="11" stroke-width="2"/>`;
  const words = document.createElementNS(svg, 'text');
  words.setAttribute('class', 'fill-on-accent font-mono text-[11px] font-bold');
  words.setAttribute('text-anchor', 'middle');
  words.setAttribute('y', '4');
  words.textContent = label;
  slip.append(words);
  sky.append(slip);
  const begun = performance.now();
  const move = (now: number) => {
    const part = Math.min(1, Math.max(0, (now - begun) / flightTime));
    const eased = part < 0.5 ? 2 * part * part : 1 - (-2 * part + 2) ** 2 / 2;
    const at = path.getPointAtLength(length * (backwards ? 1 - eased : eased));
    slip.setAttribute('transform', `translate(${at.x} ${at.y})`);
    slip.setAttribute('opacity', String(Math.min(1, 8 * part, 8 * (1 - part))));
    if (part < 1 && slip.isConnected) requestAnimationFrame(move);
    else slip.remove();
  };
  move(begun);
  return undefined;
}
