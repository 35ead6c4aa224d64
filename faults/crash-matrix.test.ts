import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@tegata/clock';
import { failpoints } from '@tegata/failpoints';
import { silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { fsck, type Tables } from '@tegata/smp';
import { freshDatabase } from '@tegata/store/test-server';
import { noTap } from '@tegata/tap';
import { sql } from 'kysely';
import { openDataFolder } from '../cli/src/data-folder.ts';
import { Refused } from '../cli/src/hands.ts';
import { demoCertificates, type Stack, startStack } from '../cli/src/stack.ts';
import { type SmpProcess, smpProcess } from './smp-process.ts';

/**
 * The promise, at every point where it could break: the SMP is killed there (SIGKILL), a new process starts on the same
 * PostgreSQL, and the application finishes by itself with exactly one mdoc. The list of points is the list of tests.
 */
const server = process.env['TEGATA_POSTGRES'];
const skip = server ? false : 'no PostgreSQL at hand (Debian package: postgresql)';

let stack: Stack;
let smp: SmpProcess;
let database: Awaited<ReturnType<typeof freshDatabase>>;

before(async () => {
  if (!server) return;
  database = await freshDatabase(server);
  stack = await startStack({
    db: database.url,
    data: openDataFolder(undefined, systemRandom, {}),
    clock: systemClock,
    random: systemRandom,
    logs: () => silentLog,
    tap: noTap,
    startSmp: async (config) => {
      // A killed worker's lease must end within the test's patience, not within an operator's.
      smp = smpProcess(config, {
        db: database.url,
        timing: { lease: 2, sweep: 0.5, firstRetry: 0.2, longestRetry: 1 },
      });
      await smp.start();
      return { url: smp.url, close: () => smp.close() };
    },
  });
});
after(async () => {
  await stack?.close();
  await database?.drop();
});

async function rows(table: string): Promise<Record<string, unknown>[]> {
  return (
    await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(stack.store.database<unknown>())
  ).rows;
}

/**
 * Applies as a person would who is told that nothing is lost: what the card has signed is sent again until it is taken; where
 * the SMP was gone before the card was read (404: nothing waits to be sent), the card is held to the phone once more.
 */
async function applyThrough(): Promise<string> {
  const tap = async (): Promise<string | undefined> => {
    try {
      return (await stack.hands.apply({ persona: 'adult', ...stack.demo, certificates: demoCertificates })).reference;
    } catch (error) {
      if (error instanceof Refused && error.code === 'smp-unreachable') return undefined;
      throw error;
    }
  };
  let reference = await tap();
  for (let attempt = 0; reference === undefined && attempt < 100; attempt++) {
    await sleep(100);
    const answer = await stack.hands.peers.app.request('POST', '/applications/unsent');
    if (answer.status === 202) reference = (answer.json() as { reference: string }).reference;
    else if (answer.status === 404) reference = await tap();
  }
  assert.ok(reference, 'the signed application was taken');
  return reference;
}

for (const point of failpoints.filter((name) => name.startsWith('smp.'))) {
  test(`killed at ${point}: the application finishes by itself, and exactly one mdoc and one pair of certificates exist`, {
    skip,
  }, async () => {
    const signedBefore = (await rows('iaca.plan')).filter((row) => row['state'] === 'signed').length;
    const deathsBefore = smp.deaths();
    await smp.kill();
    await smp.start(`${point}=kill`);
    const reference = await applyThrough();
    const settled = await stack.hands.untilSettled(reference, { everyMs: 50, signal: AbortSignal.timeout(60_000) });
    assert.equal(settled.status, 'active');
    for (let wait = 0; wait < 100 && smp.deaths() === deathsBefore; wait++) await sleep(50);
    assert.equal(smp.deaths(), deathsBefore + 1, 'the drill killed the SMP exactly once');

    const signed = (await rows('iaca.plan')).filter((row) => row['state'] === 'signed').length;
    assert.equal(signed, signedBefore + 1, 'exactly one mdoc was signed for this application');
    const standing = (await rows('jpki.certificate')).filter(
      (row) => row['device'] === 'phone' && row['reason'] === null,
    );
    assert.deepEqual(
      standing.map(({ ca, fingerprint }) => [ca, fingerprint !== null]).sort(),
      [
        ['auth', true],
        ['sign', true],
      ],
      'the phone holds one certificate of each kind, and those before have ended',
    );
    const report = await fsck({ db: stack.store.database<Tables>(), clock: systemClock });
    assert.equal(report.result, 'passed', JSON.stringify(report.checks.filter(({ result }) => result === 'failed')));
  });
}
