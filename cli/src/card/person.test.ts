import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { personAtTerminal } from './person.ts';

/** A terminal that remembers its mode and what was written to it. */
function terminal() {
  const modes: boolean[] = [];
  let shown = '';
  const put: number[] = [];
  const input = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (raw: boolean) => void modes.push(raw),
    resume() {},
    pause() {},
    unshift: (rest: Uint8Array) => void put.push(...rest),
  });
  const person = personAtTerminal(input, { write: (text: string) => (shown += text) });
  assert.ok(person);
  return {
    person,
    modes,
    put,
    type: (text: string) => input.emit('data', Buffer.from(text)),
    get shown() {
      return shown;
    },
  };
}

describe('asking for a secret', () => {
  it('shows nothing of what is typed, and gives the terminal back as it was', async () => {
    const at = terminal();
    const typed = at.person.hidden('PIN: ');
    assert.deepEqual(at.modes, [true]);
    for (const key of ['1', '2', '9', '\u007f', '3', '4', '\r']) at.type(key);
    assert.equal(await typed, '1234');
    assert.equal(at.shown, 'PIN: \n');
    assert.deepEqual(at.modes, [true, false]);
  });

  it('takes a line at a time from what was pasted, and starts anew at Ctrl-U', async () => {
    const at = terminal();
    const typed = at.person.hidden('PIN: ');
    at.type('99\u00151234\n5678\n');
    assert.equal(await typed, '1234');
    assert.equal(Buffer.from(at.put).toString(), '5678\n');
  });

  it('is ended by Ctrl-C and Ctrl-D, and the terminal is as it was', async () => {
    for (const key of ['\u0003', '\u0004']) {
      const at = terminal();
      const typed = at.person.hidden('PIN: ');
      at.type(`12${key}`);
      await assert.rejects(typed, { code: 'interrupted' });
      assert.deepEqual(at.modes, [true, false]);
    }
  });
});

describe('asking a question', () => {
  it('takes "yes" alone for yes, and shows what is typed', async () => {
    for (const [typed, expected] of [
      ['yes', true],
      ['YES ', true],
      ['y', false],
      ['', false],
      ['no', false],
    ] as const) {
      const at = terminal();
      const answer = at.person.yes('Go on? ');
      at.type(`${typed}\r`);
      assert.equal(await answer, expected);
      assert.equal(at.shown, `Go on? ${typed}\n`);
    }
  });
});

it('nobody sits at an input that is no terminal', () => {
  assert.equal(personAtTerminal(new EventEmitter() as never, { write() {} }), undefined);
});
