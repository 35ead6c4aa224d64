import assert from 'node:assert/strict';
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  publicDecrypt,
  verify as verifySignature,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { encodeCommand, parseResponse } from '@tegata/apdu';
import { seededRandom } from '@tegata/random';
import fc from 'fast-check';
import type { Application, ElementaryFile } from './application.ts';
import { makeChip, type SoftwareChip } from './chip.ts';
import { type CounterStore, fileCounters, memoryCounters } from './counter-store.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest();
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = createPublicKey(privateKey);
const DIGEST_INFO = '3031300D060960864801650304020105000420';

const long = new Uint8Array(600).map((_, i) => i % 251);
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const files = (...rows: [number, ElementaryFile][]) => new Map(rows);

const applications: Application[] = [
  {
    name: 'jpki',
    aid: hex('D392F000260100000001'),
    files: files(
      [0x01, { kind: 'transparent', content: long, read: [0x1b] }],
      [0x08, { kind: 'transparent', content: hex('8F8F00'), read: 'anyone' }],
      [0x09, { kind: 'transparent', content: hex('FF'), read: 'nobody' }],
      [0x16, { kind: 'opaque' }],
      [0x17, { kind: 'key', privateKey, use: [0x18] }],
      [0x18, { kind: 'secret', value: bytes('1234'), tries: 3 }],
      [0x1a, { kind: 'key', privateKey, use: [0x1b] }],
      [0x1b, { kind: 'secret', value: bytes('TEGATA1'), tries: 5 }],
    ),
  },
  {
    name: 'text',
    aid: hex('D3921000310001010408'),
    files: files(
      [0x01, { kind: 'transparent', content: long, read: [0x11, 0x14] }],
      [0x04, { kind: 'transparent', content: long, read: 'anyone' }],
      [0x11, { kind: 'secret', value: bytes('5678'), tries: 3 }],
      [0x12, { kind: 'secret', value: bytes(''), tries: 0 }],
      [0x13, { kind: 'key', privateKey, use: 'anyone' }],
      [0x14, { kind: 'secret', value: bytes('900000000010'), tries: 10 }],
      [0x19, { kind: 'key', privateKey, use: 'anyone', internalAuthenticate: true }],
    ),
    defaultKey: 0x13,
  },
];

const SELECT_JPKI = '00A4040C0A D392F000260100000001';
const SELECT_TEXT = '00A4040C0A D3921000310001010408';

let counters: CounterStore;
let chip: SoftwareChip;

beforeEach(() => {
  counters = memoryCounters();
  chip = makeChip({ applications, counters, random: seededRandom('chip test') });
});

/** Sends commands one after the other and gives the last answer. */
function send(...commands: string[]): { sw: string; data: Uint8Array } {
  let answer = { sw: '', data: new Uint8Array(0) };
  for (const command of commands) {
    const { sw, data } = parseResponse(chip.transmit(hex(command)));
    answer = { sw: sw.toString(16).toUpperCase(), data: new Uint8Array(data) };
  }
  return answer;
}

/** Sends a script of `command → status word`. */
function script(...lines: [string, string][]): void {
  for (const [command, expected] of lines) assert.equal(send(command).sw, expected, command);
}

