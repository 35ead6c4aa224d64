// Stands in the place of the decoder: the first byte of a codestream says what becomes of it.
import { parentPort } from 'node:worker_threads';
import type { DecodeAnswer, DecodeOrder } from './decoder-pool.ts';

/** What the worker does with an image. */
export const FATE = { decode: 0, spin: 1, crash: 2, exit: 3, eatHeap: 4, sayTwice: 5, fail: 6 } as const;

let images = 0;
parentPort?.on('message', ({ id, codestream }: DecodeOrder) => {
  images++;
  const answer = (fields: Omit<DecodeAnswer, 'id'>) => parentPort?.postMessage({ id, ...fields });
  switch (codestream[0]) {
    case FATE.spin:
      for (;;) images |= 0;
    case FATE.crash:
      throw new Error('as told');
    case FATE.exit:
      process.exit(1);
      break;
    case FATE.eatHeap: {
      const eaten: unknown[] = [];
      for (;;) eaten.push(new Array(10_000).fill(eaten.length));
    }
    case FATE.sayTwice:
      answer({ samples: Uint8Array.of(1) });
      answer({ samples: Uint8Array.of(2) });
      break;
    case FATE.fail:
      answer({ failed: 'image' });
      break;
    default:
      // How many images this thread has seen.
      answer({ samples: Uint8Array.of(images) });
  }
});
