import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '@tegata/clock';
import { silentLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { noTap } from '@tegata/tap';
import { openDataFolder } from '../cli/src/data-folder.ts';
import { startStack } from '../cli/src/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'tegata-data-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const start = (path: string) =>
  startStack({
    data: openDataFolder(path, systemRandom, {}),
    clock: systemClock,
    random: systemRandom,
    logs: () => silentLog,
    tap: noTap,
  });

test('with --data the card is on the phone after a restart, and the shop still believes it', async () => {
  const path = join(folder, 'a');
  const first = await start(path);
  const { reference } = await first.hands.apply({ persona: 'adult', ...first.demo });
  await first.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(30_000) });
  // One wrong PIN: the card's counter must survive too.
  await assert.rejects(first.hands.apply({ persona: 'turns-20-today', ...first.demo, pin: '9999' }), {
    code: 'wrong-pin',
  });
  await first.close();

  const second = await start(path);
  try {
    assert.equal((await second.hands.status(reference)).status, 'active');
    const { qr } = await second.hands.engage({ consent: 'allow', phonePin: second.demo.phonePin });
    assert.equal((await second.hands.askAge(qr)).verdict, 'green');
    await assert.rejects(
      second.hands.apply({ persona: 'turns-20-today', ...second.demo, pin: '9999' }),
      (error: { problem?: { triesLeft?: number } }) => error.problem?.triesLeft === 1,
    );
    // A new application on the old authorities: keys, certificates and wrapping keys all fit.
    const again = await second.hands.apply({ persona: 'adult', ...second.demo });
    const settled = await second.hands.untilSettled(again.reference, {
      everyMs: 25,
      signal: AbortSignal.timeout(30_000),
    });
    assert.equal(settled.status, 'active');
    assert.notEqual(again.reference, reference);
  } finally {
    await second.close();
  }

  assert.deepEqual(readdirSync(join(path, 'trust')).sort(), [
    'iaca.pem',
    'jpki-auth.pem',
    'jpki-sign.pem',
    'wallet-provider.pem',
  ]);
  for (const secret of ['secrets.json', 'keys.json'])
    assert.equal(statSync(join(path, secret)).mode & 0o077, 0, secret);
  assert.ok(!existsSync(join(path, 'tegata.lock')), 'the lock is released');
});

test('rows sealed under another wrapping key refuse to start, and say so', async () => {
  const path = join(folder, 'b');
  const first = await start(path);
  await first.close();
  rmSync(join(path, 'secrets.json'));
  rmSync(join(path, 'keys.json'));
  await assert.rejects(start(path), { code: 'wrapping-key-differs' });
});
