import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CardReader, listenForCard, type Transport, transceive } from '@tegata/apdu';
import { checkCardFiles, parseAgeFile, presenceCommand } from '@tegata/card-files';
import { adjustableClock } from '@tegata/clock';
import type { Running } from '@tegata/http';
import { memoryKeys } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { systemRandom as random } from '@tegata/random';
import { noTap } from '@tegata/tap';
import { compareAttributes, jpkiAttributes, parseCertificate, verifyPath } from '@tegata/x509';
import { CARD_ATR } from './atr.ts';
import { type CardAuthority, makeAuthority } from './issue/authority.ts';
import { startTestJpki, type TestJpki } from './jpki-for-tests.ts';
import { loadPersona, PERSONA_IDS, type PersonaId } from './persona.ts';
import { start } from './start.ts';

const clock = adjustableClock(new Date('2026-11-24T12:00:00Z'));
const secret = 'the secret of the hand';
const jpkiSecret = 'the secret of the pair';
const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');
const JPKI = '00A4040C0A D392F000260100000001';
const TEXT = '00A4040C0A D3921000310001010408';
const SURFACE = '00A4040C0A D3921000310001010402';

let jpki: TestJpki;
let authority: CardAuthority;
let card: Running;
let reader: CardReader;
const folder = mkdtempSync(join(tmpdir(), 'cards-'));

const config = () => ({
  clock,
  random,
  log: silentLog,
  tap: noTap,
  jpki: { url: jpki.url, secret: jpkiSecret },
  authority,
  secret,
});

before(async () => {
  jpki = await startTestJpki({ clock, random, secret: jpkiSecret });
  authority = await makeAuthority({ clock, random, keys: memoryKeys() });
  card = await start(config());
  reader = await listenForCard();
});

after(async () => {
  await card.close();
  await reader.close();
  await jpki.close();
  rmSync(folder, { recursive: true });
});

async function call(method: string, path: string, json?: unknown, to = card, bearer = secret) {
  const response = await fetch(to.url + path, {
    method,
    headers: { authorization: `Bearer ${bearer}` },
    ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), text };
}

/** Holds a persona's card to the reader for as long as `use` lasts. */
async function holding<T>(persona: string, use: (card: Transport) => Promise<T>, to = card): Promise<T> {
  const held = await call('POST', '/hold', { persona, reader: `127.0.0.1:${reader.address.port}` }, to);
  assert.equal(held.status, 200, held.text);
  try {
    return await use(await reader.waitForCard({ timeoutMs: 5000 }));
  } finally {
    await call('POST', '/remove', {}, to);
  }
}

async function ok(transport: Transport, command: string | Uint8Array): Promise<Uint8Array> {
  const { data, sw } = await transceive(transport, typeof command === 'string' ? hex(command) : command);
  assert.equal(sw.toString(16), '9000', Buffer.from(command).toString('hex').slice(0, 10));
  return new Uint8Array(data);
}

