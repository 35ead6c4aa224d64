import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@tegata/store/test-server';
import pg from 'pg';

const cli = fileURLToPath(new URL('../cli/tegata.js', import.meta.url));

interface Line {
  step: number;
  name: string;
  ms: number | null;
  ok: boolean;
  detail: Record<string, unknown>;
}

/** Runs `tegata journey --json` as a program would. */
function journey(...args: string[]): Promise<{ code: number; lines: Line[]; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'journey', '--json', ...args], { timeout: 120_000 }, (error, stdout, stderr) => {
      const lines = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line);
      resolve({ code: error ? Number(error.code ?? 99) : 0, lines, stderr });
    });
  });
}

const steps = (lines: Line[]) => lines.map(({ step, ok }) => [step, ok]);
const allPassed = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((step) => [step, true]);

for (const persona of ['adult', 'turns-20-today', 'foreign-resident', 'substitute-name']) {
  test(`${persona}: the card becomes an mdoc on the phone, and the phone proves the age`, async () => {
    const { code, lines, stderr } = await journey('--persona', persona);
    assert.deepEqual(steps(lines), allPassed, stderr);
    assert.equal(code, 0);
    assert.ok(lines.every(({ ms, name }) => typeof ms === 'number' && /^[a-z-]+$/.test(name)));
    assert.equal(lines[6]?.detail['certificates'], 2, 'the phone’s two certificates come in the same delivery');
  });
}

test('turns-20-tomorrow: the card is issued, and the shop’s light is red', async () => {
  const { code, lines } = await journey('--persona', 'turns-20-tomorrow');
  assert.deepEqual(steps(lines), [...allPassed.slice(0, 8), [9, false]]);
  assert.equal(lines.at(-1)?.detail['code'], 'under-age');
  assert.equal(code, 1);
});

for (const [persona, step, refusal] of [
  ['under-15', 1, 'no-signature-certificate'],
  ['pin-locked', 1, 'pin-locked'],
  ['revoked', 4, 'certificate-revoked'],
] as const) {
  test(`${persona}: refused at step ${step} with ${refusal}`, async () => {
    const { code, lines, stderr } = await journey('--persona', persona);
    const last = lines.at(-1);
    assert.deepEqual([last?.step, last?.ok, last?.detail['code']], [step, false, refusal], stderr);
    assert.ok(lines.slice(0, -1).every(({ ok }) => ok));
    assert.equal(code, 1);
  });
}

test('a persona that does not exist is a mistake in the arguments', async () => {
  const { code, lines, stderr } = await journey('--persona', 'nobody');
  assert.equal(code, 2);
  assert.deepEqual(lines, []);
  assert.match(stderr, /no persona "nobody"/);
});

test('on PostgreSQL the same journey leaves no database behind', async (t) => {
  // A server of its own: on the one that all tests use, others make and drop databases at the same time.
  const server = process.env['TEGATA_POSTGRES'] ? await startPostgres() : undefined;
  if (!server) return t.skip('no PostgreSQL at hand (Debian package: postgresql)');
  const databases = async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database order by 1');
    await client.end();
    return rows;
  };
  try {
    const before = await databases();
    const { code, lines, stderr } = await journey('--db', server.url);
    assert.deepEqual(steps(lines), allPassed, stderr);
    assert.equal(code, 0);
    assert.deepEqual(await databases(), before);
  } finally {
    await server.stop();
  }
});
