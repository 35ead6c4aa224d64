import { type CodestreamHeader, readCodestreamHeader } from './codestream-header.ts';
import { Jpeg2000Error } from './error.ts';
import { JP2_SIGNATURE, readBoxes } from './jp2-boxes.ts';
import { type ImageLimits, malformed, PORTRAIT_LIMITS, withinLimit } from './limits.ts';

/** What an image says about itself before anything is decoded. */
export interface Jp2Header extends CodestreamHeader {
  /** A JP2 file (`…jP  `) or a bare codestream (`FF4F FF51`). */
  readonly container: 'jp2' | 'codestream';
  /** A view of the codestream. */
  readonly codestream: Uint8Array;
}

/**
 * Checks boxes and main header of a JPEG 2000 image against limits, without decoding (ISO/IEC 15444-1 Annexes A and I).
 * @throws {Jpeg2000Error} `not-jpeg2000`, `jpeg2000-malformed`, `jpeg2000-limit`, `jpeg2000-unsupported`
 * @example
 * const { width, height } = readJp2Header(portrait);
 */
export function readJp2Header(bytes: Uint8Array, limits: Partial<ImageLimits> = {}): Jp2Header {
  const all = { ...PORTRAIT_LIMITS, ...limits };
  withinLimit(all, 'maxBytes', bytes.length);
  if (bytes[0] === 0xff && bytes[1] === 0x4f) {
    return { container: 'codestream', codestream: bytes, ...readCodestreamHeader(bytes, all) };
  }
  if (Buffer.compare(bytes.subarray(0, JP2_SIGNATURE.length), JP2_SIGNATURE) !== 0) {
    throw new Jpeg2000Error(
      'not-jpeg2000',
      'These bytes are not a JPEG 2000 image. Take the photo from the card again.',
    );
  }
  const boxes = readBoxes(bytes, all);
  if (boxes[1]?.type !== 'ftyp') throw malformed('ftyp expected', boxes[1]?.offset ?? bytes.length);
  const header = boxes.find(({ type }) => type === 'jp2h');
  const streams = boxes.filter(({ type }) => type === 'jp2c');
  const stream = streams[0];
  if (!header || !stream || streams.length > 1 || header.offset > stream.offset) {
    throw malformed('one jp2h before one jp2c expected', 0);
  }
  const found = readCodestreamHeader(stream.content, all);
  const inner = readBoxes(header.content, all);
  const ihdr = inner[0];
  if (ihdr?.type !== 'ihdr' || ihdr.content.length !== 14) throw malformed('ihdr expected', header.offset);
  if (ihdr.content[11] !== 7) throw malformed('compression type', ihdr.offset);
  if (!inner.some(({ type }) => type === 'colr')) throw malformed('colr expected', header.offset);
  // A palette multiplies components after decoding: portraits have none.
  if (inner.some(({ type }) => type === 'pclr')) {
    throw new Jpeg2000Error('jpeg2000-unsupported', 'Portraits with a palette are not accepted.');
  }
  const view = new DataView(ihdr.content.buffer, ihdr.content.byteOffset, 14);
  const agrees =
    view.getUint32(0) === found.height && view.getUint32(4) === found.width && view.getUint16(8) === found.components;
  if (!agrees) throw malformed('ihdr disagrees with the codestream', header.offset);
  return { container: 'jp2', codestream: stream.content, ...found };
}
