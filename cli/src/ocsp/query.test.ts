import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { adjustableClock } from '@tegata/clock';
import { pemToCertificates } from '@tegata/x509';
import { type Answer, type CliWorld, cliWorld, runJpki } from '../jpki/world-for-tests.ts';
import { b64, NOW, runSubcommandForTests } from '../status-samples-for-tests.ts';
import type { OcspCheckResult } from './check.ts';
import { ocspCommand } from './command.ts';
import { ocspServe } from './serve.ts';

let world: CliWorld;
let certificate: string;
let person: string;
let key: string;
before(async () => {
  world = await cliWorld();
  key = world.file('key');
  const made = ['--new-key', key, '--algorithm', 'P-384', '--json'];
  const { results } = await world.jpki(['issue', '--profile', 'sign', ...made]);
  const [issued] = results as [Answer];
  certificate = `b64:${issued.certificate}`;
  person = issued.person;
});
after(() => world.close());

const run = (args: readonly string[], input?: string) =>
  runSubcommandForTests<OcspCheckResult>(ocspCommand, ['query', ...args], input);
const about = (url = `${world.url}/ocsp`) => [
  ...['--url', url, '--cert', certificate],
  ...['--issuer', b64(world.authority.sign.ca)],
];
const ask = async (...args: string[]) => {
  const { code, results } = await run([...args, '--json']);
  return [code, results[0]?.status, results[0]?.code];
};

describe('tegata ocsp query', () => {
  it('asks by POST and by GET, with a nonce and without, in SHA-256 and in SHA-1', async () => {
    for (const more of [
      [],
      ['--method', 'get'],
      ['--no-nonce'],
      ['--no-nonce', '--method', 'get'],
      ['--hash', 'sha1'],
    ]) {
      assert.deepEqual(await ask(...about(), ...more), [0, 'good', 'good'], more.join(' '));
    }
  });

  it('says revoked, since when and why, and unknown of a number that nobody has', async () => {
    await world.jpki(['suspend', '--person', person]);
    const { code, out } = await run(about());
    assert.equal(code, 1);
    assert.match(out, /REVOKED since .*: certificateHold/);
    await world.jpki(['resume', '--person', person]);
    const other = ['--cert', b64(world.authority.sign.ca), '--issuer', b64(world.authority.sign.ca)];
    assert.deepEqual(await ask('--url', `${world.url}/ocsp`, ...other), [1, 'unknown', 'unknown']);
  });

  it('writes what it asked and what came, for "tegata ocsp check"', async () => {
    const [request, response] = [world.file('request.der'), world.file('response.der')];
    await ask(...about(), '--request-out', request, '--out', response);
    const files = ['--response', response, '--request', request, '--require-nonce'];
    const checked = await runSubcommandForTests<OcspCheckResult>(ocspCommand, [
      ...['check', ...files, '--cert', certificate, '--issuer', b64(world.authority.sign.ca), '--json'],
    ]);
    assert.deepEqual([checked.code, checked.results[0]?.status], [0, 'good']);
    assert(readFileSync(response).length > 500);
  });

  it('answers a batch in order', async () => {
    const line = { url: `${world.url}/ocsp`, cert: certificate, issuer: b64(world.authority.sign.ca) };
    const lines = [
      { id: 'a', ...line },
      { id: 'b', ...line, url: 'nowhere' },
      { id: 'c', ...line, method: 'get' },
    ];
    const { code, results } = await run(['--batch', '-'], lines.map((one) => JSON.stringify(one)).join('\n'));
    assert.equal(code, 1);
    assert.deepEqual(
      results.map(({ id, status, code: said }) => [id, status, said]),
      [
        ['a', 'good', 'good'],
        ['b', 'reject', 'usage'],
        ['c', 'good', 'good'],
      ],
    );
  });

  it('refuses arguments that cannot be used', async () => {
    for (const args of [
      [],
      about().slice(2),
      [...about(), '--method', 'put'],
      [...about(), '--hash', 'md5'],
      [...about(), '--timeout', '0'],
      [...about(), '--sign-key', key],
      [...about(), '--sign-key', key, '--sign-cert', 'hex:00'],
      about('file:///etc/passwd'),
    ]) {
      const { code, err } = await run(args);
      assert.equal(code, 2, args.join(' ').slice(0, 60));
      assert.doesNotMatch(err, /\n\s+at /);
    }
  });
});

