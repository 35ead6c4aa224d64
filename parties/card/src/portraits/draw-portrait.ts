import { Canvas } from './canvas.ts';
import { drawClothes } from './clothes.ts';
import { drawFace, faceOf } from './face.ts';
import { drawBackHair, drawFrontHair } from './hair.ts';
import { drawMark } from './mark.ts';

/** What a drawn person looks like. Nobody real stood model. */
export interface Look {
  readonly age: 'child' | 'young' | 'adult' | 'elder';
  readonly hair: 'long' | 'bob' | 'short' | 'parted' | 'bun' | 'ponytail' | 'wavy' | 'cropped';
  /** Grey of the hair, 0 … 255. */
  readonly hairTone: number;
  /** Grey of the skin, 0 … 255. */
  readonly skinTone: number;
  readonly clothes: 'suit' | 'blouse' | 'sweater' | 'shirt' | 'cardigan';
  readonly glasses?: 'round' | 'square';
  readonly beard?: boolean;
  /** Half the width of the face in pixels, about 50 … 58. */
  readonly width?: number;
}

/** Pixels of every portrait: 240 × 320. */
export const PORTRAIT_SIZE = { width: 240, height: 320 } as const;

/** Draws a portrait in the pose of an identity photo, marked 見本. The same look gives the same pixels. */
export function drawPortrait(look: Look): Uint8Array {
  const { width, height } = PORTRAIT_SIZE;
  const canvas = new Canvas(
    width,
    height,
    (x, y) => 222 - 0.07 * y - 14 * Math.hypot((x - 120) / 160, (y - 120) / 220),
  );
  const face = faceOf(look);
  drawBackHair(canvas, look, face);
  drawClothes(canvas, look, face);
  drawFace(canvas, look, face);
  drawFrontHair(canvas, look, face);
  drawMark(canvas);
  return canvas.pixels();
}
