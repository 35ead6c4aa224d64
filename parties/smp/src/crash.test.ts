import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CvcAnchor } from '@tegata/card-files';
import { type Failpoint, failpoints } from '@tegata/failpoints';
import { HttpError, type PeerAnswer } from '@tegata/http';
import { certificateToPem } from '@tegata/x509';
import { makePerson, makePhone, START, trust } from './person-for-tests.ts';
import type { ApplicationRow } from './schema.ts';
import { freshDatabase, makeWorld, type Session, type World } from './world-for-tests.ts';

const POSTGRES = process.env['TEGATA_POSTGRES'];
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const pems = (certificates: readonly Uint8Array[]) => certificates.map(certificateToPem).join('');
const anchors = (list: readonly CvcAnchor[]) =>
  list.map(({ keyId, publicKey }) => ({
    keyId: Buffer.from(keyId).toString('hex'),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
  }));

describe('the SMP as a process, killed', { skip: POSTGRES ? false : 'set TEGATA_POSTGRES to a URL' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tegata-smp-'));
  const path = join(folder, 'smp.json');
  let world: World;
  let child: ChildProcess | undefined;
  let file: Record<string, unknown> = {};
  let launches = 0;

  /** Starts the process; it dies at `point`. */
  async function launch(point?: Failpoint, entry = 'process-for-tests.ts'): Promise<string> {
    launches += 1;
    writeFileSync(path, JSON.stringify(file));
    child = spawn(process.execPath, [here(entry), path, world.clock.now().toISOString()], {
      env: { ...process.env, TEGATA_FAILPOINTS: point ? `${point}=kill` : '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return line.toString().trim();
  }
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const { exitCode, signalCode } = child!;
    if (exitCode !== null || signalCode !== null) return exitCode;
    child!.kill(signal);
    return ((await once(child!, 'exit')) as [number | null])[0];
  }
  /** What every caller does: once more, the same, until there is an answer. */
  async function persistently(call: () => Promise<PeerAnswer>): Promise<PeerAnswer> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof HttpError) || tries > 100) throw error;
        if (child!.exitCode !== null || child!.signalCode !== null) await launch();
        await sleep(50);
      }
    }
  }
  async function reaches(
    reference: string,
    state: string,
    and: (row: ApplicationRow) => boolean = () => true,
  ): Promise<void> {
    for (let look = 0; look < 400; look += 1) {
      const row = await world.rowOf(reference);
      if (row.state === state && and(row)) return;
      if (child!.exitCode !== null || child!.signalCode !== null) await launch();
      await sleep(50);
    }
    throw new Error(`did not become ${state}, but is ${(await world.rowOf(reference)).state}`);
  }

  before(async () => {
    const store = await freshDatabase();
    world = await makeWorld({ store });
    const begin = performance.now();
    // Its hand moves by itself here: a killed process cannot be told the time.
    setInterval(() => world.clock.set(new Date(START.getTime() + performance.now() - begin)), 5).unref();
    file = {
      db: store.url,
      port: Number(new URL(world.smp.url).port),
      kek: Buffer.from(world.config.kek).toString('base64'),
      personKey: Buffer.from(world.config.personKey).toString('base64'),
      jpki: world.config.jpki,
      iaca: world.config.iaca,
      walletProvider: world.config.walletProvider,
      operatorSecret: world.config.operatorSecret,
      trust: {
        jpkiSign: pems(trust.jpkiSign),
        jpkiAuth: pems(trust.jpkiAuth),
        walletProvider: pems(trust.walletProvider),
        textCvc: anchors(trust.textCvc),
        surfaceCvc: anchors(trust.surfaceCvc),
      },
      timing: { lease: 1, sweep: 0.2, firstRetry: 0.2 },
    };
    await world.smp.close();
  });
  after(async () => {
    await end('SIGKILL');
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const point of failpoints.filter((name) => name.startsWith('smp.'))) {
    test(`kill -9 at ${point}: nothing is lost, nothing is made twice, and nobody has to do anything again`, async () => {
      launches = 0;
      await launch(point);
      const [person, phone] = [await makePerson(), await makePhone()];
      const session = (await persistently(() => world.openSessionAnswer(phone))).json() as Session;
      const signed = await world.sign(person, phone, session, { wants: 'card-and-certificates' });
      const answer = await persistently(() => world.send(phone, session.session, signed));
      assert.equal(answer.status, 202);
      const { reference } = answer.json() as { reference: string };
      await reaches(reference, 'offered');
      const { id, fetched, stored } = await world.receive(phone, reference);
      assert.equal((await persistently(() => world.receipt(id, fetched))).status, 204);
      assert.equal((await persistently(() => world.receipt(id, stored))).status, 204);
      await reaches(reference, 'active', (row) => !row.issuer_data_due);
      assert.equal((await persistently(() => world.hotline(reference, 'suspensions'))).status, 200);
      await reaches(reference, 'suspended', (row) => row.jpki_due === null);
      assert.equal(launches, 2, 'it died once, at this point, and was started once more');
      await end('SIGKILL');

      const row = await world.rowOf(reference);
      const mine = world.db.selectFrom('smp.application').select('id').where('person', '=', row.person);
      assert.equal((await mine.execute()).length, 1);
      assert.deepEqual([world.iaca.issuances.get(row.id)?.plans, world.iaca.issuances.get(row.id)?.signatures], [1, 1]);
      const { issued, told } = world.jpki.state;
      assert.equal([...issued.keys()].filter((request) => request.startsWith(row.id)).length, 2);
      const requests = told.filter(({ body }) => (body['of'] as { phone: string }).phone === row.id);
      assert.equal(new Set(requests.map(({ body }) => body['request'])).size, 1, 'told under one id');
      const { checks } = await world.smp.fsck();
      assert.deepEqual(
        checks.filter((check) => check.result === 'failed'),
        [],
      );
    });
  }

  test('as main.ts it prints its address, answers /healthz, and ends in order on SIGTERM', async () => {
    const { url } = JSON.parse(await launch(undefined, 'main.ts')) as { url: string };
    assert.equal(url, world.smp.url);
    assert.equal((await world.call.request('GET', '/healthz')).status, 200);
    assert.equal(await end('SIGTERM'), 0);
  });
});
