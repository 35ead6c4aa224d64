// Runs in a worker thread: one image in, its samples out, `null` when the codec makes nothing of it.
import { parentPort, workerData } from 'node:worker_threads';
import { codec } from './codec.ts';

const bytes = workerData as Uint8Array;
const { J2KDecoder } = await codec();
const decoder = new J2KDecoder();
decoder.getEncodedBuffer(bytes.length).set(bytes);
let samples: Uint8Array | null = null;
try {
  decoder.decode();
  // Damaged input does not throw in this codec; it leaves an empty frame.
  const { width, height, bitsPerSample, isSigned } = decoder.getFrameInfo();
  if (width && height && bitsPerSample <= 8 && !isSigned) samples = Uint8Array.from(decoder.getDecodedBuffer());
} catch {
  samples = null;
}
parentPort?.postMessage(samples);
