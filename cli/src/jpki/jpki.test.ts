import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { jpkiAttributes, parseCertificate, pemToCertificates, verifyPath } from '@tegata/x509';
import { NOW } from '../status-samples-for-tests.ts';
import { tellRunning } from './running-file.ts';
import { type Answer, type CliWorld, cliWorld, runJpki } from './world-for-tests.ts';

let world: CliWorld;
before(async () => {
  world = await cliWorld();
});
after(() => world.close());

let files = 0;
const fresh = (end: string) => world.file(`${files++}.${end}`);

/** Runs with `--json` and gives the exit code with the answer. */
async function ask(...args: string[]): Promise<Answer & { code: number }> {
  const { code, results } = await world.jpki([...args, '--json']);
  return { ...(results[0] as Answer), code };
}

async function person() {
  const [key, certificate] = [fresh('key'), fresh('pem')];
  const made = ['--new-key', key, '--algorithm', 'P-384', '--out', certificate];
  const sign = await ask('issue', '--profile', 'sign', ...made);
  assert.deepEqual([sign.code, sign.ok], [0, true]);
  const auth = await ask('issue', '--profile', 'auth', '--key', key, '--person', sign.person);
  assert.equal(auth.person, sign.person);
  return { key, certificate, sign, auth, person: sign.person };
}

async function phone(card: string, ...more: string[]) {
  const out = fresh('pem');
  const made = ['--new-key', fresh('key'), '--algorithm', 'P-384', '--card-cert', card, '--out', out];
  const answer = await ask('issue', '--profile', 'phone-sign', ...made, ...more);
  assert.deepEqual([answer.code, answer.ok], [0, true], JSON.stringify(answer.error));
  return { ...answer, out };
}

const states = async (...subject: string[]) =>
  (await ask('list', ...subject)).certificates.map(({ ca, device, state }) => `${device} ${ca} ${state}`).sort();

describe('tegata jpki issue', () => {
  it('makes a key that only its owner can read, and a certificate of the profile for it', async () => {
    const { key, certificate, sign } = await person();
    assert.equal(statSync(key).mode & 0o777, 0o600);
    const [der] = pemToCertificates(readFileSync(certificate, 'utf8')) as [Uint8Array];
    assert.deepEqual(Buffer.from(sign.certificate, 'base64'), Buffer.from(der));
    const path = verifyPath({ leaf: der, anchors: world.authority.sign.anchors, at: NOW, profile: 'jpki-sign' });
    assert.equal(path.code ?? path.result, 'passed');
    assert.equal(jpkiAttributes(parseCertificate(der)).name, '見本　花子');
  });

  it('takes the holder as JSON, and says what is wrong in it', async () => {
    const holder = {
      ...{ name: '試験　一郎', address: '京都府京都市見本町１', sex: '1', birthDate: '20010203' },
      ...{ prefecture: 'Kyoto-fu', municipality: 'Kyoto-shi', municipalityCode: '26100' },
    };
    const file = fresh('json');
    const { key } = await person();
    const issue = () => ask('issue', '--profile', 'sign', '--key', key, '--holder', file);
    writeFileSync(file, JSON.stringify(holder));
    const good = await issue();
    assert.equal(jpkiAttributes(parseCertificate(Buffer.from(good.certificate, 'base64'))).name, '試験　一郎');
    writeFileSync(file, JSON.stringify({ ...holder, birthDate: '3 February' }));
    const bad = await issue();
    assert.deepEqual([bad.code, bad.ok, bad.error?.code], [1, false, 'bad-request']);
    writeFileSync(file, 'nothing');
    const none = await issue();
    assert.deepEqual([none.code, none.error?.code], [2, 'usage']);
  });

  it('gives the same certificate under the same id, and refuses another request under it', async () => {
    const { key } = await person();
    const same = () => ask('issue', '--profile', 'auth', '--key', key, '--request', 'cli-test-1');
    const first = await same();
    assert.deepEqual(await same(), first);
    const other = await ask('issue', '--profile', 'sign', '--key', key, '--request', 'cli-test-1');
    assert.deepEqual([other.code, other.error?.code], [1, 'request-differs']);
  });

  it('issues to a phone what hangs on the card’s certificate', async () => {
    const { certificate } = await person();
    const made = await phone(certificate, '--platform', 'android');
    const der = Buffer.from(made.certificate, 'base64');
    assert.equal(parseCertificate(der).policies?.[0]?.oid, '2.999.8.5.1.1.40');
    assert.deepEqual(await states('--phone', made.phone as string), [
      'card auth good',
      'card sign good',
      'phone sign good',
    ]);
  });

  it('writes PEM for people, and never over a key', async () => {
    const { key } = await person();
    const { code, out } = await world.jpki(['issue', '--profile', 'auth', '--key', key]);
    assert.equal(code, 0);
    assert.match(out, /^ca auth\nserial [0-9A-F]{8}\nperson [0-9a-f-]{36}\n-----BEGIN CERTIFICATE-----\n/);
    const kept = readFileSync(key, 'utf8');
    const again = await ask('issue', '--profile', 'auth', '--new-key', key);
    assert.deepEqual([again.code, again.error?.code], [2, 'usage']);
    assert.equal(readFileSync(key, 'utf8'), kept);
  });
});

