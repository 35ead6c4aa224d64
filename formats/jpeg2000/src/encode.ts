import { codec } from './codec.ts';
import { Jpeg2000Error } from './error.ts';
import { wrapGreyscale } from './jp2-boxes.ts';

/**
 * Encodes 8-bit greyscale pixels (row by row, `width × height` bytes) as a JP2 file of about 1/`ratio` of their size. The same pixels always
 * give the same bytes.
 * @throws {Jpeg2000Error} `pixels-mismatch`, `encode-failed`
 * @example
 * const jp2 = await encodeGreyscaleJp2(pixels, 240, 320);
 */
export async function encodeGreyscaleJp2(
  pixels: Uint8Array,
  width: number,
  height: number,
  { ratio = 16 }: { ratio?: number } = {},
): Promise<Uint8Array> {
  if (width < 1 || height < 1 || pixels.length !== width * height) {
    throw new Jpeg2000Error('pixels-mismatch', 'Width × height bytes of pixels are needed.', { width, height });
  }
  const { J2KEncoder } = await codec();
  const encoder = new J2KEncoder();
  try {
    const frame = { width, height, bitsPerSample: 8, componentCount: 1, isSigned: false, isUsingColorTransform: false };
    encoder.getDecodedBuffer(frame).set(pixels);
    // Below 1 the codec keeps its finest quantisation and ignores the ratio.
    encoder.setQuality(false, 1);
    encoder.setCompressionRatio(0, ratio);
    encoder.encode();
    const codestream = encoder.getEncodedBuffer();
    if (codestream.length === 0)
      throw new Jpeg2000Error('encode-failed', 'The codec gave no image.', { width, height });
    return wrapGreyscale(codestream, width, height);
  } finally {
    encoder.delete();
  }
}
