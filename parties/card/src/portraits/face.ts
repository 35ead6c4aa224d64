import { blob, type Canvas, curve, ellipse, mirrored, outline, type Point, type Shape, without } from './canvas.ts';
import type { Look } from './draw-portrait.ts';

/** Where things are in a face. */
export interface Face {
  /** The vertical middle line. */
  readonly x: number;
  readonly top: number;
  readonly chin: number;
  readonly half: number;
  readonly eyes: number;
  readonly shape: Shape;
}

/** The proportions that belong to a look: a child has a shorter face with lower, wider eyes. */
export function faceOf(look: Look): Face {
  const x = 120;
  const child = look.age === 'child';
  const half = look.width ?? (child ? 55 : 53);
  const top = child ? 72 : 62;
  const chin = child ? 205 : 212;
  const eyes = child ? 152 : 143;
  const jaw = look.age === 'elder' ? 0.72 : child ? 0.8 : 0.68;
  const right: Point[] = [
    [x, top],
    [x + half * 0.62, top + 8],
    [x + half * 0.96, top + 38],
    [x + half, eyes + 4],
    [x + half * 0.94, eyes + 30],
    [x + half * jaw, chin - 17],
    [x + half * 0.28, chin - 2],
  ];
  const left = right
    .slice(1)
    .reverse()
    .map(([px, py]): Point => [2 * x - px, py]);
  return { x, top, chin, half, eyes, shape: blob([...right, [x, chin], ...left]) };
}

/** Neck, ears, face and what is in it. */
export function drawFace(canvas: Canvas, look: Look, face: Face): void {
  const { x, half, eyes, shape } = face;
  const skin = (px: number, py: number) =>
    look.skinTone - 10 * ((px - x) / half) ** 2 + 4 * Math.max(0, 1 - Math.hypot(px - x + 14, py - eyes + 34) / 60);
  const shade = look.skinTone - 42;
  for (const side of [1, -1]) {
    const ear = ellipse(x + side * (half + 1), eyes + 8, 8, 15);
    canvas.paint(ear, { tone: look.skinTone - 12 });
    canvas.paint(ellipse(x + side * (half + 2), eyes + 8, 4, 9), { tone: shade + 8, soft: 3, opacity: 0.7 });
  }
  canvas.paint(shape, { tone: skin });
  // Soft shadow under the jaw's edge and at the temples gives the face its roundness.
  canvas.paint(outline(shape, 10), { tone: shade, opacity: 0.32, soft: 8, inside: shape });
  drawCheeks(canvas, look, face, shade);
  for (const side of [1, -1] as const) drawEye(canvas, look, face, side);
  drawNose(canvas, face, shade);
  drawMouth(canvas, look, face, shade);
  if (look.age === 'elder') drawLines(canvas, face, shade);
  if (look.beard) drawBeard(canvas, look, face);
  if (look.glasses) drawGlasses(canvas, look.glasses, face);
}

function drawCheeks(canvas: Canvas, look: Look, { x, half, eyes }: Face, shade: number): void {
  const opacity = look.age === 'child' ? 0.3 : look.age === 'elder' ? 0.14 : 0.2;
  for (const side of [1, -1]) {
    canvas.paint(ellipse(x + side * half * 0.56, eyes + 27, 9, 6), { tone: shade, opacity, soft: 9 });
  }
}

