/**
 * Puts the corpus before this and other libraries and prints what each accepts, refuses and crashes on: `npm run scorecard`.
 * For the screen alone: nothing is written to a file.
 * @module
 */
import { Worker } from 'node:worker_threads';
import type { Entry } from '../corpus/manifest.ts';
import { readManifest } from './corpus-cases.ts';
import type { Outcome, Peer } from './scorecard-peer.ts';
import { printScorecard, type Score } from './scorecard-print.ts';

const PEERS = ['@tegata/mdoc', '@auth0/mdl', '@animo-id/mdoc', '@owf/mdoc'];
const PATIENCE = 10_000;

interface Answer {
  readonly ready?: Omit<Peer, 'accepts'>;
  readonly outcome?: Outcome;
}

/** One library in its thread; a new thread after each crash of the old one. */
class Bench {
  readonly name: string;
  private worker: Worker | undefined;
  about: Answer['ready'];

  constructor(name: string) {
    this.name = name;
  }

  async start(): Promise<void> {
    this.worker = new Worker(new URL('./scorecard-worker.ts', import.meta.url), {
      workerData: this.name,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
      // Libraries that print warnings of their own would mix them into the table.
      stdout: true,
      stderr: true,
    });
    const answer = await this.answer();
    if (!answer.ready) throw new Error(`${this.name} could not be loaded`);
    this.about = answer.ready;
  }

  private answer(): Promise<Answer> {
    const worker = this.worker as Worker;
    return new Promise((resolve) => {
      const done = (message: Answer) => {
        clearTimeout(timer);
        worker.off('message', done).off('error', gone).off('exit', gone);
        resolve(message);
      };
      const gone = () => done({ outcome: 'crashes' });
      const timer = setTimeout(gone, PATIENCE);
      worker.on('message', done).on('error', gone).on('exit', gone);
    });
  }

  async judge(entry: Entry): Promise<Outcome> {
    this.worker?.postMessage(entry);
    const { outcome = 'crashes' } = await this.answer();
    if (outcome === 'crashes') {
      await this.stop();
      await this.start();
    }
    return outcome;
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
  }
}

const { cases } = readManifest();
const scores: Score[] = [];
for (const name of PEERS) {
  const bench = new Bench(name);
  await bench.start();
  const about = bench.about as Required<Answer>['ready'];
  const outcomes = new Map<string, Outcome>();
  for (const entry of cases) {
    const { expect } = entry;
    const asked = about.kinds.includes(entry.kind) && (expect === 'valid' || !about.notAsked.includes(expect.check));
    if (asked) outcomes.set(entry.id, await bench.judge(entry));
  }
  await bench.stop();
  scores.push({ name, remark: about.remark, outcomes });
}
process.stdout.write(printScorecard(cases, scores));
