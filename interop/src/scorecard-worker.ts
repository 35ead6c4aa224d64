/**
 * Judges cases with one library in a thread of its own: a library that hangs or runs out of memory takes nothing with it.
 * @module
 */
import { mock } from 'node:test';
import { parentPort, workerData } from 'node:worker_threads';
import type { Entry } from '../corpus/manifest.ts';
import { loadCase } from './corpus-cases.ts';
import { outcomeOf, type Peer } from './scorecard-peer.ts';

const load: Record<string, () => Promise<Peer>> = {
  '@tegata/mdoc': async () => (await import('./scorecard-tegata.ts')).tegata,
  '@auth0/mdl': async () => (await import('./scorecard-auth0.ts')).auth0,
  '@animo-id/mdoc': async () => (await import('./scorecard-animo.ts')).animo,
  '@owf/mdoc': async () => (await import('./scorecard-owf.ts')).owf,
};
const peer = await (load[workerData as string] as () => Promise<Peer>)();
const { name, kinds, notAsked, remark } = peer;
parentPort?.postMessage({ ready: { name, kinds, notAsked, remark } });
parentPort?.on('message', async (entry: Entry) => {
  // Some libraries ask the machine for the time.
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now: new Date(entry.at) });
  parentPort?.postMessage({ outcome: await outcomeOf(peer, loadCase(entry)) });
});
