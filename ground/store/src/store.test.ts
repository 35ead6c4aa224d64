import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inTransaction, openStore, type Store } from './index.ts';

const migrations = [{ name: '1', sql: 'create table trial.note (id int primary key, text text not null)' }];
interface Tables {
  'trial.note': { id: number; text: string };
}

const folder = mkdtempSync(join(tmpdir(), 'tegata-store-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function closing(store: Store, body: (store: Store) => Promise<void>) {
  try {
    await body(store);
  } finally {
    await store.close();
  }
}

test('a schema is brought up to date once, and a changed step is refused', () =>
  openStore({}).then((store) =>
    closing(store, async () => {
      await store.migrate('trial', migrations);
      await store.migrate('trial', migrations);
      await store.database<Tables>().insertInto('trial.note').values({ id: 1, text: 'a' }).execute();
      await assert.rejects(store.migrate('trial', [{ name: '1', sql: 'select 1' }]), { code: 'migration-differs' });
    }),
  ));

test('a job enqueued in a transaction that rolls back does not exist', () =>
  openStore({}).then((store) =>
    closing(store, async () => {
      await store.migrate('trial', migrations);
      const boss = await store.jobs('trial_jobs', () => {});
      await boss.createQueue('wake', { notify: true });
      const db = store.database<Tables>();
      await assert.rejects(
        db.transaction().execute(async (tx) => {
          await boss.send('wake', { id: 'x' }, inTransaction(tx as never));
          throw new Error('stop');
        }),
        /stop/,
      );
      assert.equal((await boss.fetch('wake')).length, 0);
      await db.transaction().execute(async (tx) => {
        await boss.send('wake', { id: 'y' }, inTransaction(tx as never));
      });
      assert.deepEqual(
        (await boss.fetch('wake')).map((job) => job.data),
        [{ id: 'y' }],
      );
    }),
  ));

test('rows in a folder outlive the process’s store, and a second one is refused the folder', async () => {
  const dir = join(folder, 'a');
  await closing(await openStore({ folder: dir }), async (store) => {
    await store.migrate('trial', migrations);
    await store.database<Tables>().insertInto('trial.note').values({ id: 1, text: 'kept' }).execute();
    await assert.rejects(openStore({ folder: dir }), { code: 'store-in-use' });
  });
  await closing(await openStore({ folder: dir }), async (store) => {
    const rows = await store.database<Tables>().selectFrom('trial.note').selectAll().execute();
    assert.deepEqual(rows, [{ id: 1, text: 'kept' }]);
  });
});

test('a lock left by a process that is gone does not stop anybody', async () => {
  const dir = join(folder, 'b');
  mkdirSync(dir);
  writeFileSync(join(dir, 'tegata.lock'), '999999999');
  await closing(await openStore({ folder: dir }), async () => {});
});

test('a server that does not answer is named as unreachable', async () => {
  await assert.rejects(openStore({ url: 'postgres://nobody@127.0.0.1:1/none' }), { code: 'store-unreachable' });
});
