import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DecoderPool } from './decoder-pool.ts';
import { Jpeg2000Error } from './error.ts';
import { readJp2Header } from './jp2-header.ts';
import type { ImageLimits } from './limits.ts';
import { greyscaleToPng } from './png.ts';

/** 8-bit greyscale pixels, row by row. */
export interface GreyscaleImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** What one decode may cost. */
export interface DecodeOptions extends Partial<ImageLimits> {
  /** From the call on, waiting for a thread included (default 5 s). */
  readonly timeoutMs?: number;
}

let shared: DecoderPool | undefined;

/** The pool of this process, made when the first image is decoded: who only reads headers never pays for it. */
function pool(): DecoderPool {
  shared ??= new DecoderPool({
    script: new URL('./decode-worker.ts', import.meta.url),
    module: decoderModule(),
    size: 2,
    queue: 256,
    maxMemoryBytes: 128 * 1024 * 1024,
    maxHeapMb: 64,
    idleMs: 10_000,
  });
  return shared;
}

/** The decoder alone, compiled: it is smaller than the codec that also encodes. */
export function decoderModule(): WebAssembly.Module {
  const require = createRequire(import.meta.url);
  return new WebAssembly.Module(readFileSync(require.resolve('@cornerstonejs/codec-openjpeg/decodewasm')));
}

/**
 * Decodes a JPEG 2000 image to greyscale in a worker thread that is ended at the time limit. The header is checked first, and only the codestream
 * goes to the codec; three components are weighed as luminance (ITU-R BT.601).
 * @throws {Jpeg2000Error} those of `readJp2Header`; `decode-failed`, `decode-timeout`, `decode-memory`, `decode-busy`
 * @example
 * const { pixels, width, height } = await decodeToGreyscale(portrait);
 */
export async function decodeToGreyscale(bytes: Uint8Array, options: DecodeOptions = {}): Promise<GreyscaleImage> {
  const { timeoutMs = 5000, ...limits } = options;
  const { width, height, components, codestream } = readJp2Header(bytes, limits);
  const samples = await pool().decode(codestream, timeoutMs);
  if (samples.length !== width * height * components) {
    throw new Jpeg2000Error('decode-failed', 'The image is not as large as its header says.');
  }
  return { width, height, pixels: components === 1 ? samples : luminance(samples, components) };
}

/**
 * A JPEG 2000 image as a greyscale PNG, which every browser shows.
 * @throws {Jpeg2000Error} as `decodeToGreyscale`
 * @example
 * const url = `data:image/png;base64,${Buffer.from(await jpeg2000ToPng(portrait)).toString('base64')}`;
 */
export async function jpeg2000ToPng(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Uint8Array> {
  const { pixels, width, height } = await decodeToGreyscale(bytes, options);
  return greyscaleToPng(pixels, width, height);
}

function luminance(samples: Uint8Array, components: number): Uint8Array {
  const pixels = new Uint8Array(samples.length / components);
  for (let i = 0; i < pixels.length; i++) {
    const at = i * components;
    pixels[i] =
      components === 3
        ? Math.round(0.299 * samples[at]! + 0.587 * samples[at + 1]! + 0.114 * samples[at + 2]!)
        : samples[at]!;
  }
  return pixels;
}
