import { Worker } from 'node:worker_threads';
import { Jpeg2000Error } from './error.ts';
import { readJp2Header } from './jp2-header.ts';
import type { ImageLimits } from './limits.ts';

/** 8-bit greyscale pixels, row by row. */
export interface GreyscaleImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** What one decode may cost. */
export interface DecodeOptions extends Partial<ImageLimits> {
  /** Default 5 s. */
  readonly timeoutMs?: number;
  /** Of the worker's heap (default 64 MiB). */
  readonly maxHeapMb?: number;
}

const MAX_AT_ONCE = 2;
const queue: (() => void)[] = [];
let running = 0;

/**
 * Decodes a JPEG 2000 image to greyscale in a worker thread that is ended at the time limit. The header is checked first; three components are
 * weighed as luminance (ITU-R BT.601).
 * @throws {Jpeg2000Error} those of `readJp2Header`; `decode-failed`, `decode-timeout`
 * @example
 * const { pixels, width, height } = await decodeToGreyscale(portrait);
 */
export async function decodeToGreyscale(bytes: Uint8Array, options: DecodeOptions = {}): Promise<GreyscaleImage> {
  const { timeoutMs = 5000, maxHeapMb = 64, ...limits } = options;
  const { width, height, components } = readJp2Header(bytes, limits);
  if (running >= MAX_AT_ONCE) await new Promise<void>((go) => queue.push(go));
  running++;
  try {
    const samples = await decodeInWorker(bytes, { timeoutMs, maxHeapMb });
    if (samples.length !== width * height * components) throw decodeFailed();
    return { width, height, pixels: components === 1 ? samples : luminance(samples, components) };
  } finally {
    running--;
    queue.shift()?.();
  }
}

function decodeInWorker(bytes: Uint8Array, limits: { timeoutMs: number; maxHeapMb: number }): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), {
      workerData: Uint8Array.from(bytes),
      resourceLimits: { maxOldGenerationSizeMb: limits.maxHeapMb, maxYoungGenerationSizeMb: 16 },
      stderr: true,
      stdout: true,
    });
    const timer = setTimeout(() => {
      reject(
        new Jpeg2000Error('decode-timeout', 'The image took too long to decode and was given up.', {
          ms: limits.timeoutMs,
        }),
      );
      void worker.terminate();
    }, limits.timeoutMs);
    worker.once('message', (samples: Uint8Array | null) => {
      if (samples) resolve(samples);
      else reject(decodeFailed());
      void worker.terminate();
    });
    worker.once('error', () => reject(decodeFailed()));
    worker.once('exit', () => {
      clearTimeout(timer);
      reject(decodeFailed());
    });
  });
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

function decodeFailed(): Jpeg2000Error {
  return new Jpeg2000Error('decode-failed', 'The image is damaged behind its header and cannot be shown.');
}
