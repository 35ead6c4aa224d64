// The whole card as a reader finds it, read by code made from the tables of card.md alone: no writer, parser or TLV code of ours takes part.
import assert from 'node:assert/strict';
import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  verify,
  X509Certificate,
} from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ascii, hexOf, openTestDrawer, SELECT, type TestDrawer, talkTo } from './cards-for-tests.ts';

let drawer: TestDrawer;
let send: ReturnType<typeof talkTo>;
before(async () => {
  drawer = await openTestDrawer();
  send = talkTo((await drawer.cards.card('adult')).chip);
});
after(() => drawer.close());

// The person on this card (personas/adult/persona.json), and what follows from it on 2026-11-24.
const PERSON = {
  name: '見本　花子',
  address: '見本県手形市関所一丁目２－３',
  birth: '19880514',
  expiry: '20360514',
  number: '900000000010',
  code: '2380',
};
const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  text: { 11: '1234', 14: PERSON.number, 15: `630514${PERSON.expiry.slice(0, 4)}${PERSON.code}` },
  surface: { 11: '630514', 12: `630514${PERSON.expiry.slice(0, 4)}${PERSON.code}`, 13: PERSON.number },
  jpki: { 18: '1234', '1B': 'TEGATA1' },
  common: { '1C': '1234' },
  resident: { '1C': '1234' },
};
type Name = keyof typeof SELECT;

function open(application: Name, ...secrets: string[]): void {
  assert.equal(send(SELECT[application]).sw, '9000');
  for (const id of secrets) {
    const value = SECRETS[application]![id]!;
    const p2 = (0x80 + Number.parseInt(id, 16)).toString(16);
    assert.equal(send(`002000${p2}${value.length.toString(16).padStart(2, '0')}${ascii(value)}`).sw, '9000', id);
  }
}

function fileOf(application: Name, id: string, ...secrets: string[]): Buffer {
  open(application, ...secrets);
  const parts: Buffer[] = [];
  assert.equal(send(`00A4020C0200${id}`).sw, '9000');
  for (let at = 0; ; at += 256) {
    const { sw, data } = send(`00B0${at.toString(16).padStart(4, '0')}00`);
    if (sw === '6B00') return Buffer.concat(parts);
    assert.equal(sw, '9000');
    parts.push(data);
  }
}

/** Value of the object at `at`, which must have this tag; where it ends. One length byte below 80, `82 hh ll` from 128 up. */
function object(file: Buffer, tag: string, at = 0): { value: Buffer; end: number; whole: Buffer } {
  const width = tag.length / 2;
  assert.equal(hexOf(file.subarray(at, at + width)), tag);
  let start = at + width + 1;
  let length = file[start - 1]!;
  if (length === 0x82) {
    length = file.readUInt16BE(start);
    start += 2;
    assert.ok(length >= 128);
  } else assert.ok(length < 128, 'no other form of length');
  const end = start + length;
  assert.ok(end <= file.length);
  return { value: file.subarray(start, end), end, whole: file.subarray(at, end) };
}

/** The children of a template, in this order and nothing else. */
function children(value: Buffer, ...tags: string[]): ReturnType<typeof object>[] {
  let at = 0;
  const found = tags.map((tag) => {
    const child = object(value, tag, at);
    at = child.end;
    return child;
  });
  assert.equal(at, value.length);
  return found;
}

const filler = (file: Buffer, from: number) => assert.match(hexOf(file.subarray(from)), /^(FF)+$/);
const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

