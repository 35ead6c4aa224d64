// Sets the personas' names and addresses as 1-bit pictures, as the surface AP holds them: CHROMIUM=/usr/bin/chromium node parties/card/src/make-face-texts.ts
// Needs a browser and a Japanese font with the rare characters, so that the pictures lie in the repository.
import { mkdirSync, writeFileSync } from 'node:fs';
import { bilevelToPng } from '@tegata/jpeg2000';
import { chromium } from 'playwright-core';
import { loadPersona, PERSONA_IDS } from './persona.ts';

/** What the browser's side uses of the DOM. */
interface Browser {
  readonly OffscreenCanvas: new (width: number, height: number) => { getContext(kind: '2d'): Context };
}
interface Context {
  fillStyle: string;
  font: string;
  textBaseline: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { readonly width: number };
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}

const NAME = { width: 360, height: 36, size: 24 };
const ADDRESS = { width: 360, height: 60, size: 20 };
const folder = new URL('./personas/images/', import.meta.url);
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' });
try {
  const page = await browser.newPage();
  const set = async (text: string, { width, height, size }: typeof NAME) => {
    const pixels = await page.evaluate(
      ([line, w, h, px]) => {
        const context = new (globalThis as unknown as Browser).OffscreenCanvas(w, h).getContext('2d');
        context.fillStyle = '#fff';
        context.fillRect(0, 0, w, h);
        context.fillStyle = '#000';
        context.textBaseline = 'top';
        let fitted = px;
        const rows: string[] = [];
        const two = h > 1.8 * px;
        do {
          context.font = `${fitted}px "Noto Sans CJK JP", sans-serif`;
          rows.length = 0;
          let row = '';
          for (const character of line) {
            if (context.measureText(row + character).width > w - 4) {
              rows.push(row);
              row = '';
            }
            row += character;
          }
          rows.push(row);
          fitted--;
        } while (rows.length > (two ? 2 : 1));
        for (const [i, row] of rows.entries()) context.fillText(row, 2, 4 + i * (h / 2));
        const { data } = context.getImageData(0, 0, w, h);
        return Array.from({ length: w * h }, (_, i) => data[4 * i] as number);
      },
      [text, width, height, size] as const,
    );
    return bilevelToPng(Uint8Array.from(pixels), width, height);
  };
  for (const id of PERSONA_IDS) {
    const { name, address } = loadPersona(id);
    writeFileSync(new URL(`${id}.name.png`, folder), await set(name, NAME));
    writeFileSync(new URL(`${id}.address.png`, folder), await set(address, ADDRESS));
  }
} finally {
  await browser.close();
}
