import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { readJp2Header } from '@tegata/jpeg2000';
import { drawText } from './face-texts/draw-text.ts';
import { ADDRESS_IMAGE, NAME_IMAGE } from './face-texts/size.ts';
import { newPersona, type PersonaFiles } from './new-persona.ts';
import { openPersonaFolder } from './persona-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'new-persona-'));
after(() => rmSync(root, { recursive: true }));
const wanted = { seed: 'a seed', name: '見本　太郎', birthDate: '19900401' };
let files: PersonaFiles;
before(async () => {
  files = await newPersona(wanted);
});

test('the same seed and choices give the same bytes, another seed another person with other keys', async () => {
  assert.deepEqual(await newPersona(wanted), files);
  const other = await newPersona({ ...wanted, seed: 'another seed' });
  for (const name of ['persona.json', 'keys.json'] as const) assert.notDeepEqual(other[name], files[name]);
});

test('the files are a folder that opens, with six keys and pictures in the sizes of a card', () => {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, name), bytes);
  const persona = openPersonaFolder(root);
  assert.deepEqual([persona.name, persona.birth, persona.group], ['見本　太郎', { date: '19900401' }, 'own']);
  assert.match(persona.id, /^card-[0-9a-f]{8}$/);
  assert.match(persona.myNumber, /^9000[1-9]/);
  assert.equal(Object.keys(persona.keys()).length, 6);
  const { width, height, components } = readJp2Header(persona.image('portrait.jp2'));
  assert.deepEqual([width, height, components], [240, 320, 1]);
  assert.equal(persona.image('name.png').length > 50, true);
});

test('what is given is kept: id, kana, address, sex and PINs', async () => {
  const { 'persona.json': json } = await newPersona({
    ...wanted,
    id: 'taro',
    kana: 'ミホン　タロウ',
    address: '見本県手形市関所九丁目９－９',
    sex: '9',
    pins: { text: '0000', signature: null },
  });
  const data = JSON.parse(Buffer.from(json).toString()) as Record<string, unknown>;
  assert.deepEqual(
    [data['id'], data['kana'], data['address'], data['sex'], data['pins']],
    ['taro', 'ミホン　タロウ', '見本県手形市関所九丁目９－９', '9', { text: '0000', auth: '1234', signature: null }],
  );
});

test('what cannot be on a card is refused by its field', async () => {
  for (const [field, change] of [
    ['id', { id: '../up' }],
    ['birth.date', { birthDate: '19900431' }],
    ['name', { name: 'あ'.repeat(101) }],
    ['address', { address: '' }],
    ['pins.text', { pins: { text: '12a4' } }],
  ] as const) {
    await assert.rejects(newPersona({ ...wanted, ...change }), {
      code: 'persona-malformed',
      context: { file: 'persona.json', field },
    });
  }
  for (const seed of ['', 'x'.repeat(201)])
    await assert.rejects(newPersona({ ...wanted, seed }), { code: 'seed-unusable' });
});

/** Rows of a 1-bit PNG, `#` for black. */
function rowsOf(png: Uint8Array): string[] {
  const bytes = Buffer.from(png);
  const width = bytes.readUInt32BE(16);
  const data = inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)));
  const stride = 1 + Math.ceil(width / 8);
  return Array.from({ length: bytes.readUInt32BE(20) }, (_, y) =>
    Array.from({ length: width }, (_, x) => ((data[y * stride + 1 + (x >> 3)]! >> (7 - (x & 7))) & 1 ? ' ' : '#')).join(
      '',
    ),
  );
}

test('a text is drawn without a font: every character of it leaves its mark, and nothing leaves the strip', () => {
  for (const [text, size] of [
    ['見本　太郎', NAME_IMAGE],
    ['MIHONSAMPLE Alexandrina', NAME_IMAGE],
    ['あ'.repeat(200), ADDRESS_IMAGE],
    ['x'.repeat(100), NAME_IMAGE],
  ] as const) {
    const rows = rowsOf(drawText(text, size));
    assert.equal(rows.length, size.height);
    assert.ok(rows.every((row) => row.length === size.width && row[0] === ' ' && row.at(-1) === ' '));
    assert.ok(rows.some((row) => row.includes('#')));
    assert.ok(!rows[0]?.includes('#') && !rows.at(-1)?.includes('#'));
  }
});

test('a kanji that there is no drawing of is a geta, two bars with nothing between them', () => {
  const rows = rowsOf(drawText('漢', NAME_IMAGE)).map((row) => row.slice(0, 26));
  const black = rows.map((row) => row.includes('#'));
  const bars = black.filter((is, i) => is && !black[i - 1]).length;
  assert.equal(bars, 2);
  assert.notDeepEqual(drawText('見', NAME_IMAGE), drawText('漢', NAME_IMAGE));
  // Full-width letters are the letters that they look like, and a variation selector changes nothing here.
  assert.deepEqual(drawText('Ａ１－', NAME_IMAGE), drawText('A1-', NAME_IMAGE));
  assert.deepEqual(drawText('葛\u{e0100}', NAME_IMAGE), drawText('葛', NAME_IMAGE));
});