describe('tegata jpki revoke, suspend, resume', () => {
  it('ends what an event ends, the phone’s with the card’s', async () => {
    const { certificate, person: id } = await person();
    await phone(certificate);
    const ended = await ask('revoke', '--cert', certificate, '--event', 'attributes-changed');
    assert.deepEqual(
      ended.certificates.map(({ ca, reason }) => `${ca} ${reason}`),
      ['sign affiliationChanged', 'sign affiliationChanged'],
    );
    assert.deepEqual(await states('--person', id), ['card auth good', 'card sign revoked', 'phone sign revoked']);
  });

  it('ends one certificate for a reason', async () => {
    const { auth, person: id } = await person();
    const of = ['--ca', 'auth', '--serial', auth.serial.toLowerCase()];
    const ended = await ask('revoke', ...of, '--reason', 'keyCompromise');
    assert.equal(ended.certificates[0]?.reason, 'keyCompromise');
    assert.deepEqual(await states('--person', id), ['card auth revoked', 'card sign good']);
  });

  it('holds and resumes a card, or a phone', async () => {
    const { certificate, person: id } = await person();
    const made = await phone(certificate);
    await ask('suspend', '--person', id);
    assert.deepEqual(await states('--person', id), ['card auth held', 'card sign held', 'phone sign good']);
    await ask('resume', '--person', id);
    await ask('suspend', '--phone', made.phone as string);
    assert.deepEqual(await states('--person', id), ['card auth good', 'card sign good', 'phone sign held']);
    await ask('resume', '--phone', made.phone as string);
    assert.deepEqual(await states('--person', id), ['card auth good', 'card sign good', 'phone sign good']);
    await ask('revoke', '--person', id, '--event', 'death');
    const late = await ask('resume', '--person', id);
    assert.deepEqual([late.code, late.error?.code], [1, 'certificate-ended']);
  });

  it('says what nobody is known by', async () => {
    const unknown = await ask('revoke', '--ca', 'sign', '--serial', '01', '--reason', 'superseded');
    assert.deepEqual([unknown.code, unknown.error?.code], [1, 'not-found']);
  });
});

describe('tegata jpki renew', () => {
  it('issues to the same person and ends the old one', async () => {
    const { certificate, person: id } = await person();
    const renewed = await ask('renew', '--cert', certificate, '--new-key', fresh('key'), '--algorithm', 'P-384');
    assert.equal(renewed.person, id);
    assert.deepEqual(await states('--person', id), ['card auth good', 'card sign good', 'card sign revoked']);
    const attributes = jpkiAttributes(parseCertificate(Buffer.from(renewed.certificate, 'base64')));
    assert.equal(attributes.name, '見本　花子');
  });

  it('renews a phone’s with a new key', async () => {
    const { certificate } = await person();
    const old = await phone(certificate);
    const key = ['--new-key', fresh('key'), '--algorithm', 'P-384'];
    const renewed = await ask('renew', '--cert', old.out, '--card-cert', certificate, ...key);
    assert.equal(renewed.phone, old.phone);
    const listed = await ask('list', '--phone', old.phone as string);
    const phones = listed.certificates.filter(({ device }) => device === 'phone').map(({ state }) => state);
    assert.deepEqual(phones.sort(), ['good', 'revoked']);
  });

  it('asks for the holder where the certificate does not say who it is', async () => {
    const { auth, key } = await person();
    const renewed = await ask('renew', '--cert', `b64:${auth.certificate}`, '--key', key);
    assert.deepEqual([renewed.code, renewed.error?.code], [2, 'usage']);
  });
});

