import { type CborMap, type CborValue, encode, Tagged } from '@tegata/cbor';
import { type Case, type CaseText, device, reader, transcript } from './case.ts';
import { hex, joined } from './cbor-bytes.ts';
import { macOf } from './cose.ts';
import { auth, holds } from './device-auth-change.ts';
import type { Forgery } from './document.ts';
import { seededKey } from './seeded-key.ts';
import { engagement, qrTranscript } from './transcript.ts';

/** Device MACs that do not hold. */
export const deviceMacCases = (): Case[] => {
  const mac = (id: string, title: string, code: string, forgery: Forgery, more: Partial<CaseText> = {}) =>
    auth(`mac-${id}`, title, code, forgery, { clause: 'ISO/IEC 18013-5 §9.1.3.5', readerKey: reader, ...more });
  const changed = (change: (made: CborValue[]) => CborValue): Forgery => ({
    deviceAuth: ({ payload }) => {
      const made = (macOf(device, reader, transcript)({ payload }) as CborMap).get('deviceMac') as CborValue[];
      return new Map([['deviceMac', change(made)]]);
    },
  });
  const withTag = (change: (tag: Uint8Array) => Uint8Array) =>
    changed((made) => [...made.slice(0, 3), change(made[3] as Uint8Array)]);
  const ephemeral = seededKey('engagement');
  return [
    mac(
      'bit',
      'One bit of the MAC changed',
      'mac-invalid',
      withTag((tag) => tag.with(31, (tag[31] as number) ^ 1)),
    ),
    mac(
      'truncated',
      'A MAC cut down to 16 bytes',
      'signature-form',
      withTag((tag) => tag.slice(0, 16)),
    ),
    mac(
      '8-bytes',
      'A MAC cut down to 8 bytes',
      'signature-form',
      withTag((tag) => tag.slice(0, 8)),
    ),
    mac(
      'empty',
      'A MAC of no bytes',
      'signature-form',
      withTag(() => new Uint8Array(0)),
    ),
    mac(
      'long',
      'A MAC with a byte behind it',
      'signature-form',
      withTag((tag) => joined(tag, hex('00'))),
    ),
    mac('alg-256-64', 'HMAC 256/64', 'alg-refused', { deviceAuth: macOf(device, reader, transcript, { alg: 4 }) }),
    mac('alg-512', 'HMAC 512/512', 'alg-refused', { deviceAuth: macOf(device, reader, transcript, { alg: 7 }) }),
    mac('alg-es256', 'The algorithm of a signature', 'alg-refused', {
      deviceAuth: macOf(device, reader, transcript, { alg: -7 }),
    }),
    mac(
      'alg-unprotected',
      'The algorithm in the unprotected header',
      'alg-unprotected',
      changed(([, , ...rest]) => [new Uint8Array(0), new Map([[1, 5]]), ...rest]),
    ),
    mac(
      'tag-17',
      'A MAC with tag 17',
      'tagged',
      changed((made) => new Tagged(17, made)),
      { pitfalls: [4] },
    ),
    mac(
      'attached',
      'A MAC with a payload of the sender’s own',
      'payload-attached',
      changed(([first, unprotected, , tag]) => [first, unprotected, hex('a0'), tag]),
    ),
    mac(
      'ephemeral',
      'A MAC between the two ephemeral keys, which any phone could make',
      'mac-invalid',
      { deviceAuth: macOf(ephemeral, reader, transcript) },
      { pitfalls: [6] },
    ),
    mac(
      'other-reader',
      'A MAC for another reader',
      'mac-invalid',
      { deviceAuth: macOf(device, seededKey('another reader'), transcript) },
      { pitfalls: [6] },
    ),
    mac(
      'other-phone',
      'A MAC of another phone',
      'mac-invalid',
      { deviceAuth: macOf(seededKey('another phone'), reader, transcript) },
      { pitfalls: [6] },
    ),
    mac(
      'info-sk-device',
      'A MAC under the session key of the phone',
      'mac-invalid',
      { deviceAuth: macOf(device, reader, transcript, { info: 'SKDevice' }) },
      { pitfalls: [6] },
    ),
    mac(
      'salt-bare',
      'A key salted with the transcript without tag 24',
      'mac-invalid',
      { deviceAuth: macOf(device, reader, transcript, { salted: transcript }) },
      { pitfalls: [6] },
    ),
    mac('context', 'A MAC made as a signature structure', 'mac-invalid', {
      deviceAuth: macOf(device, reader, transcript, { context: 'Signature1' }),
    }),
    mac(
      'other-session',
      'A MAC from another session with the same reader',
      'mac-invalid',
      {
        signedTranscript: qrTranscript(encode(engagement('another engagement'))),
        deviceAuth: macOf(device, reader, qrTranscript(encode(engagement('another engagement')))),
      },
      { pitfalls: [3] },
    ),
    mac(
      'as-signature',
      'A MAC in the place of a signature',
      'alg-refused',
      {
        deviceAuth: ({ payload }) =>
          new Map([['deviceSignature', (macOf(device, reader, transcript)({ payload }) as CborMap).get('deviceMac')]]),
      },
      { pitfalls: [4] },
    ),
    mac(
      'of-signature',
      'A signature in the place of a MAC',
      'alg-refused',
      holds('deviceMac', (made) => made),
      { pitfalls: [4] },
    ),
    mac(
      'no-reader-key',
      'A good MAC, of which the reader has lost its key',
      'reader-key-needed',
      { deviceAuth: macOf(device, reader, transcript) },
      { readerKey: undefined },
    ),
    mac(
      'curve',
      'A MAC with a P-256 device key for a P-384 reader',
      'session-key',
      { deviceAuth: macOf(device, reader, transcript) },
      { readerKey: seededKey('reader', 'P-384') },
    ),
  ];
};
