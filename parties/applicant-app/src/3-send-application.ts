import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicantAppError } from './error.ts';
import type { Accepted, Wire } from './wire.ts';

const WAITS_MS = [250, 500, 1000];

/**
 * Step 3: sends the signed application. After a failure the same bytes go to the same session again, which is safe: the SMP
 * knows them and gives the same reference. A refusal is not repeated.
 * @throws {ApplicantAppError} `smp-unreachable` after the last try
 * @throws {RefusedByPeer} with the SMP's code
 */
export async function sendApplication(wire: Wire, session: string, signed: Uint8Array): Promise<Accepted> {
  for (const waitMs of [...WAITS_MS, undefined]) {
    try {
      return await wire.sendApplication(session, signed);
    } catch (error) {
      const again = error instanceof ApplicantAppError && error.code === 'smp-unreachable' && waitMs !== undefined;
      if (!again) throw error;
      await sleep(waitMs);
    }
  }
  throw new ApplicantAppError('smp-unreachable', 'The intake system cannot be reached.');
}
