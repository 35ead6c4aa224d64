import { type CborMap, type CborValue, encode, Raw, Tagged } from '@tegata/cbor';
import { type Case, type CaseText, device, reader, transcript } from './case.ts';
import { hex } from './cbor-bytes.ts';
import { signatureDer } from './certificate.ts';
import { macOf, sign1 } from './cose.ts';
import { asSignature, auth, withSignature } from './device-auth-change.ts';
import { seededKey } from './seeded-key.ts';

/** deviceAuth in forms that are none. */
export const deviceFormCases = (): Case[] => {
  const value = (id: string, title: string, code: string, deviceAuth: CborValue, more: Partial<CaseText> = {}) =>
    auth(id, title, code, { deviceAuth: () => deviceAuth }, { pitfalls: [4], ...more });
  const drop = (map: CborMap, name: string) => {
    map.delete(name);
    return undefined;
  };
  return [
    auth(
      'no-device-signed',
      'A document that the phone did not sign at all',
      'device-signed-missing',
      { document: (map) => drop(map, 'deviceSigned') },
      { pitfalls: [3, 4] },
    ),
    auth(
      'missing',
      'deviceSigned without deviceAuth',
      'device-auth-missing',
      { deviceSigned: (map) => drop(map, 'deviceAuth') },
      { pitfalls: [4] },
    ),
    value('empty', 'Neither of the two forms', 'device-auth-missing', new Map()),
    value('null', 'deviceAuth of null', 'device-auth-missing', new Raw(hex('f6'))),
    value('text', 'deviceAuth as text', 'device-auth-missing', 'deviceSignature'),
    value('array', 'deviceAuth as an array', 'device-auth-missing', []),
    value('unknown-form', 'A form that nobody knows', 'device-auth-forms', new Map([['deviceProof', 1]])),
    auth(
      'both',
      'Both forms at once, each of them right',
      'device-auth-forms',
      {
        deviceAuth: ({ signature, payload }) =>
          new Map<string, CborValue>([
            ['deviceSignature', signature],
            ...(macOf(device, reader, transcript)({ payload }) as CborMap as Map<string, CborValue>),
          ]),
      },
      { readerKey: reader, pitfalls: [4, 24] },
    ),
    auth(
      'both-mac-null',
      'A good signature, and a MAC of null beside it',
      'device-auth-forms',
      {
        deviceAuth: ({ signature }) =>
          new Map<string, CborValue>([
            ['deviceSignature', signature],
            ['deviceMac', null],
          ]),
      },
      { pitfalls: [4] },
    ),
    auth(
      'unknown-beside',
      'A good signature, and a form that nobody knows beside it',
      'device-auth-forms',
      {
        deviceAuth: ({ signature }) =>
          new Map<string, CborValue>([
            ['deviceSignature', signature],
            ['deviceProof', 1],
          ]),
      },
      { pitfalls: [4] },
    ),
    auth(
      'signature-null',
      'A signature of null',
      'structure',
      asSignature(() => null),
      { pitfalls: [4] },
    ),
    auth(
      'signature-text',
      'A signature as text',
      'structure',
      asSignature(() => 'signature'),
      { pitfalls: [4] },
    ),
    auth(
      'signature-bytes',
      'A signature as encoded bytes',
      'structure',
      asSignature((made) => encode(made)),
      { pitfalls: [4] },
    ),
    auth(
      'tag-18',
      'A signature with tag 18',
      'tagged',
      asSignature((made) => new Tagged(18, made)),
      { pitfalls: [4] },
    ),
    auth(
      'tag-17',
      'A signature with the tag of a MAC',
      'structure',
      asSignature((made) => new Tagged(17, made)),
      { pitfalls: [4] },
    ),
    auth(
      'three-items',
      'A signature of three items',
      'structure',
      asSignature((made) => made.slice(0, 3)),
      { pitfalls: [4] },
    ),
    auth(
      'five-items',
      'A signature of five items',
      'structure',
      asSignature((made) => [...made, null]),
      { pitfalls: [4] },
    ),
    auth(
      'array-of-two',
      'Two signatures in an array',
      'structure',
      asSignature((made) => [made, made]),
      { pitfalls: [4, 24] },
    ),
  ];
};

/** Device signatures that do not hold. */
export const deviceSignatureCases = (): Case[] => [
  auth(
    'bit',
    'One bit of the signature changed',
    'signature-invalid',
    withSignature((old) => old.with(5, (old[5] as number) ^ 0x80)),
  ),
  auth(
    'zero',
    'A signature of zeros',
    'signature-invalid',
    withSignature(() => new Uint8Array(64)),
  ),
  auth('der', 'A signature in DER', 'signature-form', withSignature(signatureDer)),
  auth(
    'short',
    'A signature without its last byte',
    'signature-form',
    withSignature((old) => old.slice(0, -1)),
  ),
  auth(
    'none',
    'A signature of no bytes',
    'signature-form',
    withSignature(() => new Uint8Array(0)),
  ),
  auth(
    'other-key',
    'The signature of another phone',
    'signature-invalid',
    { deviceSigner: seededKey('another phone') },
    { pitfalls: [3] },
  ),
  auth('session-key', 'A signature by the ephemeral key of the engagement', 'signature-invalid', {
    deviceSigner: seededKey('engagement'),
  }),
  auth('by-issuer', 'A signature by the issuer', 'signature-invalid', { deviceSigner: seededKey('signer') }),
  auth(
    'attached',
    'A good signature with its payload attached',
    'payload-attached',
    asSignature((made, payload) => [made[0], made[1], payload, made[3]]),
  ),
  auth(
    'attached-other',
    'A payload of the sender’s own, validly signed',
    'payload-attached',
    asSignature(() => sign1({ key: device, payload: hex('d81841a0') })),
  ),
  auth(
    'attached-empty',
    'An attached payload of no bytes',
    'payload-attached',
    asSignature((made) => [made[0], made[1], new Uint8Array(0), made[3]]),
  ),
  auth('context', 'A signature made as a MAC structure', 'signature-invalid', { deviceSigning: { context: 'MAC0' } }),
  auth('external-aad', 'A signature with external data', 'signature-invalid', {
    deviceSigning: { externalAad: hex('01') },
  }),
  auth('alg-of-p384', 'ES384 with a P-256 device key', 'alg-key-mismatch', { deviceSigning: { alg: -35 } }),
  auth('alg-of-p256', 'ES256 with a P-384 device key', 'alg-key-mismatch', {
    device: seededKey('device', 'P-384'),
    deviceSigning: { alg: -7 },
  }),
  auth('alg-hmac', 'The algorithm of a MAC in a signature', 'alg-refused', { deviceSigning: { alg: 5 } }),
  auth('alg-missing', 'No algorithm', 'alg-missing', { deviceSigning: { protectedBytes: new Uint8Array(0) } }),
  auth('alg-unprotected', 'The algorithm in the unprotected header', 'alg-unprotected', {
    deviceSigning: { protectedBytes: new Uint8Array(0), unprotected: new Map([[1, -7]]) },
  }),
  auth('critical', 'A header that must be understood', 'critical-header', {
    deviceSigning: { unprotected: new Map([[2, [1]]]) },
  }),
  auth(
    'kid-text',
    'A key identifier as text',
    'kid-form',
    { deviceSigning: { unprotected: new Map([[4, 'kid']]) } },
    { pitfalls: [17] },
  ),
];
