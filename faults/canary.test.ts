import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '@tegata/clock';
import { createLog } from '@tegata/log';
import { systemRandom } from '@tegata/random';
import { freshDatabase } from '@tegata/store/test-server';
import { sql } from 'kysely';
import { openDataFolder } from '../cli/src/data-folder.ts';
import { demoCertificates } from '../cli/src/stack.ts';
import { type Canary, canary, inRawPages, sightings } from './canary.ts';
import { searchStore, searchWriteAheadLog, writeAheadLogFile } from './canary-in-store.ts';
import { CANARY_PERSONAS, everyPath, type Told } from './canary-paths.ts';
import { canariesFrom } from './refusals.ts';
import { type SmallStack, smallStack } from './small-stack.ts';

/** What is personal is nowhere to be seen: not in a log, an error, an address, a row, a job, or a file on the disk (I7). */
const server = process.env['TEGATA_POSTGRES'];

test('the search finds a value in every form, wherever it begins', () => {
  const texts = ['見本　花子', '900000000010', '1988-05-14', '7531', 'TEGATA1'];
  for (const value of [...texts, Uint8Array.from({ length: 48 }, (_, index) => index * 5)]) {
    const hidden = canary('hidden', value);
    const raw = Buffer.from(value as string);
    const written = [
      raw,
      raw.toString('hex'),
      raw.toString('hex').toUpperCase(),
      ...[0, 1, 2].flatMap((before) => {
        const wrapped = Buffer.concat([Buffer.alloc(before, 0xfb), raw, Buffer.alloc(5, 0xfb)]);
        // Of a short value only the whole is looked for: three characters of it would be anywhere.
        return raw.length < 7 ? [raw.toString('base64')] : [wrapped.toString('base64'), wrapped.toString('base64url')];
      }),
      ...(typeof value === 'string'
        ? [
            Buffer.from(value, 'utf16le'),
            Buffer.from(value, 'utf16le').swap16(),
            encodeURIComponent(value),
            [...Buffer.from(value, 'utf16le').swap16().toString('hex').matchAll(/.{4}/g)]
              .map((u) => `\\u${u}`)
              .join(''),
          ]
        : []),
    ];
    for (const form of written) {
      for (const at of [0, 1, 2, 3]) {
        const around = Buffer.concat([Buffer.alloc(at, 0x3a), Buffer.from(form as string), Buffer.alloc(7, 0x3a)]);
        assert.notDeepEqual(sightings('here', around, [hidden]), [], `${value} as ${form}`);
      }
    }
  }
  const number = canary('number', '900000000010');
  for (const form of ['900000000010', '1b000000d18c2e280a']) {
    assert.equal(sightings('here', Buffer.from(form, 'hex'), [number]).length, 1);
  }
  // A PIN inside an identifier, a port or a digest is none.
  for (const chance of ['0f7531aa', 'port 37531', '7e-7531-4a', '7531.2']) {
    assert.deepEqual(sightings('here', chance, [canary('pin', '7531')]), []);
  }
});

const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

