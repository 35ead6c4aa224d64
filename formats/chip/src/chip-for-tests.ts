import { generateKeyPairSync } from 'node:crypto';
import { encodeSimpleTlv, parseResponse } from '@tegata/apdu';
import { seededRandom } from '@tegata/random';
import type { Application, ElementaryFile } from './application.ts';
import { type ChipParts, makeChip } from './chip.ts';
import { memoryCounters } from './counter-store.ts';

export const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
export const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
export const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const files = (...rows: [number, ElementaryFile][]) => new Map(rows);

export const keys = {
  jpki: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  session: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};
/** 600 bytes, no two neighbours alike. */
export const long = new Uint8Array(600).map((_, i) => i % 251);
const longObject = new Uint8Array(563).map((_, i) => (i * 7) & 255);

export const SELECT = {
  jpki: '00A4040C0A D392F000260100000001',
  text: '00A4040C0A D3921000310001010408',
  common: '00A4040C0A D3921000310001010100',
  resident: '00A4040C0A D3921000310001010401',
  surface: '00A4040C0A D3921000310001010402',
  isd: '00A4040C07 A0000001510000',
} as const;

const aid = (select: string) => hex(select).subarray(5);

/** A chip of all five applications and the card level, with few files in each. */
export const applications: readonly Application[] = [
  {
    name: 'jpki',
    aid: aid(SELECT.jpki),
    files: files(
      [0x01, { kind: 'transparent', content: long, read: [0x1b] }],
      [0x08, { kind: 'transparent', content: hex('8F8F00'), read: 'anyone' }],
      [0x09, { kind: 'transparent', content: hex('FF'), read: 'nobody' }],
      [0x16, { kind: 'opaque' }],
      [0x17, { kind: 'key', privateKey: keys.jpki, use: [0x18] }],
      [0x18, { kind: 'secret', value: bytes('1234'), tries: 3, change: 'four-digits' }],
      [0x1a, { kind: 'key', privateKey: keys.jpki, use: [0x1b] }],
      [0x1b, { kind: 'secret', value: bytes('TEGATA1'), tries: 5, change: 'password' }],
    ),
    change: 'change-reference-data',
    sessionKeyRefusal: 0x6982,
  },
  {
    name: 'text',
    aid: aid(SELECT.text),
    files: files(
      [0x01, { kind: 'transparent', content: long, read: [0x11, 0x14] }],
      [0x04, { kind: 'transparent', content: long, read: 'anyone' }],
      [0x08, { kind: 'transparent', content: hex('AABBCC'), read: 'anyone' }],
      [0x11, { kind: 'secret', value: bytes('5678'), tries: 3, change: 'four-digits' }],
      [0x12, { kind: 'secret', value: bytes(''), tries: 0 }],
      [0x13, { kind: 'key', privateKey: keys.jpki, use: 'anyone' }],
      [0x14, { kind: 'secret', value: bytes('900000000010'), tries: 10 }],
      [0x1d, { kind: 'secret', value: bytes('free'), tries: 'unlimited' }],
    ),
    defaultKey: 0x13,
    change: 'change-reference-data',
    sessionKey: { privateKey: keys.session, after: [0x11] },
  },
  {
    name: 'surface',
    aid: aid(SELECT.surface),
    files: files(
      [0x04, { kind: 'transparent', content: long, read: 'anyone' }],
      [0x13, { kind: 'secret', value: bytes('900000000010'), tries: 10 }],
    ),
  },
  {
    name: 'common',
    aid: aid(SELECT.common),
    files: files(
      [0x01, { kind: 'records', records: [encodeSimpleTlv(1, bytes('0'.repeat(28)))], read: 'anyone' }],
      [
        0x02,
        {
          kind: 'records',
          records: [1, 2, 3].map((n) => encodeSimpleTlv(n, new Uint8Array(100).fill(n))),
          read: 'anyone',
        },
      ],
      [0x03, { kind: 'records', records: [hex('0101AA')], read: [0x1c] }],
      [0x19, { kind: 'key', privateKey: keys.jpki, use: 'anyone', internalAuthenticate: true }],
      [0x1c, { kind: 'secret', value: bytes('4321'), tries: 3, change: 'four-digits' }],
    ),
    change: 'change-key',
  },
  {
    name: 'resident',
    aid: aid(SELECT.resident),
    files: files([0x1c, { kind: 'secret', value: bytes('8765'), tries: 3, change: 'four-digits' }]),
    change: 'change-key',
    sessionKeyRefusal: 0x6982,
  },
  {
    name: 'isd',
    aid: aid(SELECT.isd),
    files: files(),
    dataObjects: new Map([
      [0x00f0, bytes('99201')],
      [0x00f8, longObject],
      [0x5f51, hex('E000FF8131FE4514')],
    ]),
  },
];

/** A conversation with a chip over these applications: sends commands, the last answer comes back. */
export function talk(parts: Partial<ChipParts> = {}) {
  const chip = makeChip({ applications, counters: memoryCounters(), random: seededRandom('chip test'), ...parts });
  const send = (...commands: string[]) => {
    let answer = { sw: '', data: new Uint8Array(0) };
    for (const command of commands) {
      const { sw, data } = parseResponse(chip.transmit(hex(command)));
      answer = { sw: sw.toString(16).toUpperCase(), data: new Uint8Array(data) };
    }
    return answer;
  };
  return { chip, send };
}
