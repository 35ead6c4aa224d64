import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ascii, SELECT, talk } from './chip-for-tests.ts';
import { fileCounters, memoryCounters } from './counter-store.ts';
import { fileSecrets, memorySecrets } from './secret-store.ts';

const change = (value: string) => `00240180 ${hexByte(value.length)} ${ascii(value)}`;
const changeKey = (value: string) => `80320080 ${hexByte(value.length)} ${ascii(value)}`;
const verify = (value: string) => `00200080 ${hexByte(value.length)} ${ascii(value)}`;
const hexByte = (n: number) => n.toString(16).padStart(2, '0');

test('the new value counts from now on, the old one no longer, and the try counter stays full', () => {
  const { chip, send } = talk();
  assert.equal(send(SELECT.text, '00A4020C020011', verify('5678'), change('9999')).sw, '9000');
  assert.equal(send('00B08100 00').sw, '9000');
  chip.reset();
  assert.equal(send(SELECT.text, '00A4020C020011', verify('5678')).sw, '63C2');
  assert.equal(send(verify('9999')).sw, '9000');
  assert.equal(send('00200080').sw, '63C3');
});

test('it needs the VERIFY of the old value on that EF, since the application was selected', () => {
  const { send } = talk();
  assert.equal(send(SELECT.jpki, change('9999')).sw, '6986');
  assert.equal(send('00A4020C020018', change('9999')).sw, '6982');
  // The other secret does not open it.
  assert.equal(send(`0020009B 07 ${ascii('TEGATA1')}`, '00A4020C020018', change('9999')).sw, '6982');
  assert.equal(send(verify('1234'), SELECT.jpki, '00A4020C020018', change('9999')).sw, '6982');
  assert.equal(send(verify('0000'), change('9999')).sw, '6982');
  assert.equal(send(verify('1234'), change('9999')).sw, '9000');
});

test('a PIN has four digits, a password 6 to 16 upper-case letters and digits; the card sees to it', () => {
  const { send } = talk();
  send(SELECT.jpki, '00A4020C020018', verify('1234'));
  assert.deepEqual(
    ['123', '12345', '12a4', '１'].map((value) => send(change(value)).sw),
    ['6700', '6700', '6A80', '6700'],
  );
  assert.equal(send(change('')).sw, '6700');
  send('00A4020C02001B', verify('TEGATA1'));
  assert.deepEqual(
    ['ABC12', 'A'.repeat(17), 'abcdef', 'ABC-12', 'ABCDEF', 'ABCDEFGHIJKLMNOP'].map((value) => send(change(value)).sw),
    ['6700', '6700', '6A80', '6A80', '9000', '9000'],
  );
});

test('00 24 belongs to JPKI-AP and text AP, 80 32 to common AP and resident AP, and the two PINs there are two', () => {
  const { send } = talk();
  assert.equal(send(SELECT.jpki, '00A4020C020018', verify('1234'), changeKey('9999')).sw, '6D00');
  assert.equal(send(SELECT.common, '00A4020C02001C', verify('4321'), change('9999')).sw, '6D00');
  assert.equal(send(changeKey('9999')).sw, '9000');
  assert.equal(send(SELECT.resident, '00A4020C02001C', verify('9999')).sw, '63C2');
  assert.equal(send(verify('8765'), changeKey('7777'), verify('7777')).sw, '9000');
  assert.equal(send(SELECT.surface, '00A4020C020013', change('9999')).sw, '6D00');
  talk().chip.reset();
  assert.equal(talk().send(change('9999')).sw, '6D00');
});

test('other forms have their status words: P1, P2, Le, another kind of EF, a value that nobody may change, a blocked key', () => {
  const { send } = talk();
  send(SELECT.text, '00A4020C020011', verify('5678'));
  const four = `04 ${ascii('9999')}`;
  assert.equal(send(`00240080 ${four}`).sw, '6A86');
  assert.equal(send(`00240191 ${four}`).sw, '6A86');
  assert.equal(send(`00240180 ${four} 00`).sw, '6700');
  assert.equal(send(`00240180 0000 ${four}`).sw, '6700');
  assert.equal(send('00A4020C020004', change('9999')).sw, '6981');
  assert.equal(send('00A4020C020014', `00200080 0C ${ascii('900000000010')}`, change('9999')).sw, '6985');
  assert.equal(send('00A4020C020011', verify('0'), verify('0'), verify('0'), change('9999')).sw, '6984');
});

test('a changed value in a file outlives the chip, only its owner can read it, and a damaged file makes no card', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  try {
    const path = join(folder, 'card.secrets.json');
    const counters = join(folder, 'card.counters.json');
    const open = () => talk({ counters: fileCounters(counters), secrets: fileSecrets(path) });
    assert.equal(open().send(SELECT.text, '00A4020C020011', verify('5678'), change('9999')).sw, '9000');
    assert.equal(statSync(path).mode & 0o077, 0);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { 'text/0011': ascii('9999') });
    const { send } = open();
    assert.equal(send(SELECT.text, '00A4020C020011', verify('5678')).sw, '63C2');
    assert.equal(send(verify('9999')).sw, '9000');
    for (const damaged of ['{', '[]', 'null', '{"text/0011":1234}', '{"text/0011":""}', '{"text/0011":"3"}']) {
      writeFileSync(path, damaged);
      assert.throws(() => fileSecrets(path), { code: 'card-state-unreadable' });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('when the new value cannot be stored the answer is 6F00 and the old one stays', () => {
  const secrets = memorySecrets();
  const { send } = talk({
    counters: memoryCounters(),
    secrets: {
      read: secrets.read,
      write() {
        throw new Error('disk full');
      },
    },
  });
  assert.equal(send(SELECT.text, '00A4020C020011', verify('5678'), change('9999')).sw, '6F00');
  assert.equal(send(verify('5678')).sw, '9000');
});
