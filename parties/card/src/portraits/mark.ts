import { type Canvas, type Point, polygon, stroke } from './canvas.ts';

// Strokes in boxes of 10 × 10.
const GLYPHS: Record<string, readonly (readonly Point[])[]> = {
  見: [
    [
      [2.2, 0.6],
      [2.2, 5.8],
    ],
    [
      [7.8, 0.6],
      [7.8, 5.8],
    ],
    [
      [2.2, 0.6],
      [7.8, 0.6],
    ],
    [
      [2.2, 2.3],
      [7.8, 2.3],
    ],
    [
      [2.2, 4.05],
      [7.8, 4.05],
    ],
    [
      [2.2, 5.8],
      [7.8, 5.8],
    ],
    [
      [4, 5.8],
      [3.5, 7.9],
      [0.8, 9.6],
    ],
    [
      [6.2, 5.8],
      [6.2, 8.6],
      [6.8, 9.3],
      [9, 9.3],
      [9.3, 7.6],
    ],
  ],
  本: [
    [
      [0.8, 2.7],
      [9.2, 2.7],
    ],
    [
      [5, 0.3],
      [5, 9.7],
    ],
    [
      [4.9, 2.7],
      [3.2, 5.4],
      [0.6, 7.7],
    ],
    [
      [5.1, 2.7],
      [6.8, 5.4],
      [9.4, 7.7],
    ],
    [
      [3, 7.3],
      [7, 7.3],
    ],
  ],
  T: [
    [
      [1, 0.5],
      [9, 0.5],
    ],
    [
      [5, 0.5],
      [5, 9.5],
    ],
  ],
  E: [
    [
      [1.6, 0.5],
      [1.6, 9.5],
    ],
    [
      [1.6, 0.5],
      [8.4, 0.5],
    ],
    [
      [1.6, 4.8],
      [7.4, 4.8],
    ],
    [
      [1.6, 9.5],
      [8.4, 9.5],
    ],
  ],
  S: [
    [
      [8.2, 1.6],
      [6.6, 0.6],
      [3.4, 0.6],
      [1.8, 2],
      [1.9, 3.4],
      [3.2, 4.5],
      [6.8, 5.3],
      [8.3, 6.6],
      [8.2, 8.2],
      [6.6, 9.4],
      [3.2, 9.4],
      [1.6, 8.2],
    ],
  ],
};

/** Whether there is a drawing of this character. */
export function hasStrokes(character: string): boolean {
  return character === '見' || character === '本';
}

/** Draws a character that there is a drawing of into a square; strokes are `width` wide. */
export function drawStrokes(
  canvas: Canvas,
  character: string,
  { left, top, size, width, tone }: { left: number; top: number; size: number; width: number; tone: number },
): void {
  for (const line of GLYPHS[character] ?? []) {
    const points = line.map(([x, y]): Point => [left + (x * size) / 10, top + (y * size) / 10]);
    canvas.paint(stroke(points, width), { tone });
  }
}

/** The band across the foot of the picture that says 見本 TEST: nobody must take it for a photo of someone. */
export function drawMark(canvas: Canvas): void {
  const { width, height } = canvas;
  canvas.paint(
    polygon([
      [-4, height - 34],
      [width + 4, height - 34],
      [width + 4, height + 4],
      [-4, height + 4],
    ]),
    { tone: 250, opacity: 0.82 },
  );
  let left = 62;
  for (const [letter, size, advance] of [
    ['見', 20, 26],
    ['本', 20, 36],
    ['T', 13, 16],
    ['E', 13, 16],
    ['S', 13, 16],
    ['T', 13, 16],
  ] as const) {
    const top = height - 17 - size / 2;
    drawStrokes(canvas, letter, { left, top, size, width: size > 15 ? 1.9 : 2, tone: 58 });
    left += advance;
  }
}