for (const kind of ['PGlite in a folder', 'PostgreSQL'] as const) {
  const onServer = kind === 'PostgreSQL';
  const skip = onServer && !server ? 'no PostgreSQL at hand (Debian package: postgresql)' : false;

  describe(`every path of an application, on ${kind}`, { skip }, () => {
    let stack: SmallStack;
    let database: Awaited<ReturnType<typeof freshDatabase>> | undefined;
    let folder: string;
    let canaries: Canary[];
    let told: Told;
    let walFrom = '';

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'tegata-canary-'));
      database = onServer ? await freshDatabase(server as string) : undefined;
      stack = await smallStack({
        db: database?.url,
        data: openDataFolder(folder, systemRandom, {}),
        logged: true,
        smpTiming: { firstRetry: 0.1, sweep: 0.2 },
      });
      if (onServer) walFrom = await writeAheadLogFile(stack.store);
      canaries = [
        ...(await canariesFrom(stack, CANARY_PERSONAS)),
        canary('phone pin', stack.demo.phonePin),
        canary('certificate pin', demoCertificates.authPin),
        canary('certificate password', demoCertificates.signaturePassword),
        canary('wrong pin', '8462'),
        canary('wrong password', 'QWRONG8462'),
      ];
      told = await everyPath(stack, { pin: '8462', password: 'QWRONG8462' });
    });
    after(async () => {
      await stack?.close();
      await database?.drop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('went every way: cards on the phone, and refusals of each kind', () => {
      assert.deepEqual(told.reached, told.expected);
      assert.ok(told.errors.length >= 12);
    });

    test('no line of any log holds any of it, nor did the log’s own net have to catch it', () => {
      const log = stack.log();
      for (const party of ['card', 'applicant-app', 'smp', 'iaca', 'jpki', 'wallet-provider', 'wallet', 'verifier']) {
        assert.match(log, new RegExp(`"party":"${party}"`));
      }
      assert.deepEqual(sightings('log', log, canaries), []);
      assert.ok(!log.includes('****'));
    });

    test('no error body and no address holds any of it', () => {
      const bodies = [
        ...told.errors,
        ...stack.messages
          .filter(({ kind, label }) => kind === 'http-response' && Number(label) >= 400)
          .map(({ bytes }) => bytes),
      ];
      assert.deepEqual(
        bodies.flatMap((body) => sightings('error body', body, canaries)),
        [],
      );
      const addresses = stack.messages.filter(({ kind }) => kind === 'http-request').map(({ label }) => label);
      assert.ok(addresses.length > 50);
      assert.deepEqual(sightings('addresses', addresses.join('\n'), canaries), []);
    });

    test('no column of any table holds any of it; one that did would be found', async () => {
      const found = await searchStore(stack.store, canaries);
      for (const table of ['smp.application', 'smp.evidence', 'iaca.plan', 'jpki.certificate']) {
        assert.ok(found.tables.includes(table), table);
      }
      assert.ok(found.tables.some((table) => /boss|job/.test(table)));
      assert.ok(found.rows > 100);
      assert.deepEqual(found.sightings, []);

      const planted = canary('planted', `${systemRandom.bytes(9).join('')}`);
      const text = planted.forms[0]?.bytes.toString() as string;
      const db = stack.store.database<unknown>();
      await sql`create schema scratch`.execute(db);
      await sql`create table scratch.leak (a text, b bytea, c jsonb, d text[])`.execute(db);
      await sql`insert into scratch.leak values (${`x${text}x`}, ${Buffer.from(text, 'utf16le')}, ${JSON.stringify({
        deep: [{ value: Buffer.from(text).toString('base64') }],
      })}, array[${encodeURIComponent(text)}])`.execute(db);
      const again = await searchStore(stack.store, [planted]);
      assert.deepEqual(
        new Set(again.sightings.map(({ where }) => where)),
        new Set(['a', 'b', 'c', 'd'].map((column) => `scratch.leak.${column}`)),
      );
      const lines: string[] = [];
      createLog({ party: 'smp', clock: systemClock, write: (line) => lines.push(line) }).info('x', { leak: text });
      assert.notDeepEqual(sightings('log', lines.join(''), [planted]), []);
    });

    test('no file that a backup would take holds any of it, but the drawer of cards', async () => {
      const searched = files(folder).filter((path) => !relative(folder, path).startsWith('card/'));
      assert.ok(searched.some((path) => path.endsWith('wallet.sqlite')));
      if (!onServer) assert.ok(searched.some((path) => path.includes('/pg_wal/')));
      for (const path of searched) {
        const where = relative(folder, path);
        const sought = where.startsWith('pglite/') ? inRawPages(canaries) : canaries;
        assert.deepEqual(sightings(where, readFileSync(path), sought), []);
      }
      if (onServer) assert.deepEqual(await searchWriteAheadLog(stack.store, walFrom, inRawPages(canaries)), []);
    });
  });
}
