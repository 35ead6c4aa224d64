// Runs in a worker thread: images in, their samples out, one at a time. What goes wrong is said in a word and ends nothing here; the pool ends
// the thread.
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { DecodeAnswer, DecodeOrder, WorkerSetup } from './decoder-pool.ts';

const PAGE = 65_536;
const { module, maxMemoryBytes } = workerData as WorkerSetup;
const require = createRequire(import.meta.url);
const factory =
  require('@cornerstonejs/codec-openjpeg/decodewasmjs') as typeof import('@cornerstonejs/codec-openjpeg/decodewasmjs').default;

// The codec's memory grows on its own; no option of a worker limits it.
let memoryRefused = false;
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * PAGE > maxMemoryBytes) {
    memoryRefused = true;
    throw new RangeError('beyond the limit');
  }
  return grow.call(this, pages);
};

async function decode(codestream: Uint8Array): Promise<Omit<DecodeAnswer, 'id'>> {
  memoryRefused = false;
  try {
    // A new instance for each image: nothing that an image does to the codec's memory is there when the next one comes.
    const { J2KDecoder } = await factory({
      print() {},
      printErr() {},
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(module, imports);
        done(instance, module);
        return instance.exports;
      },
    });
    const decoder = new J2KDecoder();
    decoder.getEncodedBuffer(codestream.length).set(codestream);
    decoder.decode();
    // Damaged input does not throw in this codec; it leaves an empty frame.
    const { width, height, bitsPerSample, isSigned } = decoder.getFrameInfo();
    if (width && height && bitsPerSample <= 8 && !isSigned) {
      return { samples: Uint8Array.from(decoder.getDecodedBuffer()) };
    }
  } catch {
    // Said below.
  }
  return { failed: memoryRefused ? 'memory' : 'image' };
}

parentPort?.on('message', async ({ id, codestream }: DecodeOrder) => {
  const answer: DecodeAnswer = { id, ...(await decode(codestream)) };
  parentPort?.postMessage(answer, answer.samples ? [answer.samples.buffer as ArrayBuffer] : []);
});
