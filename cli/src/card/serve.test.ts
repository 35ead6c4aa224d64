import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type CardReader, listenForCard } from '@tegata/apdu';
import { cardStatus } from '@tegata/applicant-app';
import { CARD_ATR } from '@tegata/card';
import { testIo } from './io-for-tests.ts';
import { serveCommand } from './serve.ts';

const cli = fileURLToPath(new URL('../../tegata.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'card-serve-'));
const data = join(folder, 'data');
let reader: CardReader;
before(async () => {
  reader = await listenForCard();
});
after(async () => {
  await reader.close();
  rmSync(folder, { recursive: true });
});

/** Standard input that a test writes to. */
function keyboard() {
  const typed: string[] = [];
  let wake = () => {};
  return {
    type(line: string) {
      typed.push(`${line}\n`);
      wake();
    },
    async *lines(): AsyncGenerator<Uint8Array> {
      for (;;) {
        const next = typed.shift();
        if (next !== undefined) yield Buffer.from(next);
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}

const until = async (holds: () => boolean) => {
  while (!holds()) await setImmediate();
};

describe('tegata card serve', () => {
  it('holds a card to a virtual reader, takes it out and puts it in as the keyboard says, and ends at quit', async () => {
    const keys = keyboard();
    const io = testIo({ lines: keys.lines() });
    const args = ['--vpcd', `127.0.0.1:${reader.address.port}`, '--persona', 'adult', '--data', data, '--json'];
    const ended = serveCommand(args, io);
    const card = await reader.waitForCard({ timeoutMs: 20_000 });
    assert.deepEqual([...card.atr], [...CARD_ATR]);
    assert.equal((await cardStatus(card)).profile, 'card');
    await card.close();
    keys.type('remove');
    await until(() => !reader.present);
    keys.type('insert');
    await (await reader.waitForCard({ timeoutMs: 5000 })).close();
    keys.type('nonsense');
    keys.type('quit');
    assert.equal(await ended, 0);
    assert.match(io.err, /insert, remove, status or quit/);
    const states = io.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { state: string }).state);
    assert.deepEqual(states, ['in-reader', 'out', 'in-reader', 'out']);
  });

  it('begins outside the reader when told, shows a phone, and ends when the program is told to end', async () => {
    const keys = keyboard();
    const io = testIo({ lines: keys.lines() });
    const port = String(reader.address.port);
    await until(() => !reader.present);
    const ended = serveCommand(
      ['--vpcd', port, '--persona', 'adult', '--profile', 'android', '--data', data, '--out'],
      io,
    );
    await assert.rejects(reader.waitForCard({ timeoutMs: 50 }), { code: 'no-card' });
    keys.type('insert');
    const card = await reader.waitForCard({ timeoutMs: 20_000 });
    assert.equal((await cardStatus(card)).profile, 'android');
    io.interrupt();
    assert.equal(await ended, 0);
    await until(() => !reader.present);
  });

  it('makes trouble on the wish of whoever tests a reader: answers in pieces, and a card that leaves', async () => {
    const keys = keyboard();
    const io = testIo({ lines: keys.lines() });
    await until(() => !reader.present);
    const card = ['--vpcd', String(reader.address.port), '--persona', 'adult', '--data', data];
    const ended = serveCommand([...card, '--pieces', '20', '--slow', '1', '--pulled-after', '40'], io);
    for (let holding = 0; holding < 2; holding++) {
      const session = await reader.waitForCard({ timeoutMs: 20_000 });
      let shortest = 256;
      const counted = {
        async transmit(command: Uint8Array) {
          const answer = await session.transmit(command);
          if (answer.at(-2) === 0x61) shortest = Math.min(shortest, answer.length);
          return answer;
        },
        close: () => session.close(),
      };
      await assert.rejects(cardStatus(counted), { code: 'card-removed' });
      assert.equal(shortest, 22);
    }
    keys.type('quit');
    assert.equal(await ended, 0);
  });

  for (const input of ['ignore', 'pipe'] as const)
    it(`ends cleanly at SIGINT, its input ${input === 'pipe' ? 'open' : 'closed'}`, async () => {
      await until(() => !reader.present);
      const args = ['card', 'serve', '--vpcd', String(reader.address.port), '--persona', 'adult', '--data', data];
      const child = spawn(process.execPath, [cli, ...args], { stdio: [input, 'pipe', 'pipe'] });
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      const exit = once(child, 'exit');
      await (await reader.waitForCard({ timeoutMs: 30_000 })).close();
      child.kill('SIGINT');
      assert.deepEqual(await exit, [0, null]);
      assert.equal(said, 'The card is in the reader.\nThe card is out of the reader.\n');
    });

  it('names what is missing: exit 2', async () => {
    for (const args of [
      ['--persona', 'adult'],
      ['--vpcd', '127.0.0.1:0', '--persona', 'adult'],
      ['--vpcd', '127.0.0.1:99999', '--persona', 'adult'],
      ['--vpcd', '35963'],
      ['--vpcd', '35963', '--persona', 'adult', '--profile', 'windows'],
      ['--vpcd', '35963', '--persona', 'adult', '--slow', 'very'],
    ]) {
      assert.equal(await serveCommand(args, testIo()), 2, args.join(' '));
    }
  });
});
