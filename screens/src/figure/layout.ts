import type { Party, StepNumber } from '../api/answers.ts';

/** All lengths are in px at a root font size of 16 px; the page shows them in rem, so that larger text makes a larger figure. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export type Link =
  | 'card-app'
  | 'app-wallet'
  | 'app-smp'
  | 'smp-jpki'
  | 'smp-iaca'
  | 'smp-provider'
  | 'provider-wallet'
  | 'wallet-verifier';

export interface Badge {
  readonly x: number;
  readonly y: number;
  /** Where the verb and the time stand. */
  readonly label: 'below' | 'left' | 'right';
}

export interface Layout {
  readonly kind: 'wide' | 'tall';
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<Party, Box>>;
  /** The frame around the two parties that live in the phone. */
  readonly phone: Box;
  /** SVG path data of the way and of the arrow head at its end; each runs in the direction of its name. */
  readonly links: Readonly<Record<Link, { readonly way: string; readonly head: string }>>;
  readonly badges: Readonly<Record<StepNumber, Badge>>;
  /** The line between the person's own things and the servers: the checkpoint. */
  readonly border: { readonly x: number; readonly y1: number; readonly y2: number };
}

type Ends = readonly [Party, Party];
export const ends: Readonly<Record<Link, Ends>> = {
  'card-app': ['card', 'applicant-app'],
  'app-wallet': ['applicant-app', 'wallet'],
  'app-smp': ['applicant-app', 'smp'],
  'smp-jpki': ['smp', 'jpki'],
  'smp-iaca': ['smp', 'iaca'],
  'smp-provider': ['smp', 'wallet-provider'],
  'provider-wallet': ['wallet-provider', 'wallet'],
  'wallet-verifier': ['wallet', 'verifier'],
};

/** The link on which each step happens; step 6 happens inside the issuing CA. */
export const linkOfStep: Readonly<Record<StepNumber, Link | undefined>> = {
  1: 'card-app',
  2: 'card-app',
  3: 'app-smp',
  4: 'smp-jpki',
  5: 'smp-iaca',
  6: undefined,
  7: 'smp-provider',
  8: 'provider-wallet',
  9: 'wallet-verifier',
};

/** The link between two parties and whether the way leads along it backwards; undefined where the figure has none. */
export function linkBetween(from: Party, to: Party): { link: Link; backwards: boolean } | undefined {
  for (const [link, [a, b]] of Object.entries(ends) as [Link, Ends][]) {
    if (a === from && b === to) return { link, backwards: false };
    if (a === to && b === from) return { link, backwards: true };
  }
  return undefined;
}

/**
 * Whether a message belongs on the picture of its step: what travels on the step's own link, and before the card is read also
 * the preparations (session, keys, attestation).
 */
export function isOfStep(step: StepNumber | undefined, from: Party, to: Party): boolean {
  const link = linkBetween(from, to)?.link;
  if (step === undefined || link === undefined) return false;
  return step === 1 || link === linkOfStep[step] || (step === 6 && link === 'smp-iaca');
}

/** From this width on the figure lies; below it stands. */
export const wideFrom = 780;

/** Places everything for a given width. */
export function layoutFor(width: number): Layout {
  return width >= wideFrom ? wide(width) : tall(Math.max(width, 280));
}

/** Four columns and two rows: the way out on top, the way back below, the phone across both. */
function wide(width: number): Layout {
  const roomy = Math.min(1, (width - wideFrom) / 200);
  const w = { card: 112 + 24 * roomy, frame: 168 + 28 * roomy, c: 140 + 20 * roomy, d: 132 + 20 * roomy };
  const free = width - w.card - w.frame - w.c - w.d;
  const gap = [0.4 * free, 0.32 * free, 0.28 * free] as const;
  const h = 92;
  const top = 58;
  const bottom = 282;
  const frameX = w.card + gap[0];
  const inset = 18;
  const cX = frameX + w.frame + gap[1];
  const dX = cX + w.c + gap[2];
  const at = (x: number, y: number, boxWidth: number): Box => ({ x, y, w: boxWidth, h });
  const boxes: Layout['boxes'] = {
    card: at(0, top, w.card),
    verifier: at(0, bottom, w.card),
    'applicant-app': at(frameX + inset, top, w.frame - 2 * inset),
    wallet: at(frameX + inset, bottom, w.frame - 2 * inset),
    smp: at(cX, top, w.c),
    'wallet-provider': at(cX, bottom, w.c),
    jpki: at(dX, top, w.d),
    iaca: at(dX, bottom, w.d),
  };
  const row = { out: top + h / 2, back: bottom + h / 2, middle: (top + h + bottom) / 2 };
  const borderX = frameX + w.frame + gap[1] / 2;
  const x5 = cX + 0.72 * w.c;
  const x7 = cX + 0.28 * w.c;
  const appX = frameX + w.frame / 2;
  const inIaca = dX + w.d / 2;
  return {
    kind: 'wide',
    width,
    height: 426,
    boxes,
    phone: { x: frameX, y: top - 30, w: w.frame, h: bottom + h - top + 56 },
    links: {
      'card-app': line([w.card, row.out], [frameX + inset, row.out]),
      'app-wallet': line([appX, top + h], [appX, bottom]),
      'app-smp': line([frameX + w.frame - inset, row.out], [cX, row.out]),
      'smp-jpki': line([cX + w.c, row.out], [dX, row.out]),
      'smp-iaca': line([x5, top + h], [x5, row.middle], [inIaca, row.middle], [inIaca, bottom]),
      'smp-provider': line([x7, top + h], [x7, bottom]),
      'provider-wallet': line([cX, row.back], [frameX + w.frame - inset, row.back]),
      'wallet-verifier': line([frameX + inset, row.back], [w.card, row.back]),
    },
    badges: {
      1: { x: w.card + gap[0] * 0.27, y: row.out, label: 'below' },
      2: { x: w.card + gap[0] * 0.73, y: row.out, label: 'below' },
      3: { x: borderX, y: row.out, label: 'below' },
      4: { x: cX + w.c + gap[2] / 2, y: row.out, label: 'below' },
      5: { x: (x5 + inIaca) / 2, y: row.middle, label: 'below' },
      6: { x: inIaca, y: bottom + h + 6, label: 'below' },
      7: { x: x7, y: row.middle, label: 'left' },
      8: { x: borderX, y: row.back, label: 'below' },
      9: { x: w.card + gap[0] / 2, y: row.back, label: 'below' },
    },
    border: { x: borderX, y1: 4, y2: 422 },
  };
}