describe('SELECT', () => {
  test('an application is selected by its AID or a prefix of it, without FCI', () => {
    script([SELECT_JPKI, '9000'], [SELECT_TEXT, '9000'], ['00A4040C03 D39210', '9000'], ['00A4040C03 D39211', '6A82']);
    assert.equal(send(SELECT_TEXT).data.length, 0);
    script(['00A4040C11 D392F000260100000001 00000000000000', '6700'], ['00A40400 0A D392F000260100000001', '6A86']);
  });

  test('an AID that no card answers is 6A82 and changes nothing', () => {
    script(
      [SELECT_TEXT, '9000'],
      ['00B08400 00', '9000'],
      ['00A4040C0A D392F000260100000002', '6A82'],
      ['00B08400 00', '9000'],
    );
  });

  test('selecting a DF clears what was verified; selecting an EF does not', () => {
    script(
      [SELECT_TEXT, '9000'],
      [`00200091 04 ${ascii('5678')}`, '9000'],
      ['00A4020C02 0001', '9000'],
      ['00B00000 00', '9000'],
      [SELECT_TEXT, '9000'],
      ['00B08100 00', '6982'],
    );
  });

  test('a file that is not there is 6A82, before an application too', () => {
    script(['00A4020C02 0001', '6A82'], [SELECT_TEXT, '9000'], ['00A4020C02 001E', '6A82'], ['00A4020C01 00', '6700']);
  });

  test('00 A4 00 00 is 6A86 after reset, 9000 without effect later; 3F00 is 6A82', () => {
    script(
      ['00A40000', '6A86'],
      [SELECT_TEXT, '9000'],
      ['00A4020C02 0004', '9000'],
      ['00A40000', '9000'],
      ['00B00000 00', '9000'],
    );
    script(['00A4000002 3F00', '6A82']);
    chip.reset();
    script(['00A40000', '6A86'], ['00B00000 00', '6986']);
  });
});

describe('READ BINARY', () => {
  test('a file is read by offset and by short id, to its end, and 6B00 beyond', () => {
    script([SELECT_TEXT, '9000'], ['00B00000 00', '6986']);
    assert.deepEqual(send('00A4020C02 0004', '00B00000 00').data, long.slice(0, 256));
    assert.deepEqual(send('00B00100 00').data, long.slice(256, 512));
    assert.deepEqual(send('00B00200 00').data, long.slice(512));
    assert.deepEqual(send('00B00257 01').data, long.slice(599));
    script(['00B00258 00', '6B00'], ['00B07FFF 00', '6B00']);
    assert.deepEqual(send('00B08410 08').data, long.slice(16, 24));
    // The short id made it current.
    assert.deepEqual(send('00B00020 02').data, long.slice(32, 34));
  });

  test('wrong forms, wrong ids and wrong structures have their status words', () => {
    script(
      [SELECT_TEXT, '9000'],
      ['00B08400', '6700'],
      ['00B08400 01 00 00', '6700'],
      ['00B08400 000100', '6700'],
      ['00B08000 00', '6A86'],
      ['00B09F00 00', '6A86'],
      ['00B0C400 00', '6A86'],
      ['00B09E00 00', '6A82'],
      ['00B09100 00', '6981'],
      ['00B09300 00', '6981'],
    );
  });

  test('a protected file opens with the secrets named for it and with no other', () => {
    script(
      [SELECT_TEXT, '9000'],
      ['00B08100 00', '6982'],
      [`00200094 0C ${ascii('900000000010')}`, '9000'],
      ['00B08100 00', '9000'],
    );
    script([SELECT_JPKI, '9000'], [`00200098 04 ${ascii('1234')}`, '9000'], ['00B08100 00', '6982']);
    script([`0020009B 07 ${ascii('TEGATA1')}`, '9000'], ['00B08100 00', '9000'], ['00B08900 01', '6982']);
  });
});

