// Draws the personas' portraits: node parties/card/src/make-portraits.ts
// Drawing takes half a second each, so that the JP2 files lie in the repository.
import { mkdirSync, writeFileSync } from 'node:fs';
import { encodeGreyscaleJp2 } from '@tegata/jpeg2000';
import { loadPersona, PERSONA_IDS } from './persona.ts';
import { drawPortrait, PORTRAIT_SIZE } from './portraits/draw-portrait.ts';

const folder = new URL('./personas/images/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const id of PERSONA_IDS) {
  const pixels = drawPortrait(loadPersona(id).look);
  const jp2 = await encodeGreyscaleJp2(pixels, PORTRAIT_SIZE.width, PORTRAIT_SIZE.height, { ratio: 12 });
  writeFileSync(new URL(`${id}.portrait.jp2`, folder), jp2);
}
