import { blob, type Canvas, curve, ellipse, type Point, type Shape, type Tone } from './canvas.ts';
import type { Look } from './draw-portrait.ts';
import type { Face } from './face.ts';

const shine =
  (look: Look, face: Face): Tone =>
  (x, y) =>
    look.hairTone +
    30 * Math.max(0, 1 - Math.hypot((x - face.x + 20) / 46, (y - face.top - 10) / 15)) -
    6 * ((x - face.x) / 60) ** 2;

/** A crown around the head: `rise` above the face's top, `reach` beside it, down to `down`. */
function crown({ x, top, half }: Face, rise: number, reach: number, down: number, tuck: number): Shape {
  const w = half + reach;
  const right: Point[] = [
    [x, top - rise - 6],
    [x + w * 0.5, top - rise + 5],
    [x + w * 0.84, top + 14],
    [x + w * 0.97, top + 44],
    [x + w, (top + 54 + down) / 2],
    [x + w - tuck * 0.3, down - 12],
    [x + w - tuck, down],
  ];
  const left = right
    .slice(1)
    .reverse()
    .map(([px, py]): Point => [2 * x - px, py]);
  return blob([...right, ...left]);
}

/** What of the hair is behind the neck and the ears. */
export function drawBackHair(canvas: Canvas, look: Look, face: Face): void {
  const tone = look.hairTone - 8;
  const { x, top, chin, half } = face;
  if (look.hair === 'long') canvas.paint(crown(face, 16, 19, chin + 62, 12), { tone });
  if (look.hair === 'bob') canvas.paint(crown(face, 15, 18, chin - 4, 16), { tone });
  if (look.hair === 'wavy') {
    canvas.paint(crown(face, 17, 18, chin, 8), { tone });
    for (const side of [1, -1]) {
      for (const [dx, dy, r] of [
        [half + 8, -20, 19],
        [half + 12, 8, 20],
        [half + 3, 34, 19],
        [half - 16, 30, 15],
      ] as const) {
        canvas.paint(ellipse(x + side * dx, chin - 30 + dy, r, r), { tone });
      }
    }
  }
  if (look.hair === 'bun') {
    canvas.paint(ellipse(x, top - 19, 25, 21), { tone });
    canvas.paint(crown(face, 14, 5, face.eyes + 4, 16), { tone });
  }
  if (look.hair === 'ponytail') {
    canvas.paint(
      blob([
        [x + 40, top + 10],
        [x + half + 22, top + 46],
        [x + half + 27, chin],
        [x + half + 12, chin + 52],
        [x + half + 2, chin + 20],
        [x + 40, chin - 40],
      ]),
      { tone },
    );
    canvas.paint(crown(face, 14, 5, face.eyes + 4, 16), { tone });
  }
  if (look.hair === 'short' || look.hair === 'parted') canvas.paint(crown(face, 15, 5, face.eyes + 8, 16), { tone });
  if (look.hair === 'cropped') canvas.paint(crown(face, 9, 2, face.eyes - 2, 12), { tone });
}

/** Fringe and sides. */
export function drawFrontHair(canvas: Canvas, look: Look, face: Face): void {
  const tone = shine(look, face);
  const { x, top, half, eyes } = face;
  const w = half + 6;
  FRONT[look.hair](canvas, { x, top, w, eyes }, tone);
  // Strands: a few lines, lighter and darker, that follow the fall of the hair.
  if (look.hair === 'cropped') return;
  const part = look.hair === 'parted' ? -22 : look.hair === 'bun' || look.hair === 'ponytail' ? 0 : -8;
  for (const [i, lean] of [-0.8, -0.45, 0.35, 0.7, 0.95].entries()) {
    const end: Point = [x + lean * w * 0.9, top + 24 + 14 * Math.abs(lean)];
    canvas.paint(
      curve(
        [[x + part + lean * 8, top - 9], [x + part * 0.4 + lean * w * 0.62, top + 2 + 5 * Math.abs(lean)], end],
        1.4,
        0.8,
      ),
      {
        tone: look.hairTone + (i % 2 ? -20 : 28),
        opacity: 0.5,
        soft: 0.9,
      },
    );
  }
}

interface Frame {
  readonly x: number;
  readonly top: number;
  readonly w: number;
  readonly eyes: number;
}
type Front = (canvas: Canvas, frame: Frame, tone: Tone) => void;