describe('VERIFY', () => {
  test('the counter goes 63C2, 63C1, 63C0, then 6984, and the right PIN no longer helps', () => {
    const wrong = `00200091 04 ${ascii('0000')}`;
    script(
      [SELECT_TEXT, '9000'],
      ['00200091', '63C3'],
      [wrong, '63C2'],
      [wrong, '63C1'],
      ['00200091', '63C1'],
      [wrong, '63C0'],
    );
    script([wrong, '6984'], [`00200091 04 ${ascii('5678')}`, '6984'], ['00200091', '63C0'], ['00B08100 00', '6982']);
  });

  test('the right value restores the counter; the query costs nothing', () => {
    script([SELECT_TEXT, '9000'], [`00200091 04 ${ascii('0000')}`, '63C2'], ['00200091', '63C2'], ['00200091', '63C2']);
    script([`00200091 04 ${ascii('5678')}`, '9000'], ['00200091', '63C3']);
  });

  test('a wrong value takes back what an earlier right one opened', () => {
    script(
      [SELECT_TEXT, '9000'],
      [`00200091 04 ${ascii('5678')}`, '9000'],
      [`00200091 03 ${ascii('567')}`, '63C2'],
      ['00B08100 00', '6982'],
    );
  });

  test('the key is named by P2 or is the current EF', () => {
    script([SELECT_TEXT, '9000'], ['00200080', '6986'], ['00A4020C02 0011', '9000'], ['00200080', '63C3']);
    script(
      [`00200080 04 ${ascii('5678')}`, '9000'],
      ['00200011', '6A86'],
      ['00200191', '6A86'],
      ['0020009E', '6A88'],
      ['00200084', '6981'],
    );
    chip.reset();
    script(['00200091', '6A88']);
  });

  test('raw bytes are compared: lower case is another password', () => {
    script(
      [SELECT_JPKI, '9000'],
      [`0020009B 07 ${ascii('tegata1')}`, '63C4'],
      [`0020009B 07 ${ascii('TEGATA1')}`, '9000'],
    );
  });

  test('text AP 0012 is blocked for ever', () => {
    script([SELECT_TEXT, '9000'], ['00200092', '63C0'], [`00200092 04 ${ascii('1234')}`, '6984']);
  });

  test('more than 16 bytes, or an Le, is a wrong length and costs nothing', () => {
    script(
      [SELECT_TEXT, '9000'],
      [`00200091 11 ${'31'.repeat(17)}`, '6700'],
      [`00200091 04 ${ascii('0000')} 00`, '6700'],
      ['00200091 00', '6700'],
    );
    script(['00200091', '63C3']);
  });

  test('the counter is stored before the value is compared, and restored after', () => {
    const written: [string, number][] = [];
    const store = memoryCounters();
    const recording: CounterStore = {
      read: store.read,
      write(name, left) {
        written.push([name, left]);
        store.write(name, left);
      },
    };
    chip = makeChip({ applications, counters: recording, random: seededRandom('x') });
    script([SELECT_TEXT, '9000'], [`00200091 04 ${ascii('5678')}`, '9000']);
    assert.deepEqual(written, [
      ['text/0011', 2],
      ['text/0011', 3],
    ]);
  });

  test('when the counter cannot be stored nothing is compared: 6F00 for the right and for the wrong value', () => {
    const broken: CounterStore = {
      read: () => undefined,
      write() {
        throw new Error('disk full');
      },
    };
    chip = makeChip({ applications, counters: broken, random: seededRandom('x') });
    script(
      [SELECT_TEXT, '9000'],
      [`00200091 04 ${ascii('5678')}`, '6F00'],
      [`00200091 04 ${ascii('0000')}`, '6F00'],
      ['00B08100 00', '6982'],
    );
  });

  test('counters in a file outlive the chip; a damaged file makes no card', () => {
    const folder = mkdtempSync(join(tmpdir(), 'card-'));
    try {
      const path = join(folder, 'deep', 'counters.json');
      chip = makeChip({ applications, counters: fileCounters(path), random: seededRandom('x') });
      script([SELECT_TEXT, '9000'], [`00200091 04 ${ascii('0000')}`, '63C2']);
      assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { 'text/0011': 2 });
      chip = makeChip({ applications, counters: fileCounters(path), random: seededRandom('x') });
      script([SELECT_TEXT, '9000'], ['00200091', '63C2']);
      for (const damaged of ['{"text/0011":', '[]', 'null', '{"text/0011":99}', '{"text/0011":"3"}']) {
        writeFileSync(path, damaged);
        assert.throws(() => fileCounters(path), { code: 'card-state-unreadable' });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a stored counter above the maximum gives no more tries than the maximum', () => {
    chip = makeChip({ applications, counters: memoryCounters({ 'text/0011': 9 }), random: seededRandom('x') });
    script([SELECT_TEXT, '9000'], ['00200091', '63C3']);
  });
});

describe('COMPUTE DIGITAL SIGNATURE', () => {
  const message = Buffer.from('a message to sign');
  const hash = sha256(message);
  const sign = (p1: number, p2: number, data: Uint8Array, le = 256) =>
    Buffer.from(encodeCommand({ cla: 0x80, ins: 0x2a, p1, p2, data, le })).toString('hex');
  const opened = () =>
    script(
      [SELECT_JPKI, '9000'],
      [`00200098 04 ${ascii('1234')}`, '9000'],
      [`0020009B 07 ${ascii('TEGATA1')}`, '9000'],
    );
  const unpadded = (signature: Uint8Array) =>
    publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);

  test('P1 00: the data as given, with a DigestInfo an ordinary signature', () => {
    opened();
    const { data, sw } = send(sign(0, 0x97, hex(DIGEST_INFO + hash.toString('hex'))));
    assert.equal(sw, '9000');
    assert.ok(verifySignature('sha256', message, publicKey, data));
    assert.deepEqual(unpadded(send(sign(0, 0x97, Uint8Array.of(7))).data), Buffer.from([7]));
  });

  test('P1 01: the bare hash, no DigestInfo', () => {
    opened();
    assert.deepEqual(unpadded(send(sign(1, 0x9a, message)).data), hash);
  });

  test('P1 02 and 03: sha256WithRSAEncryption over a hash and over a message', () => {
    opened();
    for (const command of [sign(2, 0x9a, hash), sign(3, 0x9a, message)]) {
      assert.ok(verifySignature('sha256', message, publicKey, send(command).data));
    }
  });

  test('P1 04 and 05: RSASSA-PSS with a salt that changes', () => {
    opened();
    const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const signatures = [sign(4, 0x97, hash), sign(4, 0x97, hash), sign(5, 0x97, message)].map((c) => send(c).data);
    for (const signature of signatures) assert.ok(verifySignature('sha256', message, key, signature));
    assert.notDeepEqual(signatures[0], signatures[1]);
  });

  test('other P1 and wrong input lengths', () => {
    opened();
    script([sign(6, 0x97, hash), '6A86'], [sign(0xff, 0x97, hash), '6A86']);
    for (const p1 of [2, 4])
      script([sign(p1, 0x97, hash.subarray(1)), '6985'], [sign(p1, 0x97, Buffer.concat([hash, hash])), '6985']);
    script([sign(0, 0x97, new Uint8Array(246)), '6985'], [sign(0, 0x97, new Uint8Array(245).fill(1)), '9000']);
    script(
      [sign(3, 0x97, new Uint8Array(255)), '9000'],
      [sign(2, 0x97, hash, 255), '6C00'],
      [`802A0297 20${hash.toString('hex')}`, '6700'],
    );
  });

  test('a key works after its own secret only', () => {
    script([SELECT_JPKI, '9000'], [sign(2, 0x97, hash), '6982'], [`0020009B 07 ${ascii('TEGATA1')}`, '9000']);
    script(
      [sign(2, 0x97, hash), '6982'],
      [sign(2, 0x9a, hash), '9000'],
      [SELECT_JPKI, '9000'],
      [sign(2, 0x9a, hash), '6982'],
    );
  });

  test('P2 80 means the current EF and gives the same signature as the short id', () => {
    opened();
    const byId = send(sign(2, 0x97, hash)).data;
    assert.deepEqual(send('00A4020C02 0017', sign(2, 0x80, hash)).data, byId);
    script(
      ['00A4020C02 0008', '9000'],
      [sign(2, 0x80, hash), '6981'],
      [sign(2, 0x9e, hash), '6A88'],
      [sign(2, 0x17, hash), '6A86'],
    );
  });

  test('the presence proof: P2 00 is the default key of the text AP, without a PIN; the JPKI-AP has none', () => {
    const command = sign(0, 0, hex(DIGEST_INFO + hash.toString('hex')));
    assert.equal(command.slice(0, 10), '802a000033');
    script([command, '6A88'], [SELECT_JPKI, '9000'], [command, '6A88']);
    assert.ok(verifySignature('sha256', message, publicKey, send(SELECT_TEXT, command).data));
  });
});

