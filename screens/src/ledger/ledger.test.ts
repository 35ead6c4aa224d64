import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteCount, hexRows } from './hex.ts';
import { tint } from './tint.ts';

test('bytes are laid out in rows with offset and printable characters', () => {
  const rows = hexRows(`00A404000A${'41'.repeat(14)}`, 16);
  assert.deepEqual(rows[0], {
    offset: '0000',
    groups: ['00 a4 04 00 0a 41 41 41', '41 41 41 41 41 41 41 41'],
    ascii: '.....AAAAAAAAAAA',
  });
  assert.deepEqual(rows[1], { offset: '0010', groups: ['41 41 41'], ascii: 'AAA' });
  assert.equal(byteCount('00 a4'), 2);
  assert.deepEqual(hexRows('', 16), []);
});

test('colouring never changes the text', () => {
  const text = '{\n  "docType": "org.iso.23220.1.jp.mnc", / hinted / 1: h\'a1ff\', -7: true # end\n}';
  const pieces = tint(text);
  assert.deepEqual(tint('42 8b d4 1e'), [{ text: '42 8b d4 1e', as: 'plain' }]);
  assert.equal(pieces.map((piece) => piece.text).join(''), text);
  assert.deepEqual(
    pieces.filter(({ as }) => as !== 'plain').map(({ as }) => as),
    ['string', 'string', 'comment', 'number', 'bytes', 'number', 'word', 'comment'],
  );
});