const fringe: Front = (canvas, { x, top, w, eyes }, tone) => {
  canvas.paint(
    blob([
      [x, top - 21],
      [x + w * 0.5, top - 10],
      [x + w * 0.86, top + 12],
      [x + w, top + 40],
      [x + w + 5, eyes - 6],
      [x + w - 2, eyes + 6],
      [x + w - 9, eyes - 14],
      [x + w * 0.62, top + 46],
      [x + w * 0.25, top + 52],
      [x - w * 0.2, top + 50],
      [x - w * 0.62, top + 47],
      [x - w + 9, eyes - 14],
      [x - w + 2, eyes + 6],
      [x - w - 5, eyes - 6],
      [x - w, top + 40],
      [x - w * 0.86, top + 12],
      [x - w * 0.5, top - 10],
    ]),
    { tone },
  );
};

const sweep: Front = (canvas, { x, top, w, eyes }, tone) => {
  canvas.paint(
    blob([
      [x - 2, top - 22],
      [x + w * 0.5, top - 11],
      [x + w * 0.86, top + 11],
      [x + w, top + 38],
      [x + w + 4, eyes - 2],
      [x + w - 3, eyes + 8],
      [x + w - 9, eyes - 20],
      [x + w * 0.7, top + 38],
      [x + w * 0.1, top + 27],
      [x - w * 0.3, top + 18],
      [x - w * 0.55, top + 36],
      [x - w + 8, eyes - 22],
      [x - w + 3, eyes + 8],
      [x - w - 4, eyes - 2],
      [x - w, top + 38],
      [x - w * 0.86, top + 11],
      [x - w * 0.5, top - 11],
    ]),
    { tone },
  );
};

const swept: Front = (canvas, { x, top, w, eyes }, tone) => {
  canvas.paint(
    blob([
      [x, top - 20],
      [x + w * 0.5, top - 9],
      [x + w * 0.85, top + 12],
      [x + w * 0.98, top + 40],
      [x + w + 1, eyes - 4],
      [x + w - 6, eyes - 16],
      [x + w * 0.72, top + 30],
      [x + w * 0.3, top + 15],
      [x, top + 12],
      [x - w * 0.3, top + 15],
      [x - w * 0.72, top + 30],
      [x - w + 6, eyes - 16],
      [x - w - 1, eyes - 4],
      [x - w * 0.98, top + 40],
      [x - w * 0.85, top + 12],
      [x - w * 0.5, top - 9],
    ]),
    { tone },
  );
};

const tousled: Front = (canvas, { x, top, w, eyes }, tone) => {
  canvas.paint(
    blob([
      [x + 3, top - 23],
      [x + w * 0.54, top - 12],
      [x + w * 0.88, top + 10],
      [x + w, top + 36],
      [x + w + 3, eyes - 8],
      [x + w - 4, eyes + 2],
      [x + w - 9, eyes - 24],
      [x + w * 0.66, top + 40],
      [x + w * 0.42, top + 32],
      [x + w * 0.18, top + 44],
      [x - w * 0.1, top + 33],
      [x - w * 0.36, top + 44],
      [x - w * 0.62, top + 34],
      [x - w + 9, eyes - 24],
      [x - w + 4, eyes + 2],
      [x - w - 3, eyes - 8],
      [x - w, top + 36],
      [x - w * 0.88, top + 10],
      [x - w * 0.54, top - 12],
    ]),
    { tone },
  );
};

const close: Front = (canvas, { x, top, w, eyes }, tone) => {
  canvas.paint(
    blob([
      [x, top - 14],
      [x + w * 0.55, top - 4],
      [x + w * 0.86, top + 15],
      [x + w - 3, top + 40],
      [x + w - 2, eyes - 10],
      [x + w - 8, eyes - 20],
      [x + w * 0.66, top + 24],
      [x + w * 0.3, top + 15],
      [x, top + 14],
      [x - w * 0.3, top + 15],
      [x - w * 0.66, top + 24],
      [x - w + 8, eyes - 20],
      [x - w + 2, eyes - 10],
      [x - w + 3, top + 40],
      [x - w * 0.86, top + 15],
      [x - w * 0.55, top - 4],
    ]),
    { tone },
  );
};

const FRONT: Record<Look['hair'], Front> = {
  long: sweep,
  bob: fringe,
  wavy: sweep,
  short: tousled,
  parted: sweep,
  bun: swept,
  ponytail: fringe,
  cropped: close,
};