/** Two columns: the person's things on the left, the servers on the right, read downwards. */
function tall(width: number): Layout {
  const lane = 22;
  const gap = Math.min(160, Math.max(64, width * 0.2));
  const column = (width - lane - gap) / 2;
  const h = 76;
  const inset = 12;
  const right = column + gap;
  const left = (y: number, inPhone = false): Box =>
    inPhone ? { x: inset, y, w: column - 2 * inset, h } : { x: 0, y, w: column, h };
  const server = (y: number): Box => ({ x: right, y, w: column, h });
  const y = { first: 30, app: 236, iaca: 374, wallet: 552, shop: 722 };
  const boxes: Layout['boxes'] = {
    card: left(y.first),
    jpki: server(y.first),
    'applicant-app': left(y.app, true),
    smp: server(y.app),
    iaca: server(y.iaca),
    wallet: left(y.wallet, true),
    'wallet-provider': server(y.wallet),
    verifier: left(y.shop),
  };
  const cx = column / 2;
  const sx = right + column / 2;
  const borderX = column + gap / 2;
  const laneX = width - lane / 2 + 4;
  return {
    kind: 'tall',
    width,
    height: 806,
    boxes,
    phone: { x: 0, y: y.app - 30, w: column, h: y.wallet + h - y.app + 50 },
    links: {
      'card-app': line([cx, y.first + h], [cx, y.app]),
      'app-wallet': line([cx, y.app + h], [cx, y.wallet]),
      'app-smp': line([column - inset, y.app + h / 2], [right, y.app + h / 2]),
      'smp-jpki': line([sx, y.app], [sx, y.first + h]),
      'smp-iaca': line([sx, y.app + h], [sx, y.iaca]),
      'smp-provider': line(
        [right + column, y.app + h / 2],
        [laneX, y.app + h / 2],
        [laneX, y.wallet + h / 2],
        [right + column, y.wallet + h / 2],
      ),
      'provider-wallet': line([right, y.wallet + h / 2], [column - inset, y.wallet + h / 2]),
      'wallet-verifier': line([cx, y.wallet + h], [cx, y.shop]),
    },
    badges: {
      1: { x: cx, y: y.first + h + 26, label: 'right' },
      2: { x: cx, y: y.first + h + 68, label: 'right' },
      3: { x: borderX, y: y.app + h / 2, label: 'below' },
      4: { x: sx, y: (y.first + h + y.app) / 2, label: 'right' },
      5: { x: sx, y: (y.app + h + y.iaca) / 2, label: 'left' },
      6: { x: sx, y: y.iaca + h + 13, label: 'below' },
      7: { x: laneX - 5, y: y.wallet - 26, label: 'left' },
      8: { x: borderX, y: y.wallet + h / 2, label: 'below' },
      9: { x: cx, y: (y.wallet + h + 20 + y.shop) / 2, label: 'right' },
    },
    border: { x: borderX, y1: 4, y2: 802 },
  };
}

type Point = readonly [number, number];

/** A way through the points with rounded corners, and its arrow head. */
function line(...points: Point[]): { way: string; head: string } {
  const radius = 14;
  const way = points
    .map((point, index) => {
      const before = points[index - 1];
      const next = points[index + 1];
      if (!before) return `M${at(point)}`;
      if (!next) return `L${at(point)}`;
      return `L${at(towards(point, before, radius))} Q${at(point)} ${at(towards(point, next, radius))}`;
    })
    .join(' ');
  return { way, head: arrowHead(points.at(-2)!, points.at(-1)!) };
}

function arrowHead(from: Point, to: Point): string {
  const [bx, by] = towards(to, from, 9);
  const [dx, dy] = [(to[0] - bx) * 0.55, (to[1] - by) * 0.55];
  return `M${at([bx - dy, by + dx])} L${at(to)} L${at([bx + dy, by - dx])}`;
}

function towards([x, y]: Point, [tx, ty]: Point, by: number): Point {
  const length = Math.hypot(tx - x, ty - y);
  const part = length === 0 ? 0 : Math.min(by, length / 2) / length;
  return [x + (tx - x) * part, y + (ty - y) * part];
}

const at = ([x, y]: Point): string => `${round(x)} ${round(y)}`;
const round = (n: number): number => Math.round(n * 10) / 10;