function rsaKey(value: Buffer): KeyObject {
  assert.equal(value.length, 265);
  assert.equal(hexOf(value.subarray(0, 9)), '900301000191820100');
  const jwk = { kty: 'RSA', e: 'AQAB', n: value.subarray(9).toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

function cvc(body: Buffer, issuer: KeyObject): { key: KeyObject; issuerId: string; subjectId: string } {
  const [signed, signature] = children(body, '5F4E', '5F37') as [ReturnType<typeof object>, ReturnType<typeof object>];
  assert.deepEqual([signed.value.length, signature.value.length], [297, 256]);
  assert.ok(verify('sha256', signed.value, issuer, signature.value));
  const id = (from: number) => hexOf(signed.value.subarray(from, from + 16));
  return { key: rsaKey(signed.value.subarray(32)), issuerId: id(0), subjectId: id(16) };
}

const idOf = (digits: string, group: string, last = '00000000') =>
  `${ascii(digits)}0805${ascii(group)}${last}`.toUpperCase();

describe('text AP', () => {
  const issuer = () => {
    const file = fileOf('text', '04');
    const outer = object(file, '7F21');
    filler(file, outer.end);
    const certificate = cvc(outer.value, drawer.authority.text.anchor.publicKey);
    assert.deepEqual([certificate.issuerId, certificate.subjectId], [idOf('9000033', '001'), idOf('9920131', '000')]);
    return certificate.key;
  };

  test('0001 is 17 bytes, 0008 16 × FF', () => {
    assert.equal(hexOf(fileOf('text', '01', '11')), `FF100C${ascii(PERSON.number)}FFFF`.toUpperCase());
    assert.equal(hexOf(fileOf('text', '08')), 'FF'.repeat(16));
  });

  test('0002: offsets from the start of the file, the four attributes', () => {
    const file = fileOf('text', '02', '11');
    const outer = object(file, 'FF20');
    filler(file, outer.end);
    const [table, ...rest] = children(outer.value, 'DF21', 'DF22', 'DF23', 'DF24', 'DF25');
    const texts = rest.map(({ value }) => value.toString('utf8'));
    assert.deepEqual(texts, [PERSON.name, PERSON.address, PERSON.birth, '2']);
    const offsets = [0, 2, 4, 6].map((at) => table!.value.readUInt16BE(at));
    offsets.forEach((offset, i) => {
      assert.equal(hexOf(file.subarray(offset, offset + 2)), `DF2${2 + i}`);
    });
  });

  test('0003: DF31 over file 0001 as stored, DF32 over FF20 from DF22 on, DF33 over both by the key of 0004', () => {
    const file = fileOf('text', '03', '11');
    assert.equal(hexOf(file.subarray(0, 5)), 'FF3082014B');
    const outer = object(file, 'FF30');
    filler(file, outer.end);
    const [number, attributes, signature] = children(outer.value, 'DF31', 'DF32', 'DF33');
    assert.deepEqual(number!.value, sha(fileOf('text', '01', '11')));
    const content = object(fileOf('text', '02', '11'), 'FF20').value;
    assert.deepEqual(attributes!.value, sha(content.subarray(content.indexOf(Buffer.from('DF22', 'hex')))));
    assert.ok(verify('sha256', outer.value.subarray(0, 70), issuer(), signature!.value));
  });

  test('0005 has its 164 bytes in the 82 form, 0006 the key of sessions, 0007 the own key with 270 signed bytes', () => {
    const information = fileOf('text', '05');
    assert.equal(hexOf(information.subarray(0, 12)), 'FF4082009FDF410401030E01');
    const [, keyId, opaque] = children(object(information, 'FF40').value, 'DF41', 'DF42', 'DF43');
    assert.equal(hexOf(keyId!.value), idOf('9000034', '001'));
    assert.equal(hexOf(opaque!.value.subarray(32)), 'FF'.repeat(96));
    rsaKey(object(fileOf('text', '06', '11'), 'A1').value);
    const own = object(fileOf('text', '07', '11'), 'FF50');
    assert.equal(own.value.length, 0x213);
    const [key, signature] = children(own.value, 'DF51', 'DF52');
    assert.equal(key!.whole.length, 270);
    assert.ok(verify('sha256', key!.whole, issuer(), signature!.value));
    // And it is the key that answers challenges.
    const challenge = Buffer.from('a challenge');
    const info = `3031300D060960864801650304020105000420${hexOf(sha(challenge))}`;
    open('text');
    assert.ok(verify('sha256', challenge, rsaKey(key!.value), send(`802A0000 33 ${info} 00`).data));
  });
});

describe('surface AP', () => {
  const issuer = () => {
    const outer = object(fileOf('surface', '04'), '7F21');
    const certificate = cvc(outer.value, drawer.authority.surface.anchor.publicKey);
    assert.deepEqual([certificate.issuerId, certificate.subjectId], [idOf('9000023', '001'), idOf('9920121', '000')]);
    return certificate.key;
  };

  test('0001: birth date, card key, signature over both', () => {
    const outer = object(fileOf('surface', '01', '11'), 'FF10');
    assert.equal(outer.value.length, 0x21e);
    const [birth, key, signature] = children(outer.value, 'DF11', 'DF12', 'DF13');
    assert.equal(birth!.value.toString(), PERSON.birth);
    rsaKey(key!.value);
    assert.ok(verify('sha256', Buffer.concat([birth!.whole, key!.whole]), issuer(), signature!.value));
  });

  test('0002: nine offsets, one signature over three hashes, expiry and security code behind it', () => {
    const file = fileOf('surface', '02', '13');
    const outer = object(file, 'FF20');
    filler(file, outer.end);
    const tags = ['DF22', 'DF23', 'DF24', 'DF25', 'DF26', 'DF27', 'DF28', 'DF29', 'DF2A'];
    const [table, ...rest] = children(outer.value, 'DF21', ...tags);
    assert.equal(table!.value.length, 18);
    tags.forEach((tag, i) => {
      const at = table!.value.readUInt16BE(2 * i);
      assert.equal(hexOf(file.subarray(at, at + 2)), tag);
    });
    const [birth, sex, key, name, address, photo, signature, expiry, code] = rest;
    const texts = [birth, sex, expiry].map((part) => part!.value.toString());
    assert.deepEqual(texts, [PERSON.birth, '2', PERSON.expiry]);
    assert.equal(hexOf(photo!.value.subarray(0, 12)), '0000000C6A5020200D0A870A');
    for (const image of [name, address, code]) assert.equal(hexOf(image!.value.subarray(0, 8)), '89504E470D0A1A0A');
    assert.deepEqual([code!.value.readUInt32BE(16), code!.value.readUInt32BE(20)], [24, 12]);
    const hashes = [sha(birth!.whole, sex!.whole, key!.whole), sha(name!.whole, address!.whole), sha(photo!.whole)].map(
      hexOf,
    );
    const padding = constants.RSA_PKCS1_PADDING;
    const info = publicDecrypt({ key: issuer(), padding }, signature!.value);
    assert.equal(info.length, 115);
    assert.equal(hexOf(info), `3071300D060960864801650304020105000460${hashes.join('')}`);
  });

  test('0003 unsigned, 0005 signed, 0006 empty, and the same card key everywhere, which answers challenges', () => {
    const content = object(fileOf('surface', '03'), 'FF30').value;
    const [version, keyId, zero, municipality, reference] = children(content, 'DF31', 'DF32', 'DF33', 'DF34', 'DF35');
    assert.deepEqual([hexOf(version!.value), hexOf(zero!.value)], ['06030E01', '00']);
    assert.equal(hexOf(keyId!.value), idOf('9000024', '001'));
    assert.equal(municipality!.value.toString(), '99201');
    assert.equal(reference!.value.length, 0x110);
    assert.equal(hexOf(fileOf('surface', '06', '12')), 'FF'.repeat(16));

    const [image, key, signature] = children(
      object(fileOf('surface', '05', '13'), 'FF40').value,
      'DF41',
      'DF42',
      'DF43',
    );
    assert.deepEqual([image!.value.readUInt32BE(16), image!.value.readUInt32BE(20)], [72, 12]);
    assert.ok(verify('sha256', Buffer.concat([image!.whole, key!.whole]), issuer(), signature!.value));
    const inAge = children(object(fileOf('surface', '01', '11'), 'FF10').value, 'DF11', 'DF12', 'DF13')[1]!;
    assert.deepEqual(inAge.value, key!.value);
    const info = `3031300D060960864801650304020105000420${hexOf(sha(Buffer.from('c')))}`;
    open('surface');
    assert.ok(verify('sha256', Buffer.from('c'), rsaKey(key!.value), send(`802A0000 33 ${info} 00`).data));
  });
});

describe('JPKI-AP', () => {
  const certificate = (id: string, ...secrets: string[]) => {
    const file = fileOf('jpki', id, ...secrets);
    assert.equal(hexOf(file.subarray(0, 2)), '3082');
    const end = 4 + file.readUInt16BE(2);
    filler(file, end);
    return new X509Certificate(file.subarray(0, end));
  };

  test('both certificates are of the keys that sign, and of the CAs beside them', () => {
    const pairs = [
      ['0A', '0B', '18', '97'],
      ['01', '02', '1B', '9A'],
    ] as const;
    for (const [id, ca, secret, key] of pairs) {
      const leaf = certificate(id, ...(id === '01' ? ['1B'] : []));
      assert.ok(leaf.verify(certificate(ca).publicKey));
      open('jpki', secret);
      const { data } = send(`802A02${key} 20 ${hexOf(sha(Buffer.from('m')))} 00`);
      assert.ok(verify('sha256', Buffer.from('m'), leaf.publicKey, data));
    }
  });

  test('0006 has its fields at the offsets of the table, big endian, and 0008 three bytes', () => {
    const file = fileOf('jpki', '06');
    assert.equal(file.length, 160);
    const text = (from: number, to: number) => file.toString('latin1', from, to);
    assert.equal(text(0, 32), `JPKIAPICCTOKEN2${' '.repeat(17)}`);
    assert.equal(text(32, 64), '00000000000000000000000000000001');
    assert.equal(text(64, 80), 'E16R01NJ        ');
    assert.match(text(80, 96), /^[0-9]{16}$/);
    const numbers = [96, 100, 104, 108, 112, 116, 120, 124, 128, 132, 136].map((at) => file.readUInt32BE(at));
    const none = 0xffffffff;
    assert.deepEqual(numbers, [0x40d, 1, 0, 1, 0, 16, 6, none, none, none, none]);
    assert.deepEqual([text(140, 142), text(142, 144), text(144, 160)], ['03', '01', '9'.repeat(16)]);
    assert.equal(hexOf(fileOf('jpki', '08')), '8F8F00');
  });
});

describe('common AP, resident AP and the card level', () => {
  test('record 1 of 0001 is 01 1C and serial, municipality, expiry; 0002 is one key reference, the same in both', () => {
    open('common');
    const { data } = send('00B2010C00');
    assert.equal(hexOf(data.subarray(0, 2)), '011C');
    assert.match(data.subarray(2).toString(), new RegExp(`^9[0-9]{14}99201${PERSON.expiry}$`));
    const reference = send('00B2011400').data;
    assert.equal(hexOf(reference.subarray(0, 2)), '0110');
    assert.equal(reference.length, 18);
    open('resident');
    assert.deepEqual(send('00B2011400').data, reference);
    assert.equal(send('00B2010C00').sw, '6A82');
  });

  test('0019 signs DigestInfo(SHA-256(challenge)) with a key that is nowhere on the card', async () => {
    open('common');
    const { data } = send('00880099 04 01020304 00');
    const key = createPublicKey((await drawer.cards.card('adult')).persona.keys().common);
    assert.ok(verify('sha256', Buffer.from('01020304', 'hex'), key, data));
  });

  test('the data objects, and the chain from the root to the key below', async () => {
    open('card');
    const small = (tag: string) => send(`00CA${tag}00`).data;
    const large = (tag: string) => {
      assert.equal(send(`00CA${tag}00`).sw, '6700');
      return send(`00CA${tag}000000`).data;
    };
    assert.equal(small('00F0').toString(), '99201');
    assert.equal(small('00F2').toString(), PERSON.expiry);
    assert.match(small('0045').toString(), /^9[0-9]{14}$/);
    assert.equal(small('0042').length, 16);
    assert.equal(hexOf(small('5F51')), 'E000FF8131FE4514');
    const { publicKey } = await drawer.authority.chain.anchor();
    const upper = cvc(large('00F8'), publicKey);
    assert.equal(upper.issuerId, idOf('9000020', '001', '000000A8'));
    assert.equal(upper.subjectId, hexOf(small('00F7')));
    const lower = cvc(large('7F21'), upper.key);
    assert.equal(lower.issuerId, upper.subjectId);
  });
});

// card.md §§6.1, 7.1, 8, 11: by whom each EF is opened. "" is anyone, "-" nobody.
const OPENED_BY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  jpki: { '01': '1B', '02': '', '06': '', '08': '', '09': '-', '0A': '', '0B': '' },
  text: {
    '01': '11 14',
    '02': '11 15',
    '03': '11 14 15',
    '04': '',
    '05': '',
    '06': '11 14 15',
    '07': '11 14 15',
    '08': '',
  },
  surface: { '01': '11', '02': '12 13', '03': '', '04': '', '05': '13', '06': '12 13' },
};

for (const [application, files] of Object.entries(OPENED_BY)) {
  test(`${application}: each EF opens with exactly the secrets of the table, and no other EF is there`, () => {
    const name = application as Name;
    const opened = (id: string) => send(`00B0${(0x80 + Number.parseInt(id, 16)).toString(16)}0001`).sw;
    for (const secret of ['', ...Object.keys(SECRETS[name]!)]) {
      open(name, ...(secret ? [secret] : []));
      for (const [id, by] of Object.entries(files)) {
        const free = by === '' || (secret !== '' && by.split(' ').includes(secret));
        assert.equal(opened(id), free ? '9000' : '6982', `${id} with ${secret || 'nothing'}`);
      }
    }
    open(name, ...Object.keys(SECRETS[name]!));
    const keys: Record<string, string> = { jpki: '16 17 18 1A 1B', text: '11 12 13 14 15', surface: '11 12 13 1A' };
    for (let n = 1; n <= 0x1e; n++) {
      const id = n.toString(16).toUpperCase().padStart(2, '0');
      if (files[id] !== undefined) continue;
      assert.equal(opened(id), keys[name]!.split(' ').includes(id) ? '6981' : '6A82', id);
    }
  });
}

test('the tries of each secret are those of the table; text AP 0012 is blocked for ever', () => {
  const tries: [Name, string, string][] = [
    ['jpki', '98', '63C3'],
    ['jpki', '9B', '63C5'],
    ['text', '91', '63C3'],
    ['text', '92', '63C0'],
    ['text', '94', '63CA'],
    ['text', '95', '63CA'],
    ['surface', '91', '63CA'],
    ['surface', '92', '63CA'],
    ['surface', '93', '63CA'],
    ['common', '9C', '63C3'],
    ['resident', '9C', '63C3'],
  ];
  for (const [application, p2, sw] of tries) assert.equal(send(SELECT[application], `002000${p2}`).sw, sw, p2);
});
