import { encodeGreyscaleJp2 } from '@tegata/jpeg2000';
import { drawPortrait, type Look, PORTRAIT_SIZE } from './draw-portrait.ts';

/** The portrait of a look as the card keeps it: greyscale JP2 of 240 × 320, about 6 kB. The same look gives the same bytes. */
export async function portraitFile(look: Look): Promise<Uint8Array> {
  return encodeGreyscaleJp2(drawPortrait(look), PORTRAIT_SIZE.width, PORTRAIT_SIZE.height, { ratio: 12 });
}
