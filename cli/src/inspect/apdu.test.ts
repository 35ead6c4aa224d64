import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeFrame } from '@tegata/apdu';
import { writeMyNumberFile } from '@tegata/card-files';
import { inspectInput } from './inspect-input.ts';
import { renderInspection } from './render.ts';

const NUMBER = '123456789018';
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const shown = (input: string | Uint8Array, unmask = false) => renderInspection(inspectInput(input, { unmask }));

const TRACE = `
# one tap
> 00 A4 04 0C 0A D3 92 10 00 31 00 01 01 04 08
< 90 00
> 00 20 00 91
< 63 C3
> 00 20 00 91 04 31 32 33 34
< 90 00
> 00 A4 02 0C 02 00 01
< 90 00
> 00 B0 00 00 05
< ${hexOf(writeMyNumberFile(NUMBER).subarray(0, 5))} 9000
> 00 B0 00 05 0C
< ${hexOf(writeMyNumberFile(NUMBER).subarray(5))} 9000
> 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01
< 90 00
> 00 20 00 9B 07 54 45 47 41 54 41 31
< 63 C4
`;

describe('a trace of APDUs', () => {
  it('names applications, files, PINs and status words', () => {
    const text = shown(TRACE);
    for (const words of [
      'SELECT: text AP (券面事項入力補助AP)',
      'VERIFY: text PIN: how many tries are left?',
      '63C3 verification failed, 3 attempts left',
      'SELECT: EF 0001, My Number (個人番号)',
      'READ BINARY: EF 0001, My Number (個人番号), from byte 5',
      'SELECT: JPKI-AP (公的個人認証AP)',
      'VERIFY: signature password',
      '63C4 verification failed, 4 attempts left',
    ]) {
      assert.ok(text.includes(words), words);
    }
  });
  it('shows no PIN, no password and no part of the My Number until asked', () => {
    const text = shown(TRACE);
    for (const secret of ['31 32 33 34', '54 45 47 41', '33 34 35 36', '37 38 39 30', NUMBER])
      assert.ok(!text.includes(secret), secret);
    const open = shown(TRACE, true);
    for (const secret of ['31 32 33 34', '54 45 47 41', NUMBER]) assert.ok(open.includes(secret), secret);
  });
  it('puts the chunks of a file together and opens it', () => {
    const { sections } = inspectInput(TRACE);
    const file = sections.find(({ title }) => title.startsWith('text AP') && title.includes('EF 0001'));
    assert.deepEqual(file?.rows, [
      { name: 'My Number (個人番号)', value: '****' },
      { name: 'check digit', value: 'right' },
    ]);
  });
  it('is read from vpcd frames as well', () => {
    const payloads = ['01', '04', '00A4040C0AD3921000310001010408', '0020009104' + '31323334'].map((hex) =>
      encodeFrame(Buffer.from(hex, 'hex')),
    );
    const found = inspectInput(new Uint8Array(Buffer.concat(payloads)));
    assert.equal(found.kind, 'vpcd-frames');
    assert.ok(found.sections[0]?.text.includes('(reader: on)'));
    assert.ok(!found.sections[0]?.text.includes('31 32 33 34'));
  });
  it('may be written with arrows, with words, and with whole vpcd frames', () => {
    for (const trace of [
      '=> 00B0000001\n<= 419000',
      'C-APDU: 00 B0 00 00 01\nR-APDU: 41 90 00',
      '>> 000500B0000001\n<< 0003419000',
    ]) {
      const { kind, sections } = inspectInput(trace);
      assert.equal(kind, 'apdu-trace');
      assert.match(
        sections[0]?.text ?? '',
        /^> READ BINARY: the current file\n {4}00 B0 00 00 01\n< 9000 success: 1 bytes/,
      );
    }
  });
  it('hides digits of a file that nobody named', () => {
    const text = shown('> 00 B0 00 05 08\n< 33 34 35 36 37 38 39 30 90 00\n');
    assert.ok(!text.includes('33 34 35'), text);
  });
});

describe('a single APDU', () => {
  it('is told by its form', () => {
    assert.equal(inspectInput('00A4040C0AD3921000310001010402').kind, 'apdu-command');
    assert.equal(inspectInput('63C2').kind, 'apdu-response');
    assert.equal(inspectInput('6982').kind, 'apdu-response');
  });
  it('masks the PIN of VERIFY and CHANGE', () => {
    for (const command of ['002000910431323334', '00240180' + '0431323334', '803200800431323334']) {
      assert.ok(!shown(command).includes('31 32 33 34'), command);
      assert.ok(shown(command, true).includes('31 32 33 34'), command);
    }
  });
  it('warns of an AID that no card answers', () => {
    assert.match(shown('00A4040C0AD392F000260100000002'), /no card answers it/);
  });
});
