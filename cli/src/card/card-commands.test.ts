import assert from 'node:assert/strict';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { replayTrace } from '@tegata/apdu';
import { cardStatus } from '@tegata/applicant-app';
import { loadPersona, PERSONA_IDS } from '@tegata/card';
import { cmsOid, verifySignedData } from '@tegata/cms';
import { greyscaleToPng } from '@tegata/jpeg2000';
import { type Certificate, verifyPath } from '@tegata/x509';
import { inspectInput } from '../inspect/index.ts';
import { testIo } from './io-for-tests.ts';
import { localCard } from './local-cards.ts';
import { pinCommand } from './pin.ts';
import { readCommand } from './read.ts';
import { readersCommand } from './readers.ts';
import { signCommand } from './sign.ts';
import { statusCommand } from './status.ts';
import { readTrust } from './trust-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'card-commands-'));
after(() => rmSync(folder, { recursive: true }));
/** The keys of the authorities, made once for all tests. */
const data = join(folder, 'data');
const counters = (persona: string) => join(data, 'own-cards', `${persona}.counters.json`);
const file = (name: string, content = 'what is signed') => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const COMMANDS = {
  read: readCommand,
  sign: signCommand,
  status: statusCommand,
  pin: pinCommand,
  readers: readersCommand,
};

/** What the commands say in JSON, each its part of it. */
interface Answer {
  readonly valid?: boolean;
  readonly attributes: { readonly name: string; readonly address: string };
  readonly myNumber?: string;
  readonly photo: { readonly error?: string };
  readonly certificates: readonly { readonly name: string; readonly state: string; readonly inTime?: boolean }[];
  readonly checks: readonly { readonly id: string; readonly result: string }[];
  readonly pins: readonly { readonly pin: string; readonly application: string; readonly triesLeft: number }[];
  readonly expiry?: string;
  readonly readers: readonly { readonly name: string; readonly card: boolean }[];
  readonly signature: string;
  readonly certificate: string;
  readonly changed?: string;
  readonly error: { readonly code: string; readonly triesLeft?: number };
}

async function run(line: string, options: Parameters<typeof testIo>[0] & { persona?: string | null } = {}) {
  const { persona = 'adult', ...rest } = options;
  const [name, ...args] = line.split(' ') as [keyof typeof COMMANDS, ...string[]];
  const io = testIo(rest);
  const where = persona === null ? [] : ['--persona', persona, '--data', data];
  const code = await COMMANDS[name]([...args, ...where], io);
  holdsNothingOf(persona ?? 'adult', io.err);
  const json = (args.includes('--json') ? JSON.parse(io.out) : {}) as Answer;
  return { code, out: io.out, err: io.err, asked: io.asked, json };
}

/** Nothing of a person may be in what goes to standard error. */
function holdsNothingOf(persona: string, text: string): void {
  if (!(PERSONA_IDS as readonly string[]).includes(persona)) return;
  const { name, address, myNumber, pins } = loadPersona(persona);
  for (const value of [...name.split('\u3000'), address, myNumber, pins.text, pins.signature ?? '-']) {
    assert.ok(value === '-' || !text.includes(value), 'personal data on standard error');
  }
}

