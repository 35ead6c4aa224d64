/**
 * Portraits: JPEG 2000 written, checked before decoding, decoded under limits, and shown as PNG.
 * @module
 */
export type { CodestreamHeader } from './codestream-header.ts';
export { type DecodeOptions, decodeToGreyscale, type GreyscaleImage, jpeg2000ToPng } from './decode.ts';
export { encodeGreyscaleJp2 } from './encode.ts';
export { Jpeg2000Error, type Jpeg2000ErrorCode } from './error.ts';
export { type Jp2Header, readJp2Header } from './jp2-header.ts';
export { type ImageLimits, PORTRAIT_LIMITS } from './limits.ts';
export { bilevelToPng, greyscaleToPng } from './png.ts';
