import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./chip-process-for-tests.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'power-'));
after(() => rmSync(folder, { recursive: true }));

const SELECT = '00A4040C0AD3921000310001010408';
const QUERY = '00200091';
const RIGHT = '002000910435363738';
const WRONG = '002000910430303030';

/** Sends the commands to a card in a process of its own, to the end or to its death. */
async function card(path: string, commands: readonly string[], failpoints?: string) {
  const { TEGATA_FAILPOINTS: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, path], {
    env: failpoints === undefined ? env : { ...env, TEGATA_FAILPOINTS: failpoints },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  // A process that was killed closes the pipe under our hands.
  child.stdin.on('error', () => {});
  child.stdin.end(`${commands.join('\n')}\n`);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, answers: output.split('\n').filter((line) => line !== '') };
}

test('killed between the stored counter and the comparison the try is spent, for the right PIN as for a wrong one', async () => {
  const path = join(folder, 'spent.json');
  const cut = 'chip.tries-stored=kill';
  assert.deepEqual(await card(path, [SELECT, WRONG], cut), { code: null, signal: 'SIGKILL', answers: ['9000'] });
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { 'text/0011': 2 });
  assert.equal((await card(path, [SELECT, RIGHT], cut)).signal, 'SIGKILL');
  assert.deepEqual((await card(path, [SELECT, QUERY])).answers, ['9000', '63c1']);
  assert.equal((await card(path, [SELECT, RIGHT], cut)).signal, 'SIGKILL');
  // No try is left, though no wrong value was ever compared three times.
  assert.deepEqual((await card(path, [SELECT, QUERY, RIGHT])).answers, ['9000', '63c0', '6984']);
  assert.deepEqual((await card(path, [SELECT, RIGHT, QUERY])).answers, ['9000', '6984', '63c0']);
});

test('a PIN that was locked by wrong values stays locked when the card is powered again', async () => {
  const path = join(folder, 'locked.json');
  const locking = await card(path, [SELECT, WRONG, WRONG, WRONG, WRONG]);
  assert.deepEqual(locking.answers, ['9000', '63c2', '63c1', '63c0', '6984']);
  assert.deepEqual((await card(path, [SELECT, RIGHT, QUERY])).answers, ['9000', '6984', '63c0']);
});