describe('tegata jpki', () => {
  it('answers a batch line by line, in one process and in order', async () => {
    const { key } = await person();
    const lines = [
      { id: 1, profile: 'auth', key },
      { id: 2, profile: 'nonsense', key },
      { id: 3, profile: 'auth', key, person: '00000000-0000-4000-8000-000000000000' },
      { id: 4, profile: 'auth', key },
    ];
    const input = lines.map((line) => JSON.stringify(line)).join('\n');
    const { code, results } = await world.jpki(['issue', '--batch', '-'], input);
    assert.equal(code, 1);
    assert.deepEqual(
      results.map(({ id, ok, error }) => [id, ok, error?.code]),
      [
        [1, true, undefined],
        [2, false, 'usage'],
        [3, false, 'not-found'],
        [4, true, undefined],
      ],
    );
  });

  it('lists those that were issued last', async () => {
    const { sign, auth } = await person();
    const { certificates } = await ask('list', '--limit', '1000');
    for (const { serial } of [sign, auth]) assert(certificates.some((one) => one.serial === serial));
    assert.equal((await ask('list', '--limit', '1')).certificates.length, 1);
    assert.match((await world.jpki(['list'])).out, /sign {2}[0-9A-F]{8} {2}card/);
  });

  it('refuses arguments that cannot be used with exit 2 and no stack trace', async () => {
    const { certificate, key } = await person();
    for (const args of [
      ['issue'],
      ['issue', '--profile', 'sign'],
      ['issue', '--profile', 'sign', '--key', key, '--new-key', 'x'],
      ['issue', '--profile', 'sign', '--key', key, '--csr', key],
      ['issue', '--profile', 'phone-sign', '--csr', key],
      ['issue', '--profile', 'phone-sign', '--csr', key, '--card-cert', certificate, '--holder', key],
      ['issue', '--profile', 'sign', '--key', 'hex:3000'],
      ['issue', '--profile', 'sign', '--key', '/nowhere'],
      ['issue', '--profile', 'sign', '--new-key', '/nowhere/key'],
      ['issue', '--profile', 'sign', '--new-key', fresh('key'), '--algorithm', 'RSA-512'],
      ['revoke', '--event', 'death'],
      ['revoke', '--cert', certificate],
      ['revoke', '--cert', certificate, '--reason', 'superseded', '--event', 'death'],
      ['revoke', '--person', 'x', '--reason', 'superseded'],
      ['revoke', '--cert', certificate, '--person', 'x', '--event', 'death'],
      ['revoke', '--ca', 'sign', '--serial', '0', '--reason', 'superseded'],
      ['suspend', '--person', 'x', '--device', 'watch'],
      ['renew', '--cert', 'hex:00'],
      ['list', '--limit', '0'],
      ['list', '--nonsense'],
      ['nonsense'],
      [],
    ]) {
      const { code, err } = await world.jpki(args);
      assert.equal(code, 2, args.join(' '));
      assert.doesNotMatch(err, /\n\s+at /);
    }
  });

  it('says whom it cannot reach, and whom it may not ask', async () => {
    const secret = ['--secret-file', 'hex:3132333435363738'];
    const wrong = await runJpki(['list', '--url', world.url, ...secret, '--json']);
    assert.deepEqual([wrong.code, wrong.results[0]?.error?.code], [1, 'unauthorized']);
    const none = await runJpki(['list', '--url', 'http://127.0.0.1:1', ...secret, '--json']);
    assert.deepEqual([none.code, none.results[0]?.error?.code], [1, 'peer-unreachable']);
    for (const where of [
      [],
      ['--url', 'ftp://x'],
      ['--url', world.url],
      ['--url', world.url, '--secret-file', 'hex:00'],
      ['--url', world.url, '--data', 'x'],
    ]) {
      assert.equal((await runJpki(['list', ...where])).code, 2, where.join(' '));
    }
    assert.equal((await runJpki(['list', '--data', '/nowhere/at/all'])).code, 2);
  });
});

describe('tegata jpki --data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tegata-cli-jpki-data-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const run = async (...args: string[]) => {
    const { code, results } = await runJpki([...args, '--data', data, '--json']);
    return { code, ...(results[0] as Answer) };
  };

  it('keeps what was issued in the folder, with the anchors of all generations', async () => {
    const made = ['--new-key', join(folder, 'key'), '--algorithm', 'P-384'];
    const issued = await run('issue', '--profile', 'sign', ...made);
    assert.deepEqual([issued.code, issued.ok], [0, true]);
    const { certificates } = await run('list');
    assert.deepEqual(
      certificates.map(({ serial }) => serial),
      [issued.serial],
    );
    const anchors = pemToCertificates(readFileSync(join(data, 'trust', 'jpki-sign.pem'), 'utf8'));
    assert.equal(anchors.length, 3);
    const path = verifyPath({
      leaf: Buffer.from(issued.certificate, 'base64'),
      anchors,
      at: NOW,
      profile: 'jpki-sign',
    });
    assert.equal(path.code ?? path.result, 'passed');
  });

  it('asks the service that runs over the folder, and opens the folder when that has gone', async () => {
    const [, url = ''] = world.where;
    const untell = tellRunning(data, { url, secret: 'secret-of-the-operator' });
    const { certificates } = await run('list', '--limit', '1000');
    assert(certificates.length > 1);
    untell();
    tellRunning(data, { url: 'http://127.0.0.1:1', secret: 'x' });
    assert.equal((await run('list')).certificates.length, 1);
  });
});