function drawEye(canvas: Canvas, look: Look, { x, half, eyes }: Face, side: 1 | -1): void {
  const child = look.age === 'child';
  const cx = x + side * half * 0.44;
  const rx = child ? 10.5 : 10;
  const ry = look.age === 'elder' ? 4.1 : child ? 6.4 : 5.2;
  const opening = blob([
    [cx - rx, eyes + 1],
    [cx - rx * 0.45, eyes - ry * 0.86],
    [cx + rx * 0.3, eyes - ry],
    [cx + rx, eyes - 0.4],
    [cx + rx * 0.4, eyes + ry * 0.74],
    [cx - rx * 0.4, eyes + ry * 0.78],
  ]);
  const eye = side === 1 ? opening : mirrored(opening, cx);
  canvas.paint(eye, { tone: 246 });
  const iris = child ? 6.1 : 5.4;
  canvas.paint(ellipse(cx, eyes - 0.4, iris, iris), { tone: 62, inside: eye });
  canvas.paint(ellipse(cx, eyes + 1.6, iris * 0.7, iris * 0.55), { tone: 98, inside: eye, soft: 2 });
  canvas.paint(ellipse(cx, eyes - 0.4, iris * 0.45, iris * 0.45), { tone: 18, inside: eye });
  canvas.paint(ellipse(cx - 1.8, eyes - 2.3, 1.5, 1.5), { tone: 255 });
  const lid: Point[] = [
    [-rx - 0.5, 1.2],
    [-rx * 0.45, -ry * 0.92],
    [rx * 0.3, -ry - 0.4],
    [rx + 1.6, -0.8],
  ];
  const at = (points: Point[], dy = 0) => points.map(([px, py]): Point => [cx + side * px, eyes + py + dy]);
  canvas.paint(curve(at(lid), 2.4, 0.35), { tone: 42 });
  canvas.paint(curve(at(lid.slice(1), -3.4), 1, 0.4), { tone: 96, opacity: 0.55 });
  const brow: Point[] = [
    [-rx - 2, -15.5],
    [-rx * 0.2, -19],
    [rx * 0.7, -18.4],
    [rx + 5, -14],
  ];
  const browTone = Math.min(150, look.hairTone + 26);
  canvas.paint(curve(at(brow, child ? 1 : 0), look.age === 'adult' ? 3.6 : 3, 0.55), {
    tone: browTone,
    opacity: 0.85,
    soft: 0.9,
  });
}

function drawNose(canvas: Canvas, { x, eyes }: Face, shade: number): void {
  const tip = eyes + 33;
  canvas.paint(
    curve(
      [
        [x + 4, eyes + 6],
        [x + 6.5, tip - 10],
        [x + 8.5, tip - 2],
      ],
      3,
      0.6,
    ),
    { tone: shade, opacity: 0.3, soft: 2.4 },
  );
  canvas.paint(
    curve(
      [
        [x - 7, tip],
        [x - 3, tip + 2.6],
        [x + 3, tip + 2.6],
        [x + 7, tip],
      ],
      1.9,
      0.6,
    ),
    { tone: shade - 22, opacity: 0.75, soft: 0.9 },
  );
  canvas.paint(ellipse(x - 1, tip - 5, 3, 4), { tone: 250, opacity: 0.35, soft: 3 });
}

function drawMouth(canvas: Canvas, look: Look, { x, chin, eyes }: Face, shade: number): void {
  const y = eyes + 0.72 * (chin - eyes) - (look.age === 'child' ? 1 : 0);
  const w = look.age === 'child' ? 12 : 14.5;
  const lower = blob([
    [x - w * 0.7, y + 1],
    [x, y + 0.6],
    [x + w * 0.7, y + 1],
    [x + w * 0.4, y + 5.4],
    [x, y + 6.4],
    [x - w * 0.4, y + 5.4],
  ]);
  canvas.paint(lower, { tone: shade - 8, opacity: 0.55, soft: 1.4 });
  const upper = blob([
    [x - w * 0.8, y],
    [x - w * 0.3, y - 3],
    [x, y - 2],
    [x + w * 0.3, y - 3],
    [x + w * 0.8, y],
    [x, y + 1.6],
  ]);
  canvas.paint(upper, { tone: shade - 20, opacity: 0.6, soft: 1.2 });
  canvas.paint(
    curve(
      [
        [x - w, y - 1.6],
        [x - w * 0.5, y + 0.7],
        [x, y + 1.3],
        [x + w * 0.5, y + 0.7],
        [x + w, y - 1.6],
      ],
      1.9,
      0.5,
    ),
    { tone: 78 },
  );
  canvas.paint(
    curve(
      [
        [x - 5, y + 10.5],
        [x, y + 11.6],
        [x + 5, y + 10.5],
      ],
      2,
      0.5,
    ),
    { tone: shade, opacity: 0.4, soft: 1.8 },
  );
}

