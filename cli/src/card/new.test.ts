import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { seededRandom } from '@tegata/random';
import { testIo } from './io-for-tests.ts';
import { newCommand } from './new.ts';

const root = mkdtempSync(join(tmpdir(), 'card-new-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;
const place = () => join(root, `card-${count++}`);
const PERSON = ['--name', '見本　太郎', '--birth', '1990-04-01'];
const contentsOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
const dataOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'persona.json'), 'utf8')) as Record<string, unknown>;

describe('tegata card new', () => {
  it('makes the same folder from the same seed, and says how to go on', async () => {
    const [one, two] = [place(), place()];
    for (const folder of [one, two]) {
      const io = testIo();
      assert.equal(await newCommand([...PERSON, '--seed', 'a', '--out', folder], io), 0, io.err);
      assert.match(io.out, new RegExp(`The seed is: a\\nTry: tegata journey --persona ${folder}`));
    }
    assert.deepEqual(contentsOf(one), contentsOf(two));
    assert.deepEqual(Object.keys(contentsOf(one)).sort(), [
      'address.png',
      'keys.json',
      'name.png',
      'persona.json',
      'portrait.jp2',
    ]);
  });

  it('takes a seed of its own where none is given, tells it, and keeps what is given', async () => {
    const folder = place();
    const io = testIo({ random: seededRandom('io') });
    const more = ['--id', 'taro', '--kana', 'ミホン　タロウ', '--sex', 'other', '--no-signature-certificate'];
    assert.equal(await newCommand([...PERSON, ...more, '--out', folder, '--json'], io), 0, io.err);
    // What is given is kept.
    const { id, kana, sex, pins } = dataOf(folder);
    assert.deepEqual([id, kana, sex], ['taro', 'ミホン　タロウ', '9']);
    assert.equal((pins as { signature: string | null }).signature, null);
    const said = JSON.parse(io.out) as { id: string; folder: string; seed: string };
    assert.match(said.seed, /^[0-9a-f]{32}$/);
    assert.deepEqual([said.folder, said.id], [folder, dataOf(folder)['id']]);
  });

  it('asks for secrets twice without showing them, and says nothing of them', async () => {
    const folder = place();
    const io = testIo({ types: ['4649', '4649', 'secret99', 'secret99'] });
    assert.equal(await newCommand([...PERSON, '--seed', 'a', '--out', folder, '--ask-secrets'], io), 0, io.err);
    assert.deepEqual(dataOf(folder)['pins'], { text: '4649', auth: '4649', signature: 'SECRET99' });
    assert.equal(io.asked.length, 4);
    assert.doesNotMatch(`${io.out}${io.err}`, /4649|secret99/i);
  });

  it('takes secrets from options and files, and not from the environment, which holds those of cards that are read', async () => {
    const [folder, file] = [place(), place()];
    writeFileSync(file, 'PASSWORD1\n');
    const io = testIo({ environment: { TEGATA_CARD_PIN: '9999', TEGATA_CARD_SIGNATURE_PASSWORD: 'ANOTHER1' } });
    const args = [...PERSON, '--seed', 'a', '--out', folder, '--signature-password-file', file];
    assert.equal(await newCommand(args, io), 0, io.err);
    assert.deepEqual(dataOf(folder)['pins'], { text: '1234', auth: '1234', signature: 'PASSWORD1' });
  });

  it('writes over nothing', async () => {
    const [folder, file] = [place(), place()];
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine'), 'stays');
    writeFileSync(file, 'stays');
    for (const out of [folder, file, join(file, 'below')]) {
      const io = testIo();
      assert.equal(await newCommand([...PERSON, '--seed', 'b', '--out', out], io), 1);
      assert.match(io.err, /^file-unwritable: /);
    }
    assert.deepEqual(readdirSync(folder), ['mine']);
    assert.equal(readFileSync(file, 'utf8'), 'stays');
  });

  for (const [what, args] of [
    ['no name', ['--birth', '1990-04-01']],
    ['no birth date', ['--name', '見本　太郎']],
    ['a day that is none', ['--name', '見本　太郎', '--birth', '1990-02-30']],
    ['a date of another form', ['--name', '見本　太郎', '--birth', '1.4.1990']],
    ['an empty name', ['--name', '', '--birth', '1990-04-01']],
    ['a name with a control character', ['--name', 'a\u0007', '--birth', '1990-04-01']],
    ['an id that leaves the folder', [...PERSON, '--id', '../x']],
    ['an address of 201 characters', [...PERSON, '--address', 'あ'.repeat(201)]],
    ['a sex that is no word', [...PERSON, '--sex', '1']],
    ['an empty seed', [...PERSON, '--seed', '']],
    ['an option twice', [...PERSON, ...PERSON]],
    ['a word too many', [...PERSON, 'taro']],
  ] as const) {
    it(`${what} is a mistake in the arguments: exit 2, and no folder`, async () => {
      const folder = place();
      const io = testIo();
      assert.equal(await newCommand([...args, '--out', folder], io), 2, io.err);
      assert.match(io.err, /^usage: .+\n/);
      assert.doesNotMatch(io.err, /\n\s+at /);
      assert.ok(!io.err.includes('\u0007'));
      assert.throws(() => readdirSync(folder));
    });
  }

  it('a PIN that cannot be one, two entries that differ and a browser that is missing are refused', async () => {
    const folder = place();
    const refused = async (code: string, args: readonly string[], types?: readonly string[]) => {
      const io = testIo(types ? { types } : {});
      assert.notEqual(await newCommand([...PERSON, '--seed', 'a', '--out', folder, ...args], io), 0);
      assert.match(io.err, new RegExp(`^${code}: `));
    };
    await refused('pin-format', ['--pin', '12x4']);
    await refused('usage', ['--ask-secrets'], ['1111', '2222']);
    await refused('browser-missing', ['--chromium', '/no/such/program']);
    assert.throws(() => readdirSync(folder));
  });
});
