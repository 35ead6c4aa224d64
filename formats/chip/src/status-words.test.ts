// One row per status word and misuse of card.md §§3, 4 and 12: what was sent before, the command, the answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SW } from '@tegata/apdu';
import { ascii, SELECT, talk } from './chip-for-tests.ts';

const { jpki, text, common, surface, resident, isd } = SELECT;
const TEXT_PIN = `00200091 04 ${ascii('5678')}`;
const WRONG = `00200091 04 ${ascii('0000')}`;
const AUTH_PIN = `00200098 04 ${ascii('1234')}`;
const HASH = '07'.repeat(32);

const ROWS: readonly (readonly [sw: string, before: readonly string[], command: string, what: string])[] = [
  ['9000', [text], '00A40000', 'select MF with an application selected: without effect'],
  ['6A86', [], '00A40000', 'select MF right after reset'],
  ['6A82', [], '00A4000002 3F00', '3F00'],
  ['6A82', [text], '00A4000002 3F00', '3F00 later'],
  ['6A82', [], '00A4040C0A D392F000260100000002', 'an AID in circulation that no card answers'],
  ['6A82', [], '00A4040C08 A000000277010101', 'another one'],
  ['6A86', [], '00A404000A D392F000260100000001', 'FCI asked for'],
  ['6A86', [], '00A404020A D392F000260100000001', 'next occurrence'],
  ['9000', [], '00A4040C05 D392F00026', 'a prefix (JICSAP)'],
  ['6700', [], '00A4040C', 'no AID'],
  ['6A82', [text], '00A4020C02 001E', 'an EF that is not there'],
  ['6A82', [text], '00A4020C02 2F10', 'an EF without a short id'],
  ['6700', [text], '00A4020C01 01', 'half an EF id'],

  ['6986', [text], '00B0000000', 'no current EF'],
  ['6982', [text], '00B0810000', 'PIN needed'],
  ['9000', [text, TEXT_PIN], '00B0810000', 'PIN verified'],
  ['6B00', [text], '00B08803 00', 'at the end'],
  ['6B00', [text, '00A4020C020008'], '00B07FFF00', 'the last offset'],
  ['6981', [text], '00B0910000', 'a PIN is no file'],
  ['6981', [common], '00B0810000', 'a record file is not transparent'],
  ['6A82', [text], '00B09E0000', 'by a short id that is not there'],
  ['6A86', [text], '00B0800000', 'short id 0'],
  ['6700', [text], '00B08400000200', 'extended Le'],
  ['6700', [text], '00B08400', 'no Le'],

  ['6A83', [common], '00B2020C00', 'a record that is not there'],
  ['6981', [text], '00B2012400', 'records of a transparent file'],
  ['6C1E', [common], '00B2010C01', 'too short an Le'],
  ['6A86', [common], '00B2010F00', 'another form of P2'],

  ['63C3', [text], '00200091', 'the query'],
  ['63C0', [text], '00200092', 'the query of a blocked key'],
  ['6984', [text], `00200092 04 ${ascii('1234')}`, 'VERIFY of a blocked key'],
  ['6300', [text], '0020009D', 'the query of a key without a limit'],
  ['63C2', [text], WRONG, 'the first wrong value'],
  ['63C0', [text, WRONG, WRONG], WRONG, 'the wrong value that uses up the last try'],
  ['6984', [text, WRONG, WRONG, WRONG], TEXT_PIN, 'and from then on, the right one too'],
  ['6A88', [text], '0020009E', 'a key that is not there'],
  ['6A88', [], '00200091', 'before any application'],
  ['6986', [text], '00200080', 'no current key'],
  ['6981', [text], '00200084', 'a file is no key'],
  ['6A86', [text], '00200011', 'P2 without 80'],
  ['6A86', [text], '00200191', 'P1'],
  ['6700', [text], `00200091 11 ${'31'.repeat(17)}`, '17 bytes'],

  ['6982', [text, '00A4020C020011'], `00240180 04 ${ascii('9999')}`, 'CHANGE before VERIFY'],
  ['6A80', [jpki, AUTH_PIN], `00240180 04 ${ascii('12A4')}`, 'a PIN of another form'],
  ['6D00', [common, '00A4020C02001C'], `00240180 04 ${ascii('9999')}`, 'the CHANGE of another application'],

  ['6982', [jpki], `802A0297 20 ${HASH} 00`, 'signing before VERIFY'],
  ['6985', [jpki, AUTH_PIN], `802A0297 1F ${HASH.slice(2)} 00`, 'a hash of 31 bytes'],
  ['6985', [jpki, AUTH_PIN], `802A0097 F6 ${'07'.repeat(246)} 00`, '246 bytes'],
  ['6A86', [jpki, AUTH_PIN], `802A0697 20 ${HASH} 00`, 'P1 06'],
  ['6A88', [jpki], `802A0200 20 ${HASH} 00`, 'no default key'],
  ['6C00', [jpki, AUTH_PIN], `802A0297 20 ${HASH} 40`, 'Le below 256'],
  ['6981', [jpki, AUTH_PIN], `802A0298 20 ${HASH} 00`, 'a PIN is no key to sign with'],
  ['6E00', [jpki], `002A0297 20 ${HASH} 00`, 'the class of ISO'],

  ['6985', [text], '00880093 04 01020304 00', 'INTERNAL AUTHENTICATE with a signing key'],
  ['6982', [jpki], '00880097 04 01020304 00', 'with a guarded key'],
  ['9000', [common], '00880099 04 01020304 00', 'with the key that is for it'],
  ['6985', [], '00840000 000010', 'a challenge in the extended form'],
  ['6A86', [], '00840001 08', 'a challenge with P2'],

  ['9000', [], '00CA00F000', 'GET DATA after reset'],
  ['6A88', [text], '00CA00F000', 'with an application selected'],
  ['9000', [text, isd], '00CA00F000', 'with the issuer security domain selected'],
  ['6700', [], '00CA00F800', 'a large object with a short Le'],
  ['6A88', [], '00CA7F2100', 'an object that older cards lack'],

  ['66F1', [common], '80AE0000', 'SET SESSION KEY in the common AP'],
  ['66F1', [surface], '80AE0000', 'in the surface AP'],
  ['6982', [jpki, AUTH_PIN], '80AE0000', 'in the JPKI-AP, PIN or not'],
  ['6982', [resident], '80AE0000', 'in the resident AP'],
  ['6982', [text], `80AE0000 000100 ${'07'.repeat(256)}`, 'in the text AP without the PIN'],
  ['6A80', [text, TEXT_PIN], `80AE0000 000100 ${'07'.repeat(256)}`, 'what does not decrypt'],
  ['6F00', [text, TEXT_PIN], `80AE0000 000100 ${'FF'.repeat(256)}`, 'a number above the modulus'],
  ['6882', [text], '08A4020C020001', 'secure messaging of SELECT outside a session'],
  ['69FC', [text], '0CB0840000', 'of READ BINARY'],

  ['6A86', [jpki], '80A20000 01 00', 'SET PUBLIC IC KEY'],
  ['6700', [jpki], '80FC0000', 'the indicator of iPhones'],
  ['6881', [text], '01B0840000', 'another logical channel'],
  ['6881', [text], '83FC0000', 'another one'],
  ['6E00', [text], '10A4040C0A D392F000260100000001', 'command chaining'],
  ['6E00', [text], '40B0840000', 'the further classes'],
  ['6D00', [text], '00C0000010', 'GET RESPONSE: nothing ever waits'],
  ['6D00', [text], '00D6000001 00', 'UPDATE BINARY'],
  ['6700', [text], '00B084', 'three bytes'],
];

for (const [sw, before, command, what] of ROWS) {
  test(`${sw}: ${what} (${command.slice(0, 12)}…)`, () => {
    assert.equal(talk().send(...before, command).sw, sw);
  });
}

test('the table has every status word of the card, but for those that a session or another kind of card gives', () => {
  const shown = new Set(ROWS.map(([sw]) => Number.parseInt(sw, 16)));
  const elsewhere: readonly number[] = [SW.endOfFile, SW.secureMessagingObjectsMissing, SW.secureMessagingObjectsWrong];
  for (const sw of Object.values(SW)) assert.ok(shown.has(sw) || elsewhere.includes(sw), sw.toString(16));
});
