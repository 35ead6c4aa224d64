import { type CborMap, type CborValue, Encoded } from '@tegata/cbor';
import { type Case, type CaseText, device, fails, issuedCase, REQUESTED, responseCase } from './case.ts';
import { hex, joined } from './cbor-bytes.ts';
import { coseKey } from './cose.ts';
import { authorize, type Forgery, MNC, NS_ISO } from './document.ts';
import { seededKey } from './seeded-key.ts';

/** Device keys that are none. */
export const deviceKeyCases = (): Case[] => {
  const key = (id: string, title: string, code: string, change: (key: CborMap) => void, more: Partial<CaseText> = {}) =>
    responseCase(
      { id: `device-key-${id}`, title, clause: 'RFC 9053 §7.1', expect: fails('device-key', code), ...more },
      {
        mso: (mso) => change((mso.get('deviceKeyInfo') as CborMap).get('deviceKey') as CborMap),
      },
    );
  const set =
    (...entries: [number, CborValue][]) =>
    (map: CborMap) => {
      for (const [label, value] of entries) map.set(label, value);
    };
  const { bits } = device;
  const p = hex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff');
  return [
    key(
      'off-curve',
      'A point that is not on the curve',
      'key-point',
      set([-3, bits.slice(33).with(31, (bits[64] as number) ^ 1)]),
    ),
    key('zero', 'A point of zeros', 'key-point', set([-2, new Uint8Array(32)], [-3, new Uint8Array(32)])),
    key('field', 'A coordinate that is the modulus of the field', 'key-point', set([-2, p])),
    key(
      'compressed-none',
      'A compressed point for which there is none',
      'key-point',
      set([-2, new Uint8Array(32).fill(0xff)], [-3, true]),
    ),
    key('short', 'A coordinate of 31 bytes', 'key-form', set([-2, bits.slice(1, 32)])),
    key(
      'long',
      'A coordinate of 33 bytes, the first one zero',
      'key-form',
      set([-2, joined(hex('00'), bits.slice(1, 33))]),
    ),
    key('no-y', 'A key without y', 'key-form', (map) => void map.delete(-3)),
    key('no-curve', 'A key without a curve', 'key-curve', (map) => void map.delete(-1)),
    key('no-kty', 'A key without a type', 'key-form', (map) => void map.delete(1)),
    key('other-curve', 'A P-256 point under the name of P-384', 'key-form', set([-1, 2])),
    key('secp256k1', 'A key on secp256k1', 'key-curve', (map) => {
      for (const [label, value] of coseKey(seededKey('device', 'secp256k1'))) map.set(label, value);
    }),
    key('curve-unknown', 'A curve that nobody knows', 'key-curve', set([-1, 99])),
    key('kty-symmetric', 'A symmetric key', 'key-curve', (map) => {
      map.clear();
      map.set(1, 4).set(-1, new Uint8Array(32));
    }),
    key('kty-okp', 'An elliptic-curve key under the type OKP', 'key-form', set([1, 1])),
    key('private', 'A key with its private part', 'key-form', set([-4, new Uint8Array(32).fill(1)])),
    key('empty', 'A key of nothing', 'key-curve', (map) => map.clear()),
    issuedCase(
      {
        id: 'device-key-issued-off-curve',
        title: 'A point that is not on the curve, outside of a presentation',
        clause: 'RFC 9053 §7.1',
        expect: fails('device-key', 'key-point'),
      },
      {
        mso: (mso) =>
          void ((mso.get('deviceKeyInfo') as CborMap).get('deviceKey') as CborMap).set(-3, new Uint8Array(32)),
      },
    ),
  ];
};

/** Elements that the phone may not sign. */
export const keyAuthorizationCases = (): Case[] => {
  const asked = {
    requested: [{ ...REQUESTED, nameSpaces: { ...REQUESTED.nameSpaces, 'com.example.phone': { mood: false } } }],
  };
  const not = (id: string, title: string, forgery: Forgery, more: Partial<CaseText> = asked) =>
    responseCase(
      {
        id: `key-authorization-${id}`,
        title,
        clause: 'ISO/IEC 18013-5 §9.1.2.4',
        expect: fails('key-authorization', 'key-not-authorized'),
        ...more,
      },
      { deviceNameSpaces: Encoded.of({ 'com.example.phone': { mood: 'fine' } }), ...forgery },
    );
  return [
    not('none', 'An element that the phone signs, of which the issuer says nothing', {}),
    not(
      'age',
      'The phone itself says that its holder is over 20',
      {
        elements: { [NS_ISO]: { sex: 2 } },
        deviceNameSpaces: Encoded.of({ [NS_ISO]: { age_over_20: true } }),
      },
      { requested: [{ docType: MNC, nameSpaces: { [NS_ISO]: { sex: false, age_over_20: false } } }] },
    ),
    not('other-namespace', 'Another namespace is authorised', {
      mso: authorize(new Map([['nameSpaces', ['com.example.phone.1']]])),
    }),
    not('other-element', 'Another element is authorised', {
      mso: authorize(new Map([['dataElements', new Map([['com.example.phone', ['name']]])]])),
    }),
    not('same-element-elsewhere', 'The element is authorised in another namespace', {
      mso: authorize(new Map([['dataElements', new Map([['com.example.other', ['mood']]])]])),
    }),
    not('case', 'The namespace is authorised in capitals', {
      mso: authorize(new Map([['nameSpaces', ['COM.EXAMPLE.PHONE']]])),
    }),
    not(
      'one-of-two',
      'Two elements, of which one is authorised',
      {
        deviceNameSpaces: Encoded.of({ 'com.example.phone': { mood: 'fine', name: 'x' } }),
        mso: authorize(new Map([['dataElements', new Map([['com.example.phone', ['mood']]])]])),
      },
      {
        requested: [
          { ...REQUESTED, nameSpaces: { ...REQUESTED.nameSpaces, 'com.example.phone': { mood: false, name: false } } },
        ],
      },
    ),
  ];
};
