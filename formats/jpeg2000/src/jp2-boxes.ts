import { type ImageLimits, malformed, withinLimit } from './limits.ts';

/** The first 12 bytes of every JP2 file: the signature box. */
export const JP2_SIGNATURE = Uint8Array.of(0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a);

/** One box (ISO/IEC 15444-1 Annex I.4). */
export interface Box {
  /** Four characters, e.g. `jp2h`. */
  readonly type: string;
  readonly content: Uint8Array;
  /** Where the box starts. */
  readonly offset: number;
}

/**
 * Reads the boxes that fill `bytes`. A length of 0 (up to the end) is taken for the last one.
 * @throws {Jpeg2000Error} `jpeg2000-malformed`, `jpeg2000-limit`
 */
export function readBoxes(bytes: Uint8Array, limits: ImageLimits): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Box[] = [];
  for (let at = 0; at < bytes.length; ) {
    withinLimit(limits, 'maxBoxes', boxes.length + 1);
    if (at + 8 > bytes.length) throw malformed('box header cut short', at);
    const length = view.getUint32(at) || bytes.length - at;
    // The 64-bit form (length 1) is for files above 4 GiB; a portrait has no use for it.
    if (length < 8 || at + length > bytes.length) throw malformed('box length', at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    boxes.push({ type, content: bytes.subarray(at + 8, at + length), offset: at });
    at += length;
  }
  return boxes;
}

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

const GREYSCALE = 17;

/** Puts a greyscale codestream of 8 bits into a JP2 file: signature, ftyp, jp2h { ihdr, colr }, jp2c. */
export function wrapGreyscale(codestream: Uint8Array, width: number, height: number): Uint8Array {
  const header = Buffer.alloc(14);
  header.writeUInt32BE(height, 0);
  header.writeUInt32BE(width, 4);
  header.writeUInt16BE(1, 8); // components
  header[10] = 7; // bits − 1
  header[11] = 7; // the only compression type there is
  // Colour specification by enumeration (1), precedence 0, approximation 0.
  const colour = Uint8Array.of(1, 0, 0, 0, 0, 0, GREYSCALE);
  const brand = Buffer.from('jp2 \0\0\0\0jp2 ', 'latin1');
  return new Uint8Array(
    Buffer.concat([
      JP2_SIGNATURE,
      box('ftyp', brand),
      box('jp2h', box('ihdr', header), box('colr', colour)),
      box('jp2c', codestream),
    ]),
  );
}
