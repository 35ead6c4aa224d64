import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSimpleTlvs } from '@tegata/apdu';
import { ascii, hexOf, SELECT, talk } from './chip-for-tests.ts';

describe('READ RECORD', () => {
  test('a record is read by number from the current EF or by short id, which becomes current', () => {
    const { send } = talk();
    assert.equal(hexOf(send(SELECT.common, '00B2010C00').data).slice(0, 8), '011C3030');
    assert.equal(send('00B2010400').data.length, 30);
    assert.equal(hexOf(send('00A4020C020002', '00B2030400').data).slice(0, 6), '036403');
    assert.equal(send('00B2010C 1E').sw, '9000');
  });

  test('P2 05 gives all records from P1 to the last, as far as 256 bytes go', () => {
    const { send } = talk();
    const records = readSimpleTlvs(send(SELECT.common, '00B20215 00').data);
    assert.deepEqual(
      records.map(({ tag }) => tag),
      [2, 3],
    );
    assert.equal(send('00B20115 00').data.length, 256);
    assert.equal(send('00B20115 10').data.length, 16);
  });

  test('a wrong Le is 6Cxx with the right one', () => {
    const { send } = talk();
    assert.equal(send(SELECT.common, '00B2010C10').sw, '6C1E');
    assert.equal(send('00B20215 10').sw, '6CCC');
  });

  test('misuse has its status words', () => {
    const { send } = talk();
    const cases: [string, string][] = [
      ['00B2010400', '6986'],
      ['00B2000C00', '6A83'],
      ['00B2020C00', '6A83'],
      ['00B2FF0C00', '6A83'],
      ['00B2010E00', '6A86'],
      ['00B2010800', '6A86'],
      ['00B201FC00', '6A86'],
      ['00B201F400', '6A82'],
      ['00B2010C', '6700'],
      ['00B2010C000010', '6700'],
      ['00B2010C 01 00 00', '6700'],
      ['00B2011C00', '6982'],
      ['00B201E400', '6981'],
      ['00B08100 00', '6981'],
    ];
    send(SELECT.common);
    for (const [command, sw] of cases) assert.equal(send(command).sw, sw, command);
    assert.equal(send(`0020009C 04 ${ascii('4321')}`, '00B2011C00').sw, '9000');
    assert.equal(send(SELECT.text, '00B2012400').sw, '6981');
    assert.equal(talk().send('00B2010C00').sw, '6A82');
  });
});

describe('GET DATA', () => {
  test('the objects answer before any application is selected, and again after the issuer security domain is', () => {
    const { chip, send } = talk();
    const f0 = '00CA00F000';
    assert.equal(hexOf(send(f0).data), ascii('99201'));
    assert.equal(send(SELECT.text, f0).sw, '6A88');
    assert.equal(hexOf(send(SELECT.isd, f0).data), ascii('99201'));
    send(SELECT.text);
    chip.reset();
    assert.equal(send(f0).sw, '9000');
  });

  test('an object above 256 bytes is 6700 with a short Le and whole with an extended one', () => {
    const { send } = talk();
    assert.equal(send('00CA00F800').sw, '6700');
    assert.equal(send('00CA00F810').sw, '6700');
    assert.equal(send('00CA00F8 000000').data.length, 563);
    assert.equal(send('00CA00F8 000233').data.length, 563);
    assert.equal(send('00CA00F8 000232').sw, '6700');
    assert.equal(send('00CA00F0 000000').data.length, 5);
    assert.equal(send('00CA00F0 000004').sw, '6700');
  });

  test('what is not there is 6A88, a wrong short Le 6Cxx, a command without Le or with data 6700', () => {
    const { send } = talk();
    assert.equal(send('00CA7F2100').sw, '6A88');
    assert.equal(send('00CA00F004').sw, '6C05');
    assert.equal(send('00CA00F0').sw, '6700');
    assert.equal(send('00CA00F0 01 00 00').sw, '6700');
    assert.equal(send('80CA00F000').sw, '6E00');
  });

  test('the contact ATR stands without its TS and its check byte fits', () => {
    const { data } = talk().send('00CA5F5100');
    assert.equal(hexOf(data), 'E000FF8131FE4514');
    assert.equal(
      data.reduce((sum, byte) => sum ^ byte, 0),
      0,
    );
  });
});

describe('INTERNAL AUTHENTICATE', () => {
  test('only the key of the common AP answers', () => {
    const { send } = talk();
    assert.equal(send(SELECT.common, '00880099 04 01020304 00').data.length, 256);
    assert.equal(send('00A4020C020019', '00880080 01 FF 00').data.length, 256);
    assert.equal(send(SELECT.text, '00880093 04 01020304 00').sw, '6985');
    assert.equal(send(SELECT.jpki, '00880097 04 01020304 00').sw, '6982');
    assert.equal(send('00880096 04 01020304 00').sw, '6981');
  });
});

describe('where cards differ', () => {
  const wrong = `00200091 04 ${ascii('0000')}`;
  test('a blocked key may answer the query with 6984, a verified one with 9000, the end of a file with 6282', () => {
    const { send } = talk({ variants: { blockedQuery: 0x6984, verifiedQuery: 0x9000, endOfFile: 0x6282 } });
    assert.equal(send(SELECT.text, '00200091').sw, '63C3');
    assert.equal(send(`00200091 04 ${ascii('5678')}`, '00200091').sw, '9000');
    assert.equal(send(wrong, '00200091').sw, '63C2');
    assert.equal(send(wrong, wrong, '00200091').sw, '6984');
    assert.equal(send('00B08800 03').sw, '9000');
    assert.equal(send('00B08800 04').sw, '6282');
    assert.equal(send('00B08800 04').data.length, 3);
  });

  test('a key without a limit says 6300 and is never blocked', () => {
    const { send } = talk();
    send(SELECT.text);
    for (let i = 0; i < 20; i++) assert.equal(send(`0020009D 01 00`).sw, '6300');
    assert.equal(send('0020009D').sw, '6300');
    assert.equal(send(`0020009D 04 ${ascii('free')}`).sw, '9000');
  });
});
