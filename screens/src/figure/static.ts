import { type Party, parties, stepNumbers } from '../api/answers.ts';
import type { Words } from '../words/ja.ts';
import { partyIcons } from './icons.ts';
import { type Badge, type Box, layoutFor } from './layout.ts';

/**
 * Draws the figure as one SVG document, from the same places, icons and words as the live one. It follows the reader's light
 * or dark theme, and needs no font of its own.
 *
 * @example
 * await writeFile('figure.ja.svg', figureSvg(ja));
 */
export function figureSvg(words: Words, width = 980): string {
  const layout = layoutFor(width);
  const margin = 20;
  const { phone, border } = layout;
  const lines = Object.values(layout.links).map(({ way, head }) => `<path class="link" d="${way} ${head}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${width + 2 * margin} ${layout.height + 2 * margin}" role="img" lang="${words.lang}">`,
    `<title>${escaped(words.figure.heading)}</title>`,
    `<desc>${escaped(stepNumbers.map((n) => `${n} ${words.steps[n].title}`).join(' / '))}</desc>`,
    `<style>${style}</style>`,
    '<defs><linearGradient id="wood" x2="0.35" y2="1"><stop stop-color="#f8e7cb"/><stop offset="1" stop-color="#e8c897"/></linearGradient></defs>',
    `<rect class="paper" x="${-margin}" y="${-margin}" width="${width + 2 * margin}" height="${layout.height + 2 * margin}" rx="16"/>`,
    `<line class="border" x1="${border.x}" x2="${border.x}" y1="${border.y1}" y2="${border.y2}"/>`,
    label(0, 12, 'caption', words.figure.hands, 'start'),
    label(layout.boxes.smp.x, 12, 'caption', words.figure.servers, 'start'),
    `<rect class="phone" x="${phone.x}" y="${phone.y}" width="${phone.w}" height="${phone.h}" rx="26"/>`,
    label(phone.x + phone.w / 2, phone.y + 19, 'note', words.figure.phone),
    ...lines,
    ...parties.map((party) => partyBox(party, layout.boxes[party], words)),
    ...stepNumbers.map((n) => badge(n, layout.badges[n], words.steps[n].verb)),
    label(width, 12, 'stamp', `${words.banner.mark} / TEST ONLY`, 'end'),
    '</svg>',
    '',
  ].join('\n');
}

const style = [
  "text{font-family:'Hiragino Sans','Noto Sans JP','Noto Sans CJK JP','Yu Gothic UI',Meiryo,system-ui,sans-serif;fill:#1a1a1a}",
  '.paper{fill:#fffcf7}.phone{fill:#f8f2e9;stroke:#767676;stroke-width:1.5}.box{fill:#fff;stroke:#d0cdc9;stroke-width:1.5}',
  '.wooden{fill:url(#wood);stroke:#b98b53}.link{fill:none;stroke:#00428c;stroke-width:2.5;stroke-linecap:round;stroke-linejoin:round}',
  '.border{stroke:#767676;stroke-width:1.5;stroke-dasharray:.1 7;stroke-linecap:round}',
  '.icon{fill:none;stroke:#59595b;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}.onwood{stroke:#3d2410}',
  '.name{font-size:15px;font-weight:700}.note{font-size:11px;fill:#59595b}.caption{font-size:12px;font-weight:700;fill:#59595b}',
  '.woodtext{fill:#3d2410}.badge{fill:#00428c}.number{font-size:14px;font-weight:700;fill:#fff}.verb{font-size:13px;font-weight:700}',
  '.behind{fill:#fffcf7}.stamp{font-size:11px;font-weight:700;fill:#8b3200}',
  '@media (prefers-color-scheme:dark){text{fill:#eef1f4}.paper,.behind{fill:#10151b}.phone{fill:#0c1116;stroke:#7d8a98}',
  '.box{fill:#18202a;stroke:#2c3743}.wooden{fill:url(#wood);stroke:#b98b53}.link{stroke:#97d3ff}.border{stroke:#7d8a98}',
  '.icon{stroke:#aab4bf}.onwood{stroke:#3d2410}.note,.caption{fill:#aab4bf}.woodtext{fill:#3d2410}.badge{fill:#97d3ff}',
  '.number{fill:#071a2c}.stamp{fill:#ffc199}}',
].join('');

function partyBox(party: Party, { x, y, w, h }: Box, words: Words): string {
  const { name, note } = words.parties[party];
  const wooden = party === 'card';
  const middle = x + w / 2;
  return [
    `<rect class="box${wooden ? ' wooden' : ''}" x="${x}" y="${y}" width="${w}" height="${h}" rx="16"/>`,
    `<path class="icon${wooden ? ' onwood' : ''}" transform="translate(${middle - 14} ${y + 13}) scale(1.167)" d="${partyIcons[party]}"/>`,
    label(middle, y + 60, `name${wooden ? ' woodtext' : ''}`, name),
    label(middle, y + 77, `note${wooden ? ' woodtext' : ''}`, note),
  ].join('');
}

function badge(step: number, { x, y, label: side }: Badge, verb: string): string {
  const where = { below: [x, y + 33], left: [x - 22, y + 5], right: [x + 22, y + 5] } as const;
  const anchor = { below: 'middle', left: 'end', right: 'start' } as const;
  const width = [...verb].reduce((sum, sign) => sum + (sign > '\u2e80' ? 13.5 : 7.5), 8);
  const behind =
    side === 'below' ? `<rect class="behind" x="${x - width / 2}" y="${y + 20}" width="${width}" height="18"/>` : '';
  const [tx, ty] = where[side];
  return `${behind}<circle class="badge" cx="${x}" cy="${y}" r="16"/>${label(x, y + 5, 'number', String(step))}${label(tx, ty, 'verb', verb, anchor[side])}`;
}

function label(
  x: number,
  y: number,
  kind: string,
  text: string,
  anchor: 'start' | 'middle' | 'end' = 'middle',
): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
