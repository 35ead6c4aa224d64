import { crc32, deflateSync } from 'node:zlib';
import { Jpeg2000Error } from './error.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function chunk(type: string, content: Uint8Array): Uint8Array {
  const out = Buffer.alloc(12 + content.length);
  out.writeUInt32BE(content.length);
  out.write(type, 4, 'latin1');
  out.set(content, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + content.length)), 8 + content.length);
  return out;
}

function png(width: number, height: number, bitDepth: 1 | 8, rows: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth; // colour type 0 (greyscale), no interlace
  return new Uint8Array(
    Buffer.concat([
      SIGNATURE,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows, { level: 9 })),
      chunk('IEND', new Uint8Array(0)),
    ]),
  );
}

function requirePixels(pixels: Uint8Array, width: number, height: number): void {
  if (width < 1 || height < 1 || pixels.length !== width * height) {
    throw new Jpeg2000Error('pixels-mismatch', 'Width × height bytes of pixels are needed.', { width, height });
  }
}

/**
 * 8-bit greyscale pixels as a PNG (W3C PNG, third edition), for browsers that do not show JPEG 2000.
 * @throws {Jpeg2000Error} `pixels-mismatch`
 */
export function greyscaleToPng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  requirePixels(pixels, width, height);
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return png(width, height, 8, rows);
}

/**
 * Pixels as a 1-bit PNG, as the surface AP keeps its images: below 128 is black.
 * @throws {Jpeg2000Error} `pixels-mismatch`
 */
export function bilevelToPng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  requirePixels(pixels, width, height);
  const stride = 1 + Math.ceil(width / 8);
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x]! >= 128) rows[y * stride + 1 + (x >> 3)]! |= 0x80 >> (x & 7);
    }
  }
  return png(width, height, 1, rows);
}