function drawLines(canvas: Canvas, { x, half, eyes }: Face, shade: number): void {
  for (const side of [1, -1]) {
    const at = (points: Point[]) => points.map(([px, py]): Point => [x + side * px, eyes + py]);
    canvas.paint(
      curve(
        at([
          [11, 30],
          [18, 38],
          [20, 46],
        ]),
        1.5,
        0.7,
      ),
      { tone: shade - 10, opacity: 0.55, soft: 1.1 },
    );
    canvas.paint(
      curve(
        at([
          [half * 0.25, 9],
          [half * 0.45, 11],
          [half * 0.62, 9],
        ]),
        1.2,
        0.7,
      ),
      { tone: shade, opacity: 0.55, soft: 1 },
    );
    canvas.paint(
      curve(
        at([
          [half * 0.7, -2],
          [half * 0.8, -5],
        ]),
        1,
        0.5,
      ),
      { tone: shade, opacity: 0.6, soft: 0.9 },
    );
  }
  for (const dy of [-38, -31]) {
    canvas.paint(
      curve(
        [
          [x - 20, eyes + dy + 1],
          [x, eyes + dy],
          [x + 20, eyes + dy + 1],
        ],
        1.1,
        0.7,
      ),
      { tone: shade, opacity: 0.35, soft: 1 },
    );
  }
}

function drawBeard(canvas: Canvas, look: Look, { x, half, eyes, chin, shape }: Face): void {
  const mouth = eyes + 0.72 * (chin - eyes);
  const area = blob([
    [x - half, eyes + 26],
    [x - half * 0.62, mouth - 10],
    [x - 12, mouth - 9],
    [x, mouth - 7],
    [x + 12, mouth - 9],
    [x + half * 0.62, mouth - 10],
    [x + half, eyes + 26],
    [x + half * 0.8, chin],
    [x, chin + 8],
    [x - half * 0.8, chin],
  ]);
  const bare = ellipse(x, mouth + 1, 17, 7.5);
  canvas.paint(without(area, bare), { tone: look.hairTone + 22, opacity: 0.62, soft: 5, inside: shape });
}

function drawGlasses(canvas: Canvas, form: 'round' | 'square', { x, half, eyes }: Face): void {
  for (const side of [1, -1]) {
    const cx = x + side * half * 0.44;
    const rim =
      form === 'round'
        ? ellipse(cx, eyes + 1, 17, 15.5)
        : blob([
            [cx - 17, eyes - 9],
            [cx, eyes - 11],
            [cx + 17, eyes - 9],
            [cx + 17.5, eyes + 2],
            [cx + 14, eyes + 12],
            [cx, eyes + 13.5],
            [cx - 14, eyes + 12],
            [cx - 17.5, eyes + 2],
          ]);
    canvas.paint(rim, { tone: 255, opacity: 0.1 });
    canvas.paint(outline(rim, 2.3), { tone: 48 });
    const edge = x + side * (half * 0.44 + 17);
    canvas.paint(
      curve(
        [
          [edge, eyes - 3],
          [x + side * (half + 3), eyes - 1],
        ],
        2.2,
      ),
      { tone: 48 },
    );
  }
  canvas.paint(
    curve(
      [
        [x - half * 0.44 + 16.5, eyes - 1],
        [x, eyes - 4],
        [x + half * 0.44 - 16.5, eyes - 1],
      ],
      2.3,
    ),
    { tone: 48 },
  );
}
