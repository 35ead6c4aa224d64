import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { CardError } from './error.ts';
import { personaFolder } from './persona.ts';
import { openPersonaFolder, parsePersona } from './persona-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'persona-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;

/** A copy of a good folder. */
function copy(): string {
  const folder = join(root, String(count++));
  cpSync(personaFolder('substitute-name'), folder, { recursive: true });
  return folder;
}

const good = JSON.parse(readFileSync(join(personaFolder('substitute-name'), 'persona.json'), 'utf8')) as Record<
  string,
  unknown
>;
const parse = (json: unknown) => parsePersona(Buffer.from(JSON.stringify(json)));

test('a folder, or the persona.json in it, opens with its data, keys and pictures', () => {
  const folder = copy();
  for (const path of [folder, join(folder, 'persona.json')]) {
    const persona = openPersonaFolder(path);
    assert.equal(persona.id, 'substitute-name');
    assert.equal(Object.keys(persona.keys()).length, 6);
    assert.ok(persona.image('portrait.jp2').length > 1000);
  }
});

test('what its faults say of the card is in the person’s data, wherever the folder is opened', () => {
  const folder = copy();
  const faults = { noSignatureCertificate: true, expired: true, lockedPins: ['text'] };
  writeFileSync(join(folder, 'persona.json'), JSON.stringify({ ...good, faults }));
  const { pins, card, triesLeft, keys } = openPersonaFolder(folder);
  assert.deepEqual([pins.signature, card?.expiresInDays, triesLeft?.text], [null, -1, 0]);
  assert.equal(Object.keys(keys()).length, 6);
});

test('what is no folder and no file is persona-unknown', () => {
  assert.throws(() => openPersonaFolder(join(root, 'nothing')), { code: 'persona-unknown' });
  assert.throws(() => openPersonaFolder('/dev/null'), { code: 'persona-unknown' });
});

test('a link, a pipe, a folder or nothing in the place of a file is refused, and the process does not wait', () => {
  for (const make of [
    (path: string) => symlinkSync('/etc/hostname', path),
    (path: string) => execFileSync('mkfifo', [path]),
    (path: string) => mkdirSync(path),
    () => {},
  ]) {
    const folder = copy();
    for (const name of ['persona.json', 'keys.json', 'portrait.jp2', 'name.png']) {
      rmSync(join(folder, name));
      make(join(folder, name));
      const open = () => {
        const persona = openPersonaFolder(folder);
        persona.keys();
        persona.image('portrait.jp2');
        persona.image('name.png');
      };
      assert.throws(open, { code: 'persona-malformed' }, name);
      rmSync(join(folder, name), { recursive: true, force: true });
      cpSync(join(personaFolder('substitute-name'), name), join(folder, name));
      open();
    }
  }
});

test('a file beyond its limit is refused by name', () => {
  for (const name of ['persona.json', 'keys.json', 'portrait.jp2', 'address.png']) {
    const folder = copy();
    truncateSync(join(folder, name), 1_000_000);
    assert.throws(
      () => {
        const persona = openPersonaFolder(folder);
        persona.keys();
        persona.image('portrait.jp2');
        persona.image('address.png');
      },
      (error: unknown) => error instanceof CardError && error.context['file'] === name,
    );
  }
});

for (const [field, value] of [
  ['id', '../adult'],
  ['id', 'A'],
  ['id', 'x'.repeat(41)],
  ['name', ''],
  ['name', 'あ'.repeat(101)],
  ['name', '見本\u202e花子'],
  ['name', '見本\u0000'],
  ['address', ' 見本県'],
  ['birth', { date: '19880231' }],
  ['birth', { date: '18000101' }],
  ['birth', { turns: 20 }],
  ['sex', '3'],
  ['myNumber', '900000000011'],
  ['myNumber', '537686677188'],
  ['securityCode', 1234],
  ['municipality', { code: '13101', prefecture: 'Mihon-ken', city: 'Tegata-shi' }],
  ['pins', { text: '12345', auth: '1234', signature: 'TEGATA1' }],
  ['triesLeft', { text: 4 }],
  ['card', { fault: 'everything' }],
  ['look', null],
  ['expect', { ok: false }],
  ['unknown', 1],
] as const) {
  test(`a data file with ${field} = ${JSON.stringify(value).slice(0, 40)} is refused, and the field is named`, () => {
    assert.throws(
      () => parse({ ...good, [field]: value }),
      (error: unknown) =>
        error instanceof CardError &&
        error.code === 'persona-malformed' &&
        String(error.context['field']).split('.')[0] === field &&
        error.message.includes(field),
    );
  });
}

test('substitutes that are not one for one are refused', () => {
  const certificate = { ...(good['certificate'] as Record<string, string>), nameSubstitutes: '10000' };
  assert.throws(() => parse({ ...good, certificate }), { code: 'persona-malformed' });
});

test('an error never repeats what the file says', () => {
  const secret = '秘密の氏名';
  for (const json of [
    { ...good, name: `${secret}\u0000` },
    { ...good, sex: secret },
    { ...good, [`\u001b[2J${secret}`]: 1 },
  ]) {
    assert.throws(
      () => parse(json),
      (error: unknown) =>
        error instanceof CardError &&
        !JSON.stringify([error.message, error.context]).includes(secret) &&
        !error.message.includes('\u001b'),
    );
  }
});

test('primes that are none, equal or too small are refused', () => {
  const folder = copy();
  const path = join(folder, 'keys.json');
  const keys = JSON.parse(readFileSync(path, 'utf8')) as Record<string, { p: string; q: string }>;
  const { p, q } = keys['text'] as { p: string; q: string };
  for (const pair of [{ p, q: p }, { p: `${p.slice(0, -3)}AAA`, q }, { p: p.slice(4), q }, { p: 'AQAB', q }, { p }]) {
    writeFileSync(path, JSON.stringify({ ...keys, text: pair }));
    assert.throws(() => openPersonaFolder(folder).keys(), { code: 'persona-malformed' });
  }
  writeFileSync(path, '{');
  assert.throws(() => openPersonaFolder(folder).keys(), { code: 'persona-malformed' });
});

test('whatever a data file holds, it is read or refused as persona-malformed', () => {
  const members = Object.keys(good);
  fc.assert(
    fc.property(
      fc.constantFrom(...members),
      fc.jsonValue(),
      fc.uint8Array({ maxLength: 40 }),
      (member, value, bytes) => {
        for (const read of [() => parse({ ...good, [member]: value }), () => parse(value), () => parsePersona(bytes)]) {
          try {
            read();
          } catch (error) {
            assert.ok(error instanceof CardError && error.code === 'persona-malformed', String(error));
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
