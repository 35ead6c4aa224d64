import { blob, type Canvas, curve, ellipse, type Point, polygon, type Tone } from './canvas.ts';
import type { Look } from './draw-portrait.ts';
import type { Face } from './face.ts';

const TONES: Record<Look['clothes'], number> = { suit: 62, blouse: 214, sweater: 128, shirt: 236, cardigan: 158 };

/** Neck, shoulders and what is worn. */
export function drawClothes(canvas: Canvas, look: Look, face: Face): void {
  const { x, chin } = face;
  const child = look.age === 'child';
  const neck = child ? 17 : look.beard || look.hair === 'cropped' || look.hair === 'short' ? 25 : 21;
  const span = child ? 78 : 98;
  const collar = chin + 24;
  const base = TONES[look.clothes];
  const cloth: Tone = (px, py) => base - 16 * Math.abs((px - x) / 120) - 0.06 * (py - 240);
  canvas.paint(
    blob([
      [x - neck - 6, collar - 4],
      [x - span * 0.62, collar + 16],
      [x - span, collar + 42],
      [x - span - 12, 345],
      [x + span + 12, 345],
      [x + span, collar + 42],
      [x + span * 0.62, collar + 16],
      [x + neck + 6, collar - 4],
    ]),
    { tone: cloth },
  );
  const throat: Point[] = [
    [x - neck, chin - 24],
    [x - neck, chin + 10],
    [x - neck - 5, collar + 2],
    [x, collar + 34],
    [x + neck + 5, collar + 2],
    [x + neck, chin + 10],
    [x + neck, chin - 24],
  ];
  const neckShape = polygon(throat);
  canvas.paint(neckShape, { tone: look.skinTone - 16 });
  canvas.paint(ellipse(x, chin - 2, neck + 14, 19), {
    tone: look.skinTone - 56,
    opacity: 0.6,
    soft: 9,
    inside: neckShape,
  });
  WORN[look.clothes](canvas, x, collar, neck, base);
}

type Wear = (canvas: Canvas, x: number, collar: number, neck: number, base: number) => void;

const both = (x: number, points: readonly Point[]): Point[][] =>
  [1, -1].map((side) => points.map(([dx, y]): Point => [x + side * dx, y]));

const suit: Wear = (canvas, x, collar, neck, base) => {
  canvas.paint(
    polygon([
      [x - neck - 7, collar],
      [x, collar + 84],
      [x + neck + 7, collar],
      [x, collar + 28],
    ]),
    { tone: 240 },
  );
  canvas.paint(
    polygon([
      [x - 6, collar + 26],
      [x + 6, collar + 26],
      [x + 9, collar + 88],
      [x, collar + 98],
      [x - 9, collar + 88],
    ]),
    { tone: 104 },
  );
  canvas.paint(
    polygon([
      [x - 7, collar + 24],
      [x + 7, collar + 24],
      [x + 4, collar + 35],
      [x - 4, collar + 35],
    ]),
    { tone: 88 },
  );
  for (const side of both(x, [
    [neck + 3, collar - 5],
    [neck + 9, collar + 1],
    [13, collar + 34],
    [0, collar + 26],
  ])) {
    canvas.paint(polygon(side), { tone: 250 });
    canvas.paint(curve([side[1]!, side[2]!, side[3]!], 1), { tone: 190 });
  }
  for (const side of both(x, [
    [neck + 9, collar - 1],
    [neck + 30, collar + 12],
    [neck + 27, collar + 40],
    [6, collar + 96],
    [2, 345],
    [12, collar + 40],
  ])) {
    canvas.paint(polygon(side), { tone: base + 12 });
    canvas.paint(curve(side.slice(0, 4), 1.2), { tone: base - 26, opacity: 0.8 });
  }
};

const blouse: Wear = (canvas, x, collar, neck, base) => {
  for (const side of both(x, [
    [neck + 3, collar - 6],
    [neck + 19, collar + 6],
    [23, collar + 34],
    [0, collar + 33],
  ])) {
    canvas.paint(polygon(side), { tone: base + 22 });
    canvas.paint(curve([side[1]!, side[2]!, side[3]!], 1.2), { tone: base - 46, opacity: 0.9 });
  }
  canvas.paint(
    curve(
      [
        [x, collar + 34],
        [x, 325],
      ],
      1.2,
    ),
    { tone: base - 50 },
  );
  for (const dy of [52, 76]) canvas.paint(ellipse(x + 5, collar + dy, 2, 2), { tone: base - 60 });
};

const shirt: Wear = (canvas, x, collar, neck, base) => {
  for (const side of both(x, [
    [neck + 3, collar - 6],
    [neck + 14, collar + 4],
    [17, collar + 38],
    [0, collar + 30],
  ])) {
    canvas.paint(polygon(side), { tone: base + 14 });
    canvas.paint(curve([side[1]!, side[2]!, side[3]!], 1.3), { tone: base - 66, opacity: 0.9 });
  }
  canvas.paint(
    curve(
      [
        [x, collar + 32],
        [x, 325],
      ],
      1.2,
    ),
    { tone: base - 56 },
  );
  for (const dy of [46, 68, 90]) canvas.paint(ellipse(x, collar + dy, 1.9, 1.9), { tone: base - 80 });
};

const sweater: Wear = (canvas, x, collar, neck, base) => {
  canvas.paint(
    curve(
      [
        [x - neck - 8, collar + 1],
        [x - neck * 0.7, collar + 22],
        [x, collar + 33],
        [x + neck * 0.7, collar + 22],
        [x + neck + 8, collar + 1],
      ],
      10,
    ),
    { tone: base + 16 },
  );
  canvas.paint(
    curve(
      [
        [x - neck - 12, collar + 3],
        [x - neck * 0.8, collar + 27],
        [x, collar + 39],
        [x + neck * 0.8, collar + 27],
        [x + neck + 12, collar + 3],
      ],
      1.2,
    ),
    { tone: base - 30, opacity: 0.8 },
  );
};

const cardigan: Wear = (canvas, x, collar, neck, base) => {
  canvas.paint(
    polygon([
      [x - neck - 8, collar],
      [x, collar + 92],
      [x + neck + 8, collar],
      [x, collar + 30],
    ]),
    { tone: 232 },
  );
  canvas.paint(
    curve(
      [
        [x - neck - 3, collar + 2],
        [x - neck * 0.5, collar + 21],
        [x, collar + 29],
        [x + neck * 0.5, collar + 21],
        [x + neck + 3, collar + 2],
      ],
      5,
    ),
    { tone: 246 },
  );
  for (const side of both(x, [
    [neck + 9, collar],
    [neck * 0.7, collar + 44],
    [3, collar + 96],
  ]))
    canvas.paint(curve(side, 5), { tone: base - 22 });
};

const WORN: Record<Look['clothes'], Wear> = { suit, blouse, shirt, sweater, cardigan };
