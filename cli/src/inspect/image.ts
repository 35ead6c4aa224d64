import { Jpeg2000Error, readJp2Header } from '@tegata/jpeg2000';
import { hexValue, octetsSection } from './octets.ts';
import { row, type Section, table, type View } from './section.ts';
import { imageKind } from './value.ts';

/** Whether the bytes are an image: JPEG 2000, JPEG, PNG. */
export const isImage = (bytes: Uint8Array): boolean => imageKind(bytes) !== '';

/** What an image says about itself; nothing is decoded. */
export function imageSections(bytes: Uint8Array, view: View, title = 'Image'): Section[] {
  const kind = imageKind(bytes).replace(/, $/, '');
  const size = row('size', `${bytes.length} bytes`);
  if (!kind.startsWith('JPEG 2000')) {
    return [table(title, [row('format', kind), size, row('first bytes', hexValue(bytes, view, 16))])];
  }
  try {
    const header = readJp2Header(bytes, { maxBytes: 1 << 20 });
    const rows = [
      row('format', kind),
      size,
      row('pixels', `${header.width} × ${header.height}`),
      row('components', header.components),
      row('first bytes', hexValue(bytes, view, 16)),
    ];
    return [
      table(title, rows, {
        clause: 'ISO/IEC 15444-1 Annexes A and I',
        note: 'Only the header was read; the image was not decoded.',
      }),
    ];
  } catch (error) {
    if (!(error instanceof Jpeg2000Error)) throw error;
    return [{ ...octetsSection(bytes, view, title), note: `${error.message} (${error.code})` }];
  }
}