async function readFile(transport: Transport, id: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await ok(transport, `00A4020C02 00${id.toString(16).padStart(2, '0')}`);
  for (let at = 0; ; at += 256) {
    const { data, sw } = await transceive(transport, hex(`00B0${at.toString(16).padStart(4, '0')}00`));
    if (sw === 0x6b00) break;
    assert.equal(sw, 0x9000);
    parts.push(Uint8Array.from(data));
    if (data.length < 256) break;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Everything that the flow of card.md §13 reads. */
async function readAll(transport: Transport) {
  await ok(transport, TEXT);
  await ok(transport, `00200091 04 ${ascii('1234')}`);
  const text = {
    1: await readFile(transport, 1),
    2: await readFile(transport, 2),
    3: await readFile(transport, 3),
    4: await readFile(transport, 4),
    7: await readFile(transport, 7),
  };
  const challenge = random.bytes(32);
  const presence = await ok(transport, presenceCommand(challenge));
  await ok(transport, SURFACE);
  await ok(transport, `00200093 0C ${Buffer.from(text[1].subarray(3, 15)).toString('hex')}`);
  const surface = { 2: await readFile(transport, 2), 3: await readFile(transport, 3), 4: await readFile(transport, 4) };
  const surfacePresence = await ok(transport, presenceCommand(challenge));
  return { text, surface, presence, surfacePresence, challenge };
}

const check = (files: Awaited<ReturnType<typeof readAll>>) =>
  checkCardFiles({
    ...files,
    textAnchors: authority.textAnchors,
    surfaceAnchors: authority.surfaceAnchors,
    at: clock.now(),
  });

/** Cards with nothing wrong in their files; the others are held to their outcome in journeys/personas.test.ts. */
const good = PERSONA_IDS.filter((id) => {
  const { card, triesLeft } = loadPersona(id);
  return !card?.fault && !card?.surface && (card?.expiresInDays ?? 0) >= 0 && triesLeft?.text === undefined;
});

for (const id of good) {
  test(`${id}: with the four-digit PIN everything is read and every check passes`, async () => {
    const files = await holding(id, readAll);
    const { refusal, attributes } = check(files);
    assert.equal(refusal, undefined);
    const { name, address, sex, myNumber, municipality } = loadPersona(id);
    assert.deepEqual(
      [attributes?.name, attributes?.address, attributes?.sex, attributes?.myNumber, attributes?.municipalityCode],
      [name, address, sex, myNumber, municipality.code],
    );
  });
}

test('the birth dates on the boundary cards are those of the clock', async () => {
  const born = async (id: PersonaId) => check(await holding(id, readAll)).attributes?.birthDate;
  assert.deepEqual([await born('turns-20-tomorrow'), await born('turns-20-today')], ['20061125', '20061124']);
});

for (const id of ['adult', 'substitute-name', 'foreign-resident'] as const) {
  test(`${id}: the signature certificate is of the card's key and agrees with its attributes`, async () => {
    const { certificate, ca, files } = await holding(id, async (transport) => {
      const read = await readAll(transport);
      await ok(transport, JPKI);
      await ok(transport, `0020009B 07 ${ascii('TEGATA1')}`);
      const cut = (file: Uint8Array) => file.subarray(0, 4 + ((file[2]! << 8) | file[3]!));
      return { files: read, certificate: cut(await readFile(transport, 1)), ca: cut(await readFile(transport, 2)) };
    });
    const parsed = parseCertificate(certificate);
    assert.ok(createPublicKey(loadPersona(id).keys()['jpki-sign']).equals(parsed.publicKey));
    const path = verifyPath({ leaf: parsed, anchors: [ca], at: clock.now(), profile: 'jpki-sign' });
    assert.ok(
      path.checks.every(({ result }) => result === 'passed' || result === 'not_performed'),
      JSON.stringify(path.checks),
    );
    const attributes = check(files).attributes!;
    assert.equal(compareAttributes(jpkiAttributes(parsed), attributes).result, 'passed');
  });
}

test('under-15: EF 0008 is 00 8F 00, the password is blocked and no signature certificate was asked for', async () => {
  await holding('under-15', async (transport) => {
    await ok(transport, JPKI);
    assert.deepEqual(await readFile(transport, 8), hex('008F00'));
    assert.equal((await transceive(transport, hex('0020009B'))).sw, 0x63c0);
    assert.equal((await transceive(transport, hex(`0020009B 07 ${ascii('TEGATA1')}`))).sw, 0x6984);
    assert.equal((await readFile(transport, 0x0a))[0], 0x30);
  });
  // Turns 13 in 120 days.
  const asked = jpki.asked.filter(({ body }) => (body['holder'] as { birthDate?: string })?.birthDate === '20140324');
  assert.deepEqual(
    asked.map(({ body }) => body['profile']),
    ['auth'],
  );
});

test('pin-locked: the counter of the text PIN is 0, the others are full', async () => {
  await holding('pin-locked', async (transport) => {
    await ok(transport, TEXT);
    assert.equal((await transceive(transport, hex('00200091'))).sw, 0x63c0);
    assert.equal((await transceive(transport, hex(`00200091 04 ${ascii('1234')}`))).sw, 0x6984);
  });
  const { text } = await call('GET', '/personas/pin-locked');
  assert.deepEqual(JSON.parse(text).triesLeft, { text: 0, auth: 3, signature: 5 });
});

test('certificates of other days are asked for with their time of issue, and what is on hold is put there', async () => {
  const from = jpki.asked.length;
  for (const persona of ['certificate-expired', 'certificate-not-yet-valid', 'certificate-suspended', 'adult']) {
    const { close, url } = await start(config());
    await holding(persona, async () => {}, { close, url });
    await close();
  }
  const day = (body: Record<string, unknown>) => (body['issuedAt'] as string | undefined)?.slice(0, 10);
  const asked = jpki.asked.slice(from);
  assert.deepEqual(
    asked.filter(({ path }) => path === '/certificates').map(({ body }) => [body['profile'], day(body)]),
    [
      ['auth', '2021-06-03'],
      ['sign', '2021-06-03'],
      ['auth', '2026-12-04'],
      ['sign', '2026-12-04'],
      ['auth', undefined],
      ['sign', undefined],
      ['auth', undefined],
      ['sign', undefined],
    ],
  );
  const held = asked.filter(({ path }) => path === '/suspensions').map(({ body }) => body);
  assert.deepEqual(
    held.map((body) => [(body['of'] as { ca: string }).ca, body['device']]),
    [
      ['auth', 'card'],
      ['sign', 'card'],
    ],
  );
  assert.equal(new Set(held.map((body) => body['request'])).size, 2);
});

test('JPKI was asked to revoke the certificates that are revoked, for their reasons, and no others', async () => {
  const revocations = jpki.asked.filter(({ path }) => path === '/revocations');
  assert.deepEqual(
    revocations.map(({ body }) => [body['ca'], body['reason']]),
    PERSONA_IDS.flatMap((id) => {
      const { certificates } = loadPersona(id);
      return (['auth', 'sign'] as const).flatMap((ca) => {
        const reason = certificates?.[ca]?.revoked;
        return reason ? [[ca, reason]] : [];
      });
    }),
  );
});

test('a card is made once: held again it is the same card, and its counters went on', async () => {
  const before = jpki.asked.length;
  await holding('adult', async (transport) => {
    await ok(transport, TEXT);
    assert.equal((await transceive(transport, hex(`00200091 04 ${ascii('0000')}`))).sw, 0x63c2);
  });
  await holding('adult', async (transport) => {
    await ok(transport, TEXT);
    assert.equal((await transceive(transport, hex('00200091'))).sw, 0x63c2);
    await ok(transport, `00200091 04 ${ascii('1234')}`);
  });
  assert.equal(jpki.asked.length, before);
});

test('the age record of the surface AP opens with the era birth date only', async () => {
  await holding('adult', async (transport) => {
    await ok(transport, SURFACE);
    assert.equal((await transceive(transport, hex('00B08100 00'))).sw, 0x6982);
    await ok(transport, `00200091 06 ${ascii('630514')}`);
    assert.equal(parseAgeFile(await readFile(transport, 1)).birthDate, '19880514');
  });
});

test('with a data folder a restart finds the same certificates and the lowered counter', async () => {
  const first = await start({ ...config(), dataDir: folder });
  const readCertificate = async (transport: Transport) => {
    await ok(transport, TEXT);
    assert.equal((await transceive(transport, hex(`00200091 04 ${ascii('0000')}`))).sw >> 4, 0x63c);
    await ok(transport, JPKI);
    return readFile(transport, 0x0a);
  };
  const certificate = await holding('turns-20-today', readCertificate, first);
  await first.close();
  clock.advance(24 * 3600 * 1000);
  const second = await start({ ...config(), dataDir: folder });
  try {
    assert.deepEqual(await holding('turns-20-today', readCertificate, second), certificate);
    const { text } = await call('GET', '/personas/turns-20-today', undefined, second);
    assert.equal(JSON.parse(text).triesLeft.text, 1);
    await holding(
      'turns-20-today',
      async (transport) => {
        await ok(transport, SURFACE);
        await ok(transport, `00200091 06 ${ascii('181124')}`);
      },
      second,
    );
  } finally {
    await second.close();
    clock.advance(-24 * 3600 * 1000);
  }
});

test('the lists say who there is and nothing that only the card knows', async () => {
  const { text, status } = await call('GET', '/personas');
  assert.equal(status, 200);
  const list = JSON.parse(text) as { id: string; ja: { name: string }; expects: string }[];
  assert.deepEqual(
    list.map(({ id }) => id),
    [...PERSONA_IDS],
  );
  assert.deepEqual(
    list.filter(({ expects }) => expects === 'refusal').map(({ id }) => id),
    PERSONA_IDS.filter((id) => {
      const { expect } = loadPersona(id);
      return !expect.ok && expect.step < 9;
    }),
  );
  assert.ok(!text.includes(loadPersona('adult').myNumber));
  const portrait = await call('GET', '/personas/adult/portrait');
  assert.equal(portrait.type, 'image/jp2');
});

test('calls without the secret, to strange readers or for nobody are refused', async () => {
  const port = reader.address.port;
  const code = async (...args: Parameters<typeof call>) => JSON.parse((await call(...args)).text).code;
  assert.equal(await code('GET', '/personas', undefined, card, 'wrong'), 'unauthorized');
  assert.equal(await code('GET', '/personas/nobody'), 'persona-unknown');
  assert.equal(await code('POST', '/hold', { persona: 'nobody', reader: `127.0.0.1:${port}` }), 'persona-unknown');
  for (const where of ['10.0.0.1:80', 'localhost:1', '127.0.0.1:0', '127.0.0.1:99999', '127.0.0.1:1@example.com']) {
    assert.equal(await code('POST', '/hold', { persona: 'adult', reader: where }), 'bad-request');
  }
  assert.equal(await code('POST', '/hold', 'not json'), 'bad-request');
  assert.equal((await call('POST', '/hold', 'x'.repeat(5000))).status, 413);
});

test('where no reader listens the hold is peer-unreachable, and the next one works', async () => {
  const gone = await listenForCard();
  await gone.close();
  const { text } = await call('POST', '/hold', { persona: 'adult', reader: `127.0.0.1:${gone.address.port}` });
  assert.equal(JSON.parse(text).code, 'peer-unreachable');
  await holding('adult', (transport) => ok(transport, TEXT));
});

test('two hands at once hold one card: the other is taken away, and none stays in a reader that nobody can take it from', async () => {
  const other = await listenForCard();
  const answering = async () => {
    const answers = await Promise.allSettled(
      [reader, other].map(async (one) => (await one.waitForCard({ timeoutMs: 50 })).transmit(hex(TEXT))),
    );
    return answers.filter(({ status }) => status === 'fulfilled').length;
  };
  try {
    for (let i = 0; i < 5; i++) {
      const answers = await Promise.all(
        [reader, other].map((one) =>
          call('POST', '/hold', { persona: 'adult', reader: `127.0.0.1:${one.address.port}` }),
        ),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200],
      );
      assert.equal(await answering(), 1);
      await call('POST', '/remove', {});
      assert.equal(await answering(), 0);
    }
  } finally {
    await other.close();
  }
});

test('a JPKI that fails makes no card, and once it works again the card is made', async () => {
  const fresh = await start(config());
  try {
    jpki.fail(500);
    const refused = await call(
      'POST',
      '/hold',
      { persona: 'adult', reader: `127.0.0.1:${reader.address.port}` },
      fresh,
    );
    assert.equal(refused.status, 500);
    jpki.fail(undefined);
    await holding('adult', (transport) => ok(transport, TEXT), fresh);
  } finally {
    jpki.fail(undefined);
    await fresh.close();
  }
});

test('the ATR on the wire is that of a real card', async () => {
  await call('POST', '/hold', { persona: 'adult', reader: `127.0.0.1:${reader.address.port}` });
  assert.deepEqual([...(await reader.waitForCard()).atr], [...CARD_ATR]);
  const { text } = await call('POST', '/remove', {});
  assert.deepEqual(JSON.parse(text), { removed: true });
  assert.deepEqual(JSON.parse((await call('POST', '/remove', {})).text), { removed: false });
});