describe('INTERNAL AUTHENTICATE and GET CHALLENGE', () => {
  test('INS 88 is 6985 on the signing key, 6982 on a guarded one, and signs with a key made for it', () => {
    script(
      [SELECT_TEXT, '9000'],
      ['00880093 04 01020304 00', '6985'],
      ['0088009E 04 01020304 00', '6A88'],
      ['00880091 04 01020304 00', '6981'],
    );
    script(['00880193 04 01020304 00', '6A86'], ['00880099 04 01020304 10', '6C00'], ['00880099 04 01020304', '6700']);
    assert.ok(verifySignature('sha256', hex('01020304'), publicKey, send('00880099 04 01020304 00').data));
    script([SELECT_JPKI, '9000'], ['00880097 04 01020304 00', '6982']);
    script([`00200098 04 ${ascii('1234')}`, '9000'], ['00880097 04 01020304 00', '6985']);
  });

  test('a challenge has the length that was asked for, everywhere; the extended form is 6985', () => {
    assert.equal(send('00840000 08').data.length, 8);
    assert.equal(send(SELECT_TEXT, '00840000 00').data.length, 256);
    assert.notDeepEqual(send('00840000 10').data, send('00840000 10').data);
    script(['00840000 000010', '6985'], ['00840000', '6700'], ['00840100 08', '6A86']);
  });
});