describe('tegata card read', () => {
  it('reads and checks everything with the 4-digit PIN; the My Number is masked', async () => {
    const { code, json, err } = await run('read --pin 1234 --signature-password tegata1 --json');
    const { name, address, myNumber } = loadPersona('adult');
    assert.equal(code, 0);
    assert.equal(err, '');
    const { valid, attributes, certificates, checks } = json;
    assert.equal(valid, true);
    assert.deepEqual([attributes.name, attributes.address], [name, address]);
    assert.equal(json.myNumber, '************');
    assert.ok(!JSON.stringify(json).includes(myNumber));
    assert.deepEqual(
      certificates.map((certificate) => [certificate.name, certificate.state, certificate.inTime]),
      [
        ['auth', 'read', true],
        ['sign', 'read', true],
        ['authCa', 'read', true],
        ['signCa', 'read', true],
      ],
    );
    for (const id of [
      'text-cvc',
      'text-signature',
      'presence',
      'surface-signature',
      'auth-certificate',
      'sign-certificate',
      'certificate-agrees-with-card',
    ])
      assert.deepEqual(checks.find((check) => check.id === id)?.result, 'passed', id);
  });

  it('shows the My Number when asked, and people get a page', async () => {
    const { code, out } = await run('read --pin 1234 --show-my-number');
    assert.equal(code, 0);
    assert.ok(out.includes(loadPersona('adult').myNumber));
    assert.match(out, /GENUINE: every check passed/);
    assert.match(out, /signature +readable with its PIN only/);
    assert.match((await run('read --pin 1234')).out, /My Number +\*{12}/);
  });

  it('writes the photo as on the card or as PNG, for its owner only', async () => {
    for (const [name, magic] of [
      ['photo.jp2', '0000000c6a502020'],
      ['photo.png', Buffer.from(greyscaleToPng(new Uint8Array(1), 1, 1).subarray(0, 8)).toString('hex')],
    ] as const) {
      const path = join(folder, name);
      assert.equal((await run(`read --pin 1234 --photo ${path}`)).code, 0);
      assert.equal(readFileSync(path).subarray(0, 8).toString('hex'), magic);
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
    assert.equal((await run(`read --pin 1234 --photo ${join(folder, 'photo.gif')}`)).code, 2);
  });

  it('says by name what is wrong with a forged or copied card, and exits with 1', async () => {
    for (const [persona, id] of [
      ['forged-text', 'text-signature'],
      ['forged-face', 'surface-signature'],
      ['copied-card', 'presence'],
      ['card-expired', 'card-expiry'],
      ['certificate-expired', 'sign-certificate'],
    ] as const) {
      const { code, json } = await run('read --pin 1234 --signature-password TEGATA1 --json', { persona });
      const failed = (json as unknown as { checks: { id: string; result: string }[] }).checks.filter(
        ({ result }) => result === 'failed',
      );
      assert.ok(
        failed.some((check) => check.id === id),
        `${persona}: ${id}`,
      );
      assert.deepEqual([code, json.valid], [1, false]);
    }
    const { code, out } = await run('read --pin 1234', { persona: 'forged-text' });
    assert.deepEqual([code, /NOT GENUINE: .*text-signature/.test(out)], [1, true]);
  });

  it('says that a photo cannot be decoded, and writes none', async () => {
    const path = join(folder, 'undecodable.png');
    const { code, json } = await run(`read --pin 1234 --json --photo ${path}`, { persona: 'undecodable-photo' });
    assert.equal(code, 1);
    assert.match(json.photo.error ?? '', /^decode-/);
    assert.equal(existsSync(path), false);
  });

  it('says that a PIN was wrong and how many tries are left, and nothing of the person', async () => {
    const { code, json, err } = await run('read --pin 9999 --json', { persona: 'long-name' });
    assert.equal(code, 1);
    const { error } = json;
    assert.deepEqual([error.code, error.triesLeft], ['wrong-pin', 2]);
    assert.match(err, /^wrong-pin: .*Tries left: 2\.\n$/);
    assert.ok(!err.includes('9999'));
    const japanese = await run('read --pin 9999', { persona: 'long-name', environment: { LANG: 'ja_JP.UTF-8' } });
    assert.match(japanese.err, /^wrong-pin: 暗証番号が違います。.*残り1回。\n$/);
  });

  it('stops before the last try, asks who can be asked, and goes on when told', async () => {
    const persona = 'last-try';
    const left = () => (JSON.parse(readFileSync(counters(persona), 'utf8')) as Record<string, number>)['text/0011'];
    const stopped = await run('read --pin 1234 --json', { persona });
    assert.deepEqual([stopped.code, stopped.json.error.code], [1, 'last-try']);
    const refused = await run('read --pin 1234', { persona, types: ['no'] });
    assert.deepEqual([refused.code, refused.asked.length], [1, 1]);
    assert.match(refused.asked[0] as string, /One try is left/);
    assert.ok(!existsSync(counters(persona)) || left() === 1, 'no try was spent');
    assert.equal((await run('read --pin 1234', { persona, types: ['yes'] })).code, 0);
    assert.equal(left(), 3, 'the right PIN brought the tries back');
  });

  it('goes on with the last try when the command line says so', async () => {
    const { code, err } = await run('read --pin 9999 --yes-last-try', { persona: 'long-name' });
    assert.deepEqual([code, /^pin-locked: /.test(err)], [1, true]);
    assert.match((await run('read --pin 1234', { persona: 'long-name' })).err, /^pin-locked: /);
  });
});

describe('what is no card', () => {
  it('has no attributes to read: the token of a phone says so, and no PIN was shown', async () => {
    const { code, err } = await run('read --pin 1234 --profile ios');
    assert.deepEqual([code, /^not-a-card: /.test(err)], [1, true]);
  });
});

describe('tegata card status', () => {
  it('tells tries, certificates and validity, and moves no counter', async () => {
    await run('read --pin 0000', { persona: 'leap-day' });
    const before = readFileSync(counters('leap-day'), 'utf8');
    const { code, json } = await run('status --json', { persona: 'leap-day' });
    assert.equal(code, 0);
    const { pins, certificates } = json;
    assert.deepEqual(
      pins.map(({ pin, application, triesLeft }) => `${pin} ${application} ${triesLeft}`),
      ['auth jpki 3', 'sign jpki 5', 'text text 2', 'card common 3', 'card resident 3'],
    );
    assert.deepEqual(
      certificates.map(({ name, state }) => `${name} ${state}`),
      ['auth read', 'sign needs-pin', 'authCa read', 'signCa read'],
    );
    assert.match(String(json.expiry), /^\d{8}$/);
    assert.equal(readFileSync(counters('leap-day'), 'utf8'), before);
  });

  it('shows people what is locked and what is missing', async () => {
    const { out } = await run('status', { persona: 'pin-locked' });
    assert.match(out, /attributes PIN +LOCKED/);
    assert.match((await run('status', { persona: 'under-15' })).out, /signature +not on this card/);
    assert.match(
      (await run('status --profile android')).out,
      /an Android phone[\s\S]*user authentication +readable with its PIN only/,
    );
  });
});

describe('tegata card sign', () => {
  const certificateOf = (json: Answer) => new X509Certificate(Buffer.from(json.certificate, 'base64'));

  it('signs a file as it lies there, with both keys; the password in small letters too', async () => {
    const path = file('message', '68656c6c6f\n');
    for (const [key, pin] of [
      ['auth', '1234'],
      ['sign', 'tegata1'],
    ] as const) {
      const { code, json } = await run(`sign --key ${key} --pin ${pin} --json ${path}`);
      assert.equal(code, 0);
      const signature = Buffer.from(json.signature, 'base64');
      assert.ok(verify('sha256', readFileSync(path), certificateOf(json).publicKey, signature));
    }
  });

  it('writes the raw signature, or CMS with the file inside', async () => {
    const path = file('to-be-signed');
    const raw = join(folder, 'raw.sig');
    const cms = join(folder, 'signed.p7m');
    const { json } = await run(`sign --key sign --pin TEGATA1 --out ${raw} --json ${path}`);
    const key = createPublicKey(certificateOf(json).publicKey.export({ type: 'spki', format: 'pem' }));
    assert.ok(verify('sha256', readFileSync(path), key, readFileSync(raw)));
    assert.equal((await run(`sign --key sign --pin TEGATA1 --form cms --out ${cms} ${path}`)).code, 0);
    const at = testIo().clock.now();
    const { result, content, certificate } = verifySignedData({
      cms: new Uint8Array(readFileSync(cms)),
      eContentType: cmsOid.data,
      at,
    });
    const { jpkiSign: anchors } = readTrust(join(data, 'trust'));
    const chain = verifyPath({ leaf: certificate as Certificate, anchors, profile: 'jpki-sign', at });
    assert.equal(chain.result, 'passed');
    assert.equal(result, 'passed');
    assert.equal(content && Buffer.from(content).toString(), 'what is signed');
  });

  it('signs with the token of a phone', async () => {
    const { code, json } = await run(`sign --key auth --pin 1234 --profile ios --json ${file('phone')}`);
    assert.equal(code, 0);
    assert.ok(
      verify(
        'sha256',
        Buffer.from('what is signed'),
        certificateOf(json).publicKey,
        Buffer.from(json.signature, 'base64'),
      ),
    );
  });

  it('says that a child’s card has no signature certificate', async () => {
    const { code, err } = await run(`sign --key sign --pin TEGATA1 ${file('child')}`, { persona: 'under-15' });
    assert.deepEqual([code, /^no-signature-certificate: /.test(err)], [1, true]);
  });
});

describe('tegata card pin change', () => {
  it('changes each of them, and the old one is wrong from then on', async () => {
    const persona = 'showa-64';
    for (const [kind, from, to, wrong] of [
      ['text', '1234', '4321', 'wrong-pin'],
      ['auth', '1234', '4321', 'wrong-pin'],
      ['card', loadPersona(persona).pins.auth, '4321', 'wrong-pin'],
      ['sign', 'TEGATA1', 'newpass9', 'wrong-signature-password'],
    ] as const) {
      const changed = await run(`pin change --pin-kind ${kind} --pin ${from} --new-pin ${to} --json`, { persona });
      assert.deepEqual([changed.code, changed.json], [0, { changed: kind }], kind);
      const again = await run(`pin change --pin-kind ${kind} --pin ${from} --new-pin ${to}`, { persona });
      assert.deepEqual([again.code, again.err.split(':')[0]], [1, wrong], kind);
    }
  });

  it('asks for the new one twice and does nothing when the two differ', async () => {
    const persona = 'turns-18-today';
    const differing = await run('pin change --pin-kind text', { persona, types: ['1234', '1111', '2222'] });
    assert.equal(differing.code, 2);
    assert.match(differing.err, /differ/);
    assert.equal(existsSync(counters(persona)), false);
    const { code, asked } = await run('pin change --pin-kind text', { persona, types: ['1234', '1111', '1111'] });
    assert.deepEqual([code, asked.length], [0, 3]);
  });
});

describe('secrets', () => {
  it('come from a file, standard input, the environment or the person, and a wrong form spends no try', async () => {
    const path = file('pin', '1234\n');
    assert.equal((await run(`read --pin-file ${path}`)).code, 0);
    assert.equal((await run('read --pin-file -', { stdin: '1234\n' })).code, 0);
    const both = 'read --pin-file - --signature-password-file - --json';
    assert.equal((await run(both, { stdin: '1234\ntegata1\n' })).code, 0);
    assert.equal((await run('read', { environment: { TEGATA_CARD_PIN: '1234' } })).code, 0);
    const { code, asked } = await run('read', { types: ['1234'] });
    assert.deepEqual([code, asked], [0, ['PIN of the attributes (4 digits): ']]);
    const { err } = await run('read --pin 12345', { persona: 'turns-15-today' });
    assert.match(err, /^pin-format: /);
    assert.ok(!err.includes('12345'));
    assert.equal(existsSync(counters('turns-15-today')), false);
  });

  it('are asked for in words when nobody can be asked: exit 2', async () => {
    const { code, err } = await run('read');
    assert.equal(code, 2);
    assert.match(err, /--pin-file FILE .*TEGATA_CARD_PIN/);
  });
});

describe('a card in a reader', () => {
  it('is read as one of our own, and its issuers are trusted only by a folder that is named', async () => {
    const { chip } = await localCard({ persona: 'adult', profile: 'card', data }, testIo());
    const readers = { 'Reader 0': undefined, 'Reader 1': chip };
    const listed = await run('readers --json', { persona: null, readers });
    assert.deepEqual(
      listed.json.readers.map(({ card }) => card),
      [false, true],
    );
    const bare = await run('read --pin 1234', { persona: null, readers });
    assert.deepEqual([bare.code, /NOT CHECKED: no issuer of this card is trusted here/.test(bare.out)], [1, true]);
    const trusted = await run(`read --pin 1234 --trust ${join(data, 'trust')}`, { persona: null, readers });
    assert.equal(trusted.code, 0);
  });

  it('is not there, or there is no such reader, or no PC/SC: a code for each', async () => {
    assert.match((await run('status --wait 0', { persona: null, readers: { A: undefined } })).err, /^no-card: /);
    assert.match((await run('status --reader B', { persona: null, readers: {} })).err, /^reader-unknown: /);
    assert.match((await run('status', { persona: null })).err, /^pcsc-missing: /);
  });
});

describe('a trace', () => {
  it('is written masked for its owner, and inspect explains it', async () => {
    const path = join(folder, 'read.trace');
    const { myNumber } = loadPersona('adult');
    assert.equal((await run(`read --pin 1234 --signature-password TEGATA1 --trace ${path}`)).code, 0);
    const text = readFileSync(path, 'utf8');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    for (const secret of ['TEGATA1', myNumber])
      assert.ok(!text.includes(Buffer.from(secret).toString('hex').toUpperCase()));
    assert.ok(text.includes('> 00200091042A2A2A2A\n'));
    assert.equal(inspectInput(Buffer.from(text), { unmask: false }).kind, 'apdu-trace');
  });

  it('of a status is played back to the same answer', async () => {
    const path = join(folder, 'status.trace');
    const { json } = await run(`status --json --trace ${path} --trace-unmasked`);
    const card = replayTrace(readFileSync(path, 'utf8'));
    const { pins } = await cardStatus(card);
    assert.deepEqual(pins, json.pins);
    assert.equal(card.left, 0);
    const again = await run(`status --json --replay ${path}`, { persona: null });
    assert.deepEqual([again.code, again.json], [0, json]);
    const other = await run(`sign --key auth --pin 1234 --replay ${path} ${file('replayed')}`, { persona: null });
    assert.deepEqual([other.code, /^replay-differs: /.test(other.err)], [1, true]);
  });
});

describe('arguments that cannot be used', () => {
  for (const line of [
    'read --pin',
    'read --pin 1234 --pin 1234',
    'read --nonsense',
    'read --pin 1234 word',
    'read --pin 1234 --trust /no/such/folder',
    'sign --key auth --pin 1234',
    'sign --key other --pin 1234 x',
    'sign --key auth --pin 1234 --form pdf x',
    'sign --key auth --pin 1234 /no/such/file',
    'pin --pin-kind text --pin 1234 --new-pin 1111',
    'pin change --pin-kind puk --pin 1234 --new-pin 1111',
    'status --trace-unmasked',
    'status --profile windows',
    'status --wait soon',
    'status --reader A',
    'status --replay x',
  ]) {
    it(`exit 2: ${line}`, async () => {
      const { code, out, err } = await run(line);
      assert.deepEqual([code, out], [2, '']);
      assert.doesNotMatch(err, /\n\s+at /);
      assert.ok(!err.includes('1234'));
    });
  }

  it('exit 2: a trace that is not there', async () => {
    assert.equal((await run('status --replay /no/such/trace', { persona: null })).code, 2);
  });

  it('exit 2: a persona that does not exist', async () => {
    const { code, err } = await run('status', { persona: 'nobody' });
    assert.deepEqual([code, /tegata personas/.test(err)], [2, true]);
  });
});
