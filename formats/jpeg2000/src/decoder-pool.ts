import { Worker } from 'node:worker_threads';
import { Jpeg2000Error } from './error.ts';

/** What a worker is started with. */
export interface WorkerSetup {
  /** The compiled codec: compiled once, instantiated for each image. */
  readonly module: WebAssembly.Module;
  readonly maxMemoryBytes: number;
}

/** An image on its way to a worker. */
export interface DecodeOrder {
  readonly id: number;
  readonly codestream: Uint8Array;
}

/** What came of it: the samples, or why there are none. */
export interface DecodeAnswer {
  readonly id: number;
  readonly samples?: Uint8Array;
  readonly failed?: 'image' | 'memory';
}

/** How a pool works. */
export interface PoolOptions {
  /** The program of the threads. */
  readonly script: URL;
  readonly module: WebAssembly.Module;
  /** Threads at a time. */
  readonly size: number;
  /** Images that may wait. */
  readonly queue: number;
  /** Of the codec's own memory. */
  readonly maxMemoryBytes: number;
  /** Of the thread's heap. */
  readonly maxHeapMb: number;
  /** After so long without work a thread ends. */
  readonly idleMs: number;
}

interface Job {
  readonly id: number;
  readonly codestream: Uint8Array;
  readonly settle: (outcome: Uint8Array | Jpeg2000Error) => void;
}

/** One thread and what it has in hand. */
interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
  idle: NodeJS.Timeout | undefined;
  ended: boolean;
}

/**
 * Threads that decode, each one image after another. A thread whose image failed, took too long or too much memory is ended and never used again:
 * what such an image has done to it nobody knows. Threads keep no process alive.
 */
export class DecoderPool {
  readonly #options: PoolOptions;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Job[] = [];
  #next = 1;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Threads that are there now. */
  get threads(): number {
    return this.#threads.size;
  }

  /**
   * Decodes a codestream whose header was checked.
   * @param timeoutMs from now on, waiting for a thread included
   * @returns the samples, components of a pixel beside each other
   * @throws {Jpeg2000Error} `decode-failed`, `decode-timeout`, `decode-memory`, `decode-busy`
   */
  decode(codestream: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    if (this.#waiting.length >= this.#options.queue) {
      return Promise.reject(new Jpeg2000Error('decode-busy', 'Too many images wait to be decoded. Try again later.'));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(job, timeoutMs), timeoutMs);
      const job: Job = {
        id: this.#next++,
        // A copy that leaves this thread: the caller may go on writing into its own. A Buffer's `slice` would be none.
        codestream: Uint8Array.from(codestream),
        settle(outcome) {
          clearTimeout(timer);
          if (outcome instanceof Jpeg2000Error) reject(outcome);
          else resolve(outcome);
        },
      };
      this.#waiting.push(job);
      this.#dispatch();
    });
  }

  #giveUp(job: Job, ms: number): void {
    const error = new Jpeg2000Error('decode-timeout', 'The image took too long to decode and was given up.', { ms });
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    for (const thread of this.#threads) if (thread.job === job) this.#end(thread);
    job.settle(error);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = [...this.#threads].find(({ job }) => !job) ?? this.#start();
      if (!thread) return;
      const job = this.#waiting.shift() as Job;
      clearTimeout(thread.idle);
      thread.job = job;
      thread.worker.ref();
      const { id, codestream } = job;
      thread.worker.postMessage({ id, codestream } satisfies DecodeOrder, [codestream.buffer as ArrayBuffer]);
    }
  }

  #start(): Thread | undefined {
    const { size, script, module, maxMemoryBytes, maxHeapMb } = this.#options;
    if (this.#threads.size >= size) return undefined;
    const worker = new Worker(script, {
      workerData: { module, maxMemoryBytes } satisfies WorkerSetup,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
      // What a codec may print is nobody's business.
      stdout: true,
      stderr: true,
    });
    const thread: Thread = { worker, job: undefined, idle: undefined, ended: false };
    this.#threads.add(thread);
    worker.on('message', (answer: DecodeAnswer) => this.#answered(thread, answer));
    worker.once('error', (error: NodeJS.ErrnoException) =>
      this.#broke(thread, error.code === 'ERR_WORKER_OUT_OF_MEMORY'),
    );
    worker.once('exit', () => this.#broke(thread, false));
    return thread;
  }

  #answered(thread: Thread, { id, samples, failed }: DecodeAnswer): void {
    const { job } = thread;
    if (thread.ended || job?.id !== id) return;
    thread.job = undefined;
    if (samples) {
      thread.worker.unref();
      thread.idle = setTimeout(() => this.#end(thread), this.#options.idleMs).unref();
      job.settle(samples);
    } else {
      this.#end(thread);
      job.settle(failed === 'memory' ? memory() : damaged());
    }
    this.#dispatch();
  }

  #broke(thread: Thread, outOfMemory: boolean): void {
    const { job } = thread;
    this.#end(thread);
    job?.settle(outOfMemory ? memory() : damaged());
    this.#dispatch();
  }

  #end(thread: Thread): void {
    thread.job = undefined;
    if (thread.ended) return;
    thread.ended = true;
    this.#threads.delete(thread);
    clearTimeout(thread.idle);
    thread.worker.unref();
    void thread.worker.terminate();
  }
}

function damaged(): Jpeg2000Error {
  return new Jpeg2000Error('decode-failed', 'The image is damaged behind its header and cannot be shown.');
}

function memory(): Jpeg2000Error {
  return new Jpeg2000Error('decode-memory', 'The image needs more memory than a portrait may and was given up.');
}
