import { bilevelToPng } from '@tegata/jpeg2000';
import { Canvas, type Paint, polygon } from '../portraits/canvas.ts';
import { drawStrokes, hasStrokes } from '../portraits/mark.ts';
import { letterDots } from './letters.ts';
import type { TextImageSize } from './size.ts';

const INK: Paint = { tone: 0 };
const SMALLEST = 6;

/**
 * Draws a text as a 1-bit PNG without a browser and without a font: letters, digits and 見本 in our own drawing, every other character as a
 * geta (〓), which is what Japanese printers set for a type that is not in the case. The same text gives the same bytes everywhere.
 */
export function drawText(text: string, { width, height, type }: TextImageSize): Uint8Array {
  const characters = [...text.normalize('NFKC')].filter((character) => !isVariationSelector(character));
  let size = type;
  let rows = rowsOf(characters, size, width);
  while (size > SMALLEST && rows.length > Math.max(1, Math.floor((height - 4) / (1.15 * size)))) {
    size--;
    rows = rowsOf(characters, size, width);
  }
  const canvas = new Canvas(width, height, 255);
  for (const [index, row] of rows.entries()) {
    let left = 2;
    const top = 4 + Math.floor((index * (height - 4)) / rows.length);
    for (const character of row) {
      drawCharacter(canvas, character, left, top, size);
      left += advance(character, size);
    }
  }
  return bilevelToPng(canvas.pixels(), width, height);
}

const isVariationSelector = (character: string) => /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u.test(character);
const isSpace = (character: string) => /\s/u.test(character);
// After NFKC the full-width letters of addresses are plain ones, and the ideographic space is a plain one.
const isHalf = (character: string) => isSpace(character) || letterDots(character) !== undefined;
const advance = (character: string, size: number) => (isHalf(character) ? Math.ceil(0.6 * size) : size);

function rowsOf(characters: readonly string[], size: number, width: number): string[][] {
  const rows: string[][] = [[]];
  let left = 2;
  for (const character of characters) {
    const step = advance(character, size);
    if (left + step > width - 2) {
      rows.push([]);
      left = 2;
    }
    rows.at(-1)?.push(character);
    left += step;
  }
  return rows;
}

function drawCharacter(canvas: Canvas, character: string, left: number, top: number, size: number): void {
  if (isSpace(character)) return;
  if (hasStrokes(character)) {
    drawStrokes(canvas, character, { left, top, size: size - 2, width: Math.max(1.2, size / 10), tone: 0 });
    return;
  }
  const dots = letterDots(character);
  if (!dots) {
    drawGeta(canvas, left, top, size);
    return;
  }
  const dot = (size - 2) / 8;
  for (let row = 0; row < 7; row++) {
    for (let column = 0; column < 5; column++) {
      if (dots(column, row)) drawBox(canvas, left + column * dot, top + dot + row * dot, dot, dot);
    }
  }
}

/** Two thick bars across the character's square. */
function drawGeta(canvas: Canvas, left: number, top: number, size: number): void {
  const inner = size - 2;
  drawBox(canvas, left, top + inner * 0.1, inner, inner * 0.28);
  drawBox(canvas, left, top + inner * 0.62, inner, inner * 0.28);
}

function drawBox(canvas: Canvas, left: number, top: number, width: number, height: number): void {
  const [right, bottom] = [left + width, top + height];
  canvas.paint(
    polygon([
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ]),
    INK,
  );
}