describe('a responder that does not behave', () => {
  let server: Server;
  let url: string;
  let behave: Parameters<typeof createServer>[1];
  before(async () => {
    server = createServer((request, response) => behave?.(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const type = { 'content-type': 'application/ocsp-response' };

  it('is an error, and never good', async () => {
    for (const [code, answer] of [
      ['ocsp-http-status', (_: unknown, response) => void response.writeHead(500).end()],
      [
        'ocsp-unreachable',
        (_: unknown, response) => void response.writeHead(302, { location: `${world.url}/ocsp` }).end(),
      ],
      ['ocsp-content-type', (_: unknown, response) => void response.writeHead(200).end('hello')],
      ['ocsp-too-large', (_: unknown, response) => void response.writeHead(200, type).end(Buffer.alloc(70_000))],
      ['ocsp-unreachable', (request) => void request.socket.destroy()],
    ] as [string, NonNullable<typeof behave>][]) {
      behave = answer;
      assert.deepEqual(await ask(...about(url)), [1, 'error', code]);
    }
    behave = () => {};
    assert.deepEqual(await ask(...about(url), '--timeout', '0.2'), [1, 'error', 'ocsp-timeout']);
    assert.deepEqual(await ask(...about('http://127.0.0.1:1')), [1, 'error', 'ocsp-unreachable']);
  });

  it('is not believed when it repeats an answer to another nonce', async () => {
    const kept = world.file('kept.der');
    await ask(...about(), '--out', kept);
    behave = (_: unknown, response) => void response.writeHead(200, type).end(readFileSync(kept));
    assert.deepEqual(await ask(...about(url)), [1, 'reject', 'ocsp-nonce']);
  });

  it('is not believed when it answers in clear that it will not', async () => {
    behave = (_: unknown, response) => void response.writeHead(200, type).end(Buffer.from('30030a0106', 'hex'));
    assert.deepEqual(await ask(...about(url)), [1, 'error', 'unauthorized']);
  });
});

describe('tegata ocsp serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tegata-cli-ocsp-serve-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Serves as long as the work lasts. */
  async function serving(args: readonly string[], work: (url: string) => Promise<void>): Promise<number> {
    let out = '';
    let failed: unknown;
    const io = {
      clock: adjustableClock(NOW),
      write: async (text: string) => {
        out += text;
        return true;
      },
      writeError: () => {},
      readStdin: () => new Uint8Array(),
      stream: () => (async function* () {})(),
    };
    const code = await ocspServe([...args, '--json'], io, () =>
      work((JSON.parse(out) as { ocsp: string }).ocsp).catch((error: unknown) => {
        failed = error;
      }),
    );
    if (failed) throw failed;
    return code;
  }

  it('answers over the rows of a folder, with a gate where verifiers are enrolled, and issues nothing', async () => {
    const data = join(folder, 'data');
    const [ownKey, own] = [join(folder, 'key'), join(folder, 'cert')];
    const made = ['--new-key', ownKey, '--algorithm', 'P-384', '--out', own, '--data', data];
    assert.equal((await runJpki(['issue', '--profile', 'auth', ...made])).code, 0);
    const [issuer = new Uint8Array()] = pemToCertificates(readFileSync(join(data, 'trust', 'jpki-auth.pem'), 'utf8'));
    const parts = (url: string) => ['--url', url, '--cert', own, '--issuer', b64(issuer)];
    const code = await serving(['--data', data], async (url) => {
      assert.deepEqual(await ask(...parts(url)), [0, 'good', 'good']);
      const issue = await fetch(new URL('/certificates', url), { method: 'POST', body: '{}' });
      assert.equal(issue.status, 401);
    });
    assert.equal(code, 0);
    await serving(['--data', data, '--verifier', own], async (url) => {
      assert.deepEqual(await ask(...parts(url)), [1, 'error', 'sigRequired']);
      const signed = ['--sign-key', ownKey, '--sign-cert', own];
      assert.deepEqual(await ask(...parts(url), ...signed), [0, 'good', 'good']);
    });
  });

  it('refuses arguments that cannot be used, and a folder that is not there', async () => {
    const nothing = async () => assert.fail('it must not serve');
    for (const args of [[], ['--data', '/nowhere'], ['--data', folder, '--port', 'x'], ['--batch', '-']]) {
      assert.equal(await serving(args, nothing), 2, args.join(' '));
    }
    assert.equal(await serving(['--db', 'postgres://nobody@127.0.0.1:1/none', '--data', folder], nothing), 1);
  });
});
