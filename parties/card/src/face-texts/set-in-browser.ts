import { bilevelToPng } from '@tegata/jpeg2000';
import { CardError } from '../error.ts';
import type { TextImageSize } from './size.ts';

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

/** Sets a text as a 1-bit PNG of a size. */
export type SetText = (text: string, size: TextImageSize) => Promise<Uint8Array>;

/**
 * Lets a browser set texts in its Japanese font. What comes out depends on browser and font.
 * @param executablePath of Chromium
 * @throws {CardError} `browser-missing` when playwright-core or the browser cannot be started
 */
export async function withBrowserType<T>(executablePath: string, use: (set: SetText) => Promise<T>): Promise<T> {
  const browser = await import('playwright-core')
    .then(({ chromium }) => chromium.launch({ executablePath }))
    .catch(() => {
      throw new CardError('browser-missing', 'Chromium cannot be started. Name its program, or go without it.');
    });
  try {
    const page = await browser.newPage();
    return await use(async (text, { width, height, type }) => {
      const pixels = await page.evaluate(
        ([line, w, h, px]) => {
          const context = new (globalThis as unknown as Browser).OffscreenCanvas(w, h).getContext('2d');
          context.fillStyle = '#fff';
          context.fillRect(0, 0, w, h);
          context.fillStyle = '#000';
          context.textBaseline = 'top';
          const rows: string[] = [];
          let size = px;
          do {
            context.font = `${size}px "Noto Sans CJK JP", sans-serif`;
            rows.length = 0;
            let row = '';
            // A variation selector belongs to the character before it.
            for (const character of line.match(/.[\u{E0100}-\u{E01EF}]?/gu) ?? []) {
              if (context.measureText(row + character).width > w - 4) {
                rows.push(row);
                row = '';
              }
              row += character;
            }
            rows.push(row);
            size--;
          } while (rows.length > Math.max(1, Math.floor((h - 4) / (1.15 * (size + 1)))));
          for (const [i, row] of rows.entries()) context.fillText(row, 2, 4 + i * ((h - 4) / rows.length));
          const { data } = context.getImageData(0, 0, w, h);
          return Array.from({ length: w * h }, (_, i) => data[4 * i] as number);
        },
        [text, width, height, type] as const,
      );
      return bilevelToPng(Uint8Array.from(pixels), width, height);
    });
  } finally {
    await browser.close();
  }
}