describe('classes and unknown bytes', () => {
  test('channels, secure messaging, unknown instructions and classes', () => {
    script(
      [SELECT_TEXT, '9000'],
      ['01B08400 00', '6881'],
      ['08A4040C0A D3921000310001010408', '6882'],
      ['0CB08400 00', '69FC'],
    );
    script(
      [`08200091 04 ${ascii('5678')}`, '69FC'],
      ['80B08400 00', '6E00'],
      ['002A0000 01 00 00', '6E00'],
      ['00FE0000', '6D00'],
    );
    script(
      ['20B08400 00', '6E00'],
      ['FFB08400 00', '6E00'],
      ['80A20000 01 00', '6A86'],
      ['', '6700'],
      ['00B084', '6700'],
    );
  });

  test('any bytes get a status word, never a crash, and open nothing', () => {
    const header = fc.tuple(
      fc.constantFrom(0x00, 0x80, 0x08, 0x01),
      fc.constantFrom(0xa4, 0xb0, 0x20, 0x2a, 0x88, 0x84, 0xa2),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 255 }),
    );
    const command = fc.tuple(header, fc.uint8Array({ maxLength: 20 })).map(([h, rest]) => Uint8Array.of(...h, ...rest));
    fc.assert(
      fc.property(fc.array(fc.oneof(command, fc.uint8Array({ maxLength: 12 })), { maxLength: 12 }), (commands) => {
        chip.reset();
        for (const c of commands) {
          const { sw, data } = parseResponse(chip.transmit(c));
          assert.ok((sw >= 0x6100 && sw <= 0x6fff) || sw === 0x9000);
          assert.notEqual(sw, 0x6f00);
          if (sw !== 0x9000) assert.equal(data.length, 0);
        }
        chip.reset();
        send(SELECT_JPKI);
        script(['00B08100 00', '6982']);
      }),
      { numRuns: 150 },
    );
  });
});
