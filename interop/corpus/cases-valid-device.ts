import { type CborMap, Encoded, encode } from '@tegata/cbor';
import { type Case, caseOf, device, parties, REQUESTED, reader, responseCase } from './case.ts';
import { rawMap } from './cbor-bytes.ts';
import { macOf } from './cose.ts';
import { authorize, MDL, MDL_ELEMENTS, makeDocument, makeResponse } from './document.ts';
import { MDL_REQUEST, setDocType } from './licence.ts';
import { seededKey } from './seeded-key.ts';
import { dcApiTranscript, engagement, nfcTranscript, qrTranscript, redirectTranscript } from './transcript.ts';

const SIGNATURE = 'ISO/IEC 18013-5 §9.1.2.4';

const STRUCTURE = 'ISO/IEC 18013-5 §8.3.2.1.2.2';

const DEVICE = 'ISO/IEC 18013-5 §9.1.3';

const valid = 'valid';

/** Good documents of phones: each way of engaging, each kind of key, signature and MAC. */
export const validDeviceCases = (): Case[] => {
  const nist = (curve: 'P-384' | 'P-521') => ({
    readerKey: seededKey('reader', curve),
    key: seededKey('device', curve),
  });
  const p384 = nist('P-384');
  const macTranscript = qrTranscript();
  const nfc = nfcTranscript(Uint8Array.of(0x91, 0x02, 0x02, 0x48, 0x73, 0x15, 0xd1, 0x02, 0x04, 0x61, 0x63));
  const unknownKeys = engagement()
    .set(0, '1.1')
    .set(5, [
      new Map([
        [0, 1],
        [1, 2],
      ]),
    ])
    .set(
      6,
      new Map([
        [2, true],
        [3, true],
      ]),
    )
    .set(99, 'unknown');
  const oddEngagement = rawMap([...engagement()].reverse(), 'long').bytes;
  const transcripts: [string, string, Uint8Array, number[]][] = [
    ['valid-nfc', 'Engaged over NFC', nfc, []],
    ['valid-openid4vp-redirect', 'Presented over OpenID4VP with redirects', redirectTranscript(), []],
    ['valid-openid4vp-dc-api', 'Presented over the Digital Credentials API', dcApiTranscript(), []],
    [
      'valid-engagement-unknown-keys',
      'An engagement with keys 5, 6 and 99, all of them part of the transcript',
      qrTranscript(encode(unknownKeys)),
      [7],
    ],
    [
      'valid-engagement-odd-encoding',
      'An engagement in another order and with a longer head, kept as it was read',
      qrTranscript(oddEngagement),
      [7],
    ],
  ];
  return [
    ...transcripts.map(([id, title, transcript, pitfalls]) =>
      responseCase({
        id,
        title,
        clause: 'ISO/IEC 18013-5 §9.1.5.1',
        expect: valid,
        transcript,
        ...(pitfalls.length > 0 ? { pitfalls } : {}),
      }),
    ),
    ...(['P-384', 'P-521', 'Ed25519'] as const).map((curve) =>
      responseCase(
        {
          id: `valid-device-${curve.toLowerCase().replace('-', '')}`,
          title: `deviceSignature with a device key on ${curve}`,
          clause: DEVICE,
          expect: valid,
        },
        { device: seededKey('device', curve) },
      ),
    ),
    responseCase(
      {
        id: 'valid-device-mac',
        title: 'deviceMac between the static device key and the reader’s ephemeral key',
        clause: 'ISO/IEC 18013-5 §9.1.3.5',
        expect: valid,
        readerKey: reader,
        pitfalls: [6],
      },
      { deviceAuth: macOf(device, reader, macTranscript) },
    ),
    responseCase(
      {
        id: 'valid-device-mac-p384',
        title: 'deviceMac over P-384',
        clause: 'ISO/IEC 18013-5 §9.1.3.5',
        expect: valid,
        readerKey: p384.readerKey,
        pitfalls: [6],
      },
      { device: p384.key, deviceAuth: macOf(p384.key, p384.readerKey, macTranscript) },
    ),
    responseCase(
      {
        id: 'valid-device-signed-namespace',
        title: 'An element that the phone signs, in a namespace that the issuer leaves to it',
        clause: SIGNATURE,
        expect: valid,
        requested: [
          ...[REQUESTED].map((all) => ({
            ...all,
            nameSpaces: { ...all.nameSpaces, 'com.example.phone': { mood: false } },
          })),
        ],
        warnings: [],
      },
      {
        deviceNameSpaces: Encoded.of({ 'com.example.phone': { mood: 'fine' } }),
        mso: authorize(new Map([['nameSpaces', ['com.example.phone']]])),
      },
    ),
    responseCase(
      {
        id: 'valid-device-signed-element',
        title: 'An element that the phone signs, authorised by its name',
        clause: SIGNATURE,
        expect: valid,
        requested: [
          ...[REQUESTED].map((all) => ({
            ...all,
            nameSpaces: { ...all.nameSpaces, 'com.example.phone': { mood: false } },
          })),
        ],
      },
      {
        deviceNameSpaces: Encoded.of({ 'com.example.phone': { mood: 'fine' } }),
        mso: authorize(new Map([['dataElements', new Map([['com.example.phone', ['mood']]])]])),
      },
    ),
    responseCase(
      {
        id: 'valid-key-info',
        title: 'keyInfo of the issuer’s own beside the device key',
        clause: SIGNATURE,
        expect: valid,
      },
      { mso: (mso) => void (mso.get('deviceKeyInfo') as CborMap).set('keyInfo', new Map([[-1, 'x']])) },
    ),
    caseOf({
      id: 'valid-two-documents',
      title: 'Two documents for two requests',
      clause: STRUCTURE,
      expect: valid,
      pitfalls: [19],
      requested: [REQUESTED, MDL_REQUEST],
      bytes: makeResponse([
        makeDocument(parties('valid-two-documents 0')),
        makeDocument(parties('valid-two-documents 1'), { docType: MDL, elements: MDL_ELEMENTS, mso: setDocType(MDL) }),
      ]),
    }),
  ];
};
