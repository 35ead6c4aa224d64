// The terminal's side is written here from card.md §12 alone.
import assert from 'node:assert/strict';
import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt } from 'node:crypto';
import { test } from 'node:test';
import { ascii, hex, hexOf, keys, long, SELECT, talk } from './chip-for-tests.ts';

const PIN = `00200091 04 ${ascii('5678')}`;
const seed = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
const aes = seed.subarray(0, 16);
const delivered = (message: Uint8Array) =>
  publicEncrypt(
    { key: createPublicKey(keys.session), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    message,
  ).toString('hex');
const SET_KEY = '80AE0000 000100';
const delivery = () => `${SET_KEY} ${delivered(Buffer.concat([hex('A0228020'), seed]))}`;

function ivOf(n: number): Buffer {
  const block = Buffer.alloc(16);
  block.writeUIntBE(n, 10, 6);
  const zero = Buffer.alloc(16);
  return createCipheriv('aes-128-cbc', aes, zero).setAutoPadding(false).update(block);
}

/** `86 <len> 01 ‖ ciphertext` of the bytes, for command number `n`. */
function sealed(n: number, plain: string): string {
  const bytes = hex(plain);
  const padded = Buffer.alloc((Math.floor(bytes.length / 16) + 1) * 16);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const ct = createCipheriv('aes-128-cbc', aes, ivOf(n)).setAutoPadding(false).update(padded).toString('hex');
  return `86${(1 + padded.length).toString(16)}01${ct}`;
}

function opened(n: number, object: Uint8Array): string {
  const header = object[1]! < 0x80 ? 2 : object[1]! - 0x80 + 2;
  assert.deepEqual([object[0], object[header]], [0x86, 0x01]);
  const length = Number(`0x${hexOf(object.subarray(header > 2 ? 2 : 1, header))}`);
  assert.equal(length, object.length - header);
  const plain = createDecipheriv('aes-128-cbc', aes, ivOf(n))
    .setAutoPadding(false)
    .update(object.subarray(header + 1));
  return hexOf(plain).replace(/80(00)*$/, '');
}

const lc = (object: string) => (object.length / 2).toString(16).padStart(2, '0');
const verify = (n: number, p2: string, value: string) => {
  const object = sealed(n, ascii(value));
  return `082000${p2} ${lc(object)} ${object}`;
};
const select = (n: number, id: string) => {
  const object = sealed(n, id);
  return `08A4020C ${lc(object)} ${object}`;
};
const readAll = '08B00000 000005 9603000000 0000';

function session() {
  const { chip, send } = talk();
  assert.equal(send(SELECT.text, PIN, delivery()).sw, '9000');
  return { chip, send };
}

test('a file comes whole and encrypted, filler included; the counter goes with each secure command', () => {
  const { send } = session();
  assert.equal(send(select(1, '0001')).sw, '9000');
  const { sw, data } = send(readAll);
  assert.equal(sw, '9000');
  assert.equal(opened(2, data), hexOf(long));
  assert.equal(hexOf(data.subarray(0, 5)), '8682026101');
  const part = send('08B0000A 05 9603000020 00');
  assert.equal(opened(3, part.data), hexOf(long.slice(10, 42)));
  const bySfi = send('08B08805 05 9603000020 00');
  assert.equal(bySfi.sw, '6B00');
  assert.equal(opened(5, send('08B08800 05 9603000003 00').data), 'AABBCC');
});

test('code A is presented encrypted; a wrong value costs a try and a number as in clear', () => {
  const { send } = session();
  assert.equal(send(verify(1, '94', '900000000011')).sw, '63C9');
  assert.equal(send(verify(2, '94', '900000000010')).sw, '9000');
  assert.equal(send('00200094').sw, '63CA');
  assert.equal(send(verify(3, '92', '1')).sw, '6984');
  assert.equal(send(verify(4, '94', '900000000010')).sw, '9000');
});

test('plain commands in between do not count', () => {
  const { send } = session();
  assert.equal(send(select(1, '0004')).sw, '9000');
  assert.equal(send('00B00000 10', '00A4020C020008', '00840000 08').sw, '9000');
  assert.equal(opened(2, send('08B00000 05 9603000003 00').data), 'AABBCC');
});

test('a wrong counter is 6988, ends the session, and from then on it is 69FC; the PIN stays verified', () => {
  const { send } = session();
  assert.equal(send(select(2, '0001')).sw, '6988');
  assert.equal(send(select(1, '0001')).sw, '6882');
  assert.equal(send(verify(1, '94', '900000000010')).sw, '69FC');
  assert.equal(send(readAll).sw, '69FC');
  assert.equal(send('00B08100 00').sw, '9000');
  assert.equal(send(delivery(), select(1, '0001')).sw, '9000');
});

test('exactly one data object with the right tag, else 6988: swapped, doubled, another indicator, cut short', () => {
  const object = sealed(1, ascii('900000000010'));
  const wrong = [
    `08200094 05 9603000000`,
    `08200094 ${lc(object + object)} ${object}${object}`,
    `08200094 ${lc(object)} ${object.replace('861101', '861102')}`,
    `08200094 ${lc(object)} ${object.replace('86', '87')}`,
    `08200094 12 ${object.slice(0, -2)}`,
    `08200094 03 860101`,
    `08200094 02 8600`,
    `08200094 01 86`,
    `08200094 02 8680`,
    `08200094 04 86830000`,
    `08B08400 ${lc(object)} ${object} 00`,
    '08B08400 04 96020000 00',
    '08B08400 05 9603010000 00',
    '08B08400 0A 96030000109603000010 00',
  ];
  for (const command of wrong) {
    const { send } = session();
    assert.equal(send(command).sw, '6988', command);
    assert.equal(send(readAll).sw, '69FC', command);
    assert.equal(send('00200094').sw, '63CA', command);
  }
});

test('the length of the object may be in the long forms', () => {
  const object = sealed(1, ascii('900000000010'));
  assert.equal(session().send(`08200094 14 868111${object.slice(4)}`).sw, '9000');
  assert.equal(session().send(`08200094 15 86820011${object.slice(4)}`).sw, '9000');
});

test('without an object it is 6987, as is the class with a checksum, and the session goes on', () => {
  const { send } = session();
  assert.equal(send('08200094').sw, '6987');
  assert.equal(send('08B00000 00').sw, '6987');
  assert.equal(send('0CB00000 05 9603000000 00').sw, '6987');
  assert.equal(send(select(1, '0001')).sw, '9000');
});

test('an answer that does not fit the Le of the command is 6700', () => {
  const { send } = session();
  assert.equal(send(select(1, '0004')).sw, '9000');
  assert.equal(send('08B00000 05 9603000000 00').sw, '6700');
  assert.equal(send('08B00000 05 9603000010').sw, '6700');
  assert.equal(opened(4, send('08B00000 05 9603000010 00').data).length, 32);
});

test('selecting an application or a reset ends the session', () => {
  const { chip, send } = session();
  assert.equal(send(SELECT.text, readAll).sw, '69FC');
  assert.equal(send(PIN, delivery(), select(1, '0001')).sw, '9000');
  chip.reset();
  assert.equal(send(SELECT.text, readAll).sw, '69FC');
});

test('SET SESSION KEY needs the PIN in clear: code A does not suffice', () => {
  const { send } = talk();
  assert.equal(send(SELECT.text, delivery()).sw, '6982');
  assert.equal(send(`00200094 0C ${ascii('900000000010')}`, delivery()).sw, '6982');
  assert.equal(send(PIN, delivery()).sw, '9000');
});

test('another structure is 6A80, a key for checksums too; a number that is not below the modulus is 6F00', () => {
  const { send } = talk();
  send(SELECT.text, PIN);
  const structures = ['A0228120', 'A0228021', 'A1228020'];
  for (const header of structures) {
    assert.equal(send(`${SET_KEY} ${delivered(Buffer.concat([hex(header), seed]))}`).sw, '6A80', header);
  }
  assert.equal(send(`${SET_KEY} ${delivered(Buffer.concat([hex('A0228020'), seed, seed]))}`).sw, '6A80');
  assert.equal(send(`${SET_KEY} ${'00'.repeat(255)}02`).sw, '6A80');
  assert.equal(send(`${SET_KEY} ${'FF'.repeat(256)}`).sw, '6F00');
  assert.equal(send(`80AE0001 000100 ${'00'.repeat(256)}`).sw, '6A86');
  assert.equal(send('80AE0000 10 00000000000000000000000000000000').sw, '6700');
  assert.equal(send(`80AE0000 0000FF ${'00'.repeat(255)}`).sw, '6700');
});

test('elsewhere SET SESSION KEY is 66F1 (common, surface AP) or 6982 (JPKI, resident AP), whatever is sent', () => {
  const { send } = talk();
  const answers = (['common', 'surface', 'jpki', 'resident'] as const).map((name) => [
    send(SELECT[name], delivery()).sw,
    send('80AE0000').sw,
  ]);
  assert.deepEqual(answers, [
    ['66F1', '66F1'],
    ['66F1', '66F1'],
    ['6982', '6982'],
    ['6982', '6982'],
  ]);
});

test('outside a session SELECT is 6882, READ BINARY and VERIFY 69FC, with both classes and in every application', () => {
  for (const name of ['jpki', 'text', 'surface', 'common', 'resident', 'isd'] as const) {
    const { send } = talk();
    send(SELECT[name]);
    for (const cla of ['08', '0C']) {
      assert.equal(send(`${cla}A4020C 02 0001`).sw, '6882');
      assert.equal(send(`${cla}B00000 00`).sw, '69FC');
      assert.equal(send(`${cla}200091`).sw, '69FC');
    }
  }
});

test('other instructions have no secure messaging: 6882, in a session too, which goes on', () => {
  const { send } = session();
  assert.deepEqual(
    ['08840000 08', '882A0000 01 00 00', '0CCA00F000', '04B00000 00'].map((command) => send(command).sw),
    ['6882', '6882', '6882', '6882'],
  );
  assert.equal(send(select(1, '0001')).sw, '9000');
});
