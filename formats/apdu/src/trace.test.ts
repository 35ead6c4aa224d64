import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApduError } from './error.ts';
import { limitTransport } from './limit-transport.ts';
import { replayTrace } from './replay.ts';
import { recordTrace } from './trace.ts';
import type { Transport } from './transport.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');
const TEXT = '00A4040C0A D3921000310001010408';
const SURFACE = '00A4040C0A D3921000310001010402';
const JPKI = '00A4040C0A D392F000260100000001';
const NUMBER = '537686677188';

/** A card that answers in turn; `undefined` = it has left. */
function scripted(...answers: (string | undefined)[]): Transport {
  let next = 0;
  return {
    async transmit() {
      const answer = answers[next++];
      if (answer === undefined) throw new ApduError('card-removed', 'gone');
      return hex(answer);
    },
    async close() {},
  };
}

async function recorded(pairs: readonly (readonly [string, string | undefined])[], unmask = false): Promise<string> {
  const lines: string[] = [];
  const card = recordTrace(scripted(...pairs.map(([, answer]) => answer)), {
    write: (line) => lines.push(line),
    unmask,
  });
  for (const [command, answer] of pairs) {
    const sent = card.transmit(hex(command));
    if (answer === undefined) await assert.rejects(sent, { code: 'card-removed' });
    else await sent;
  }
  await card.close();
  return `${lines.join('\n')}\n`;
}

const CONVERSATION: readonly (readonly [string, string | undefined])[] = [
  [TEXT, '9000'],
  [`0020009104 ${ascii('1234')}`, '9000'],
  ['00B0810000', `FF100C ${ascii(NUMBER)} FFFF 9000`],
  ['00B0830000', `FF3002 AABB 9000`],
  ['00B0820000', `FF2003 DF2501 31 9000`],
  [SURFACE, '9000'],
  [`002000930C ${ascii(NUMBER)}`, '9000'],
  ['00A4020C020005', '9000'],
  ['00B0000000', 'FF40 AA 6110'],
  ['00C0000010', 'BB 9000'],
  [JPKI, '9000'],
  [`0020009B07 ${ascii('TEGATA1')}`, '63C4'],
  [`0024018007 ${ascii('NEWPASS')}`, '9000'],
  ['00B0860000', `${ascii(`no ${NUMBER} here`)} 170D ${ascii('261124120000Z')} 9000`],
];

describe('recording', () => {
  it('hides PINs, passwords, check codes, the My Number, what gives it away, and twelve digits in a row', async () => {
    const text = await recorded(CONVERSATION);
    for (const secret of ['1234', NUMBER, 'TEGATA1', 'NEWPASS']) {
      assert.ok(!text.includes(ascii(secret).toUpperCase()), 'a secret is in the trace');
    }
    const lines = text.split('\n');
    assert.equal(lines[0], '# tegata apdu trace 1: masked');
    assert.ok(lines.includes('> 00200091042A2A2A2A'));
    assert.ok(lines.includes(`< ${'2A'.repeat(17)}9000`), 'text EF 0001');
    assert.ok(lines.includes(`< ${'2A'.repeat(5)}9000`), 'text EF 0003 with the digest of the number');
    assert.ok(lines.includes('< FF2003DF2501319000'), 'text EF 0002');
    assert.ok(lines.includes('< 2A2A2A6110'), 'surface EF 0005');
    assert.ok(lines.includes('< 2A9000'), 'the rest of it');
    assert.ok(text.includes(`170D${ascii('261124120000Z').toUpperCase()}`), 'the date of a certificate stays');
  });

  it('hides the files of an application that it does not know, and those of one whose selection failed', async () => {
    const text = await recorded([
      [TEXT, '9000'],
      ['00A4040C03 010203', '9000'],
      ['00B0810000', 'AABB9000'],
      [JPKI, '6A82'],
      ['00B0810000', 'AACC9000'],
      [JPKI, '9000'],
      ['00B0810000', 'AADD9000'],
    ]);
    assert.deepEqual(
      text.split('\n').filter((line) => /^< .{8}$/.test(line)),
      ['< 2A2A9000', '< 2A2A9000', '< AADD9000'],
    );
  });

  it('writes everything on the explicit wish only', async () => {
    const text = await recorded(CONVERSATION, true);
    assert.match(text, /^# tegata apdu trace 1: unmasked, holds PINs/);
    for (const secret of ['1234', NUMBER, 'TEGATA1']) assert.ok(text.includes(ascii(secret).toUpperCase()));
  });
});

describe('replaying', () => {
  it('gives the recorded answers to the recorded commands', async () => {
    const card = replayTrace(await recorded(CONVERSATION, true));
    assert.equal(card.left, CONVERSATION.length);
    for (const [command, answer] of CONVERSATION) {
      assert.deepEqual(await card.transmit(hex(command)), hex(answer as string));
    }
    assert.equal(card.left, 0);
    await assert.rejects(card.transmit(hex(TEXT)), {
      code: 'replay-differs',
      context: { index: 14, rule: 'the recording is over' },
    });
  });

  it('compares secrets as masked in a masked trace', async () => {
    const card = replayTrace(await recorded(CONVERSATION));
    for (const [command] of CONVERSATION) await card.transmit(hex(command));
    assert.equal(card.left, 0);
  });

  it('names the index of the first command that differs', async () => {
    const card = replayTrace(await recorded(CONVERSATION, true));
    await card.transmit(hex(TEXT));
    await assert.rejects(card.transmit(hex(`0020009104 ${ascii('9999')}`)), {
      code: 'replay-differs',
      context: { index: 1, rule: 'another command was recorded' },
    });
  });

  it('lets the card leave where it left', async () => {
    const card = replayTrace(
      await recorded([
        [TEXT, '9000'],
        [SURFACE, undefined],
      ]),
    );
    await card.transmit(hex(TEXT));
    await assert.rejects(card.transmit(hex(SURFACE)), { code: 'card-removed' });
    await assert.rejects(card.transmit(hex(TEXT)), { code: 'card-removed' });
  });

  it('refuses what is no trace, with the line', () => {
    for (const [text, line] of [
      ['', 1],
      ['# only a remark\n', 2],
      ['> 00A4\nnonsense\n', 2],
      ['> 00A4\n< 9\n', 2],
      ['< 9000\n', 1],
      ['> 00A4\n< 9000\n< 9000\n', 3],
    ] as const) {
      assert.throws(
        () => replayTrace(text),
        (error) => error instanceof ApduError && error.code === 'trace-malformed' && error.context['line'] === line,
        text,
      );
    }
  });
});

describe('a limited transport', () => {
  it('sends no command above its number, and takes no byte above its number', async () => {
    let sent = 0;
    const endless: Transport = {
      async transmit() {
        sent++;
        return new Uint8Array(100);
      },
      async close() {},
    };
    const few = limitTransport(endless, { maxCommands: 3 });
    for (let i = 0; i < 3; i++) await few.transmit(hex(TEXT));
    await assert.rejects(few.transmit(hex(TEXT)), { code: 'card-hostile', context: { maxCommands: 3 } });
    assert.equal(sent, 3);
    const narrow = limitTransport(endless, { maxBytes: 250 });
    await narrow.transmit(hex(TEXT));
    await narrow.transmit(hex(TEXT));
    await assert.rejects(narrow.transmit(hex(TEXT)), { code: 'card-hostile', context: { maxBytes: 250 } });
  });
});
