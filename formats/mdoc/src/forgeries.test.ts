import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type CborMap, type CborValue, DateTime, Encoded, encode, Tagged } from '@tegata/cbor';
import { derFromRaw } from '@tegata/cose';
import { MNC_DOCTYPE, NS_ISO, NS_JP, type VerifyDeviceResponseOptions, verifyDeviceResponse } from './index.ts';
import {
  days,
  type Forgery,
  makeAuthority,
  makeDevice,
  makeSession,
  NOW,
  respond,
  type TestAuthority,
} from './test-authority.ts';

describe('verifyDeviceResponse, met with a forgery that is validly signed,', () => {
  let authority: TestAuthority;
  const device = makeDevice();
  const session = makeSession();
  before(async () => {
    authority = await makeAuthority();
  });

  const requested = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } };
  const check = (response: Uint8Array, changes: Partial<VerifyDeviceResponseOptions> = {}) =>
    verifyDeviceResponse({
      response,
      sessionTranscript: session.transcript,
      trustAnchors: [authority.root],
      now: NOW,
      requested,
      ...changes,
    });
  const failures = (report: ReturnType<typeof check>) =>
    report.checks.filter(({ result }) => result === 'failed').map(({ id, code }) => `${id}: ${code}`);
  const forged = async (forgery: Forgery, changes?: Partial<VerifyDeviceResponseOptions>) => {
    const report = check(await respond(authority, device, session, forgery), changes);
    if (report.result === 'failed') {
      assert.ok(report.code);
      assert.ok(report.documents.every((document) => document.result === 'failed' && !('elements' in document)));
    }
    return report;
  };

  const flip = (items: Map<string, CborValue[]>) => {
    const [item] = items.get(NS_ISO) as [Encoded];
    const map = item.decode() as CborMap;
    items.set(NS_ISO, [Encoded.of(map.set('elementValue', false))]);
  };
  const mso = (member: string, value: CborValue) => ({ mso: (map: CborMap) => void map.set(member, value) });
  const info = (member: string, value: CborValue) => ({
    mso: (map: CborMap) => void (map.get('validityInfo') as CborMap).set(member, value),
  });
  const at = (date: Date) => DateTime.from(date);
  const auth = (value: CborValue) => ({ deviceAuth: () => value });
  const response = (member: string, value: CborValue) => ({ response: (map: CborMap) => void map.set(member, value) });

  const cases: [string, Forgery, string[]][] = [
    ['a flipped value', { items: flip }, ['digest: digest-mismatch']],
    [
      'a digest that was never signed',
      { mso: (map) => void (map.get('valueDigests') as CborMap).delete(NS_ISO) },
      ['digest: digest-missing'],
    ],
    [
      'a shortened digest',
      {
        mso: (map) => {
          const digests = (map.get('valueDigests') as CborMap).get(NS_ISO) as CborMap;
          for (const [id, digest] of digests) digests.set(id, (digest as Uint8Array).subarray(0, 16));
        },
      },
      ['digest: digest-mismatch'],
    ],
    [
      'an item in another namespace',
      {
        items: (items) => {
          items.set(NS_JP, items.get(NS_ISO) as CborValue[]);
          items.delete(NS_ISO);
        },
      },
      ['digest: digest-mismatch', 'unrequested: element-unrequested'],
    ],
    [
      'an element that is sent twice',
      { items: (items) => void items.set(NS_ISO, [...(items.get(NS_ISO) ?? []), ...(items.get(NS_ISO) ?? [])]) },
      ['duplicate-element: duplicate-element'],
    ],
    ['an MSO of another document type', mso('docType', 'com.example.library.1'), ['doctype: doctype-mismatch']],
    [
      'a document type that was not asked for',
      { docType: 'org.iso.18013.5.1.mDL' },
      ['requested-doctype: doctype-unrequested', 'doctype: doctype-mismatch'],
    ],
    [
      'a document type in another case',
      { docType: MNC_DOCTYPE.toUpperCase() },
      ['requested-doctype: doctype-unrequested', 'doctype: doctype-mismatch'],
    ],
    ['an MSO of version 2.0', mso('version', '2.0'), ['version: mso-version']],
    [
      'a digest algorithm by another name',
      mso('digestAlgorithm', 'sha-256'),
      ['digest-algorithm: digest-algorithm-refused'],
    ],
    [
      'a digest algorithm named like a property',
      mso('digestAlgorithm', 'constructor'),
      ['digest-algorithm: digest-algorithm-refused'],
    ],
    ['a payload without tag 24', { payload: (map) => encode(map) }, ['mso-structure: payload-tag']],
    ['an MSO without a device key', mso('deviceKeyInfo', new Map()), ['mso-structure: member-missing']],
    ['dates as plain text', info('signed', '2026-11-23T03:00:00Z'), ['mso-structure: member-type']],
    [
      'a digestID of 2^31 in the MSO',
      {
        mso: (map) => {
          const digests = (map.get('valueDigests') as CborMap).get(NS_ISO) as CborMap;
          digests.set(2 ** 31, new Uint8Array(32));
        },
      },
      ['mso-structure: digest-id-range'],
    ],
    ['an expired document', info('validUntil', at(new Date(NOW.getTime() - 1000))), ['validity: expired']],
    ['a document that is not valid yet', info('validFrom', at(days(1))), ['validity: not-yet-valid']],
    [
      'a document signed in the future',
      {
        mso: (map) => {
          info('signed', at(days(1))).mso(map);
          info('validFrom', at(days(1))).mso(map);
        },
      },
      ['validity: not-yet-valid'],
    ],
    [
      'a document signed before its certificate began',
      info('signed', at(days(-31))),
      ['validity: signed-outside-certificate'],
    ],
    ['a document valid before it was signed', info('validFrom', at(days(-2))), ['validity: valid-before-signed']],
    ['a date that is none', info('signed', new DateTime('yesterday')), ['validity: date-form']],
    [
      'a device key off the curve',
      {
        mso: (map) => {
          const key = (map.get('deviceKeyInfo') as CborMap).get('deviceKey') as CborMap;
          key.set(-2, new Uint8Array(32));
        },
      },
      ['device-key: key-point'],
    ],
    [
      'elements that the phone may not sign',
      { deviceNameSpaces: { [NS_ISO]: { age_over_20: true } } },
      ['key-authorization: key-not-authorized'],
    ],
    [
      'a namespace authorised both whole and in part',
      {
        mso: (map) => {
          const authorizations = new Map<string, CborValue>([
            ['nameSpaces', [NS_ISO]],
            ['dataElements', new Map([[NS_ISO, ['sex']]])],
          ]);
          (map.get('deviceKeyInfo') as CborMap).set('keyAuthorizations', authorizations);
        },
      },
      ['mso-structure: key-authorizations-overlap'],
    ],
    ['another session', { sessionTranscript: makeSession().transcript }, ['device-auth: signature-invalid']],
    ['no deviceSigned', { document: (map) => void map.delete('deviceSigned') }, ['device-auth: device-signed-missing']],
    ['no form of device authentication', auth(new Map()), ['device-auth: device-auth-missing']],
    ['device authentication as text', auth('deviceSignature'), ['device-auth: device-auth-missing']],
    ['device authentication as null', auth(null), ['device-auth: device-auth-missing']],
    [
      'an unknown form of device authentication',
      auth(new Map([['deviceProof', 1]])),
      ['device-auth: device-auth-forms'],
    ],
    [
      'both forms of device authentication',
      { deviceAuth: (map) => new Map([...map, ['deviceMac', null]]) },
      ['device-auth: device-auth-forms'],
    ],
    [
      'a tagged deviceSignature',
      { deviceAuth: (map) => new Map([['deviceSignature', new Tagged(18, map.get('deviceSignature'))]]) },
      ['device-auth: tagged'],
    ],
    [
      'a deviceSignature of three items',
      { deviceAuth: (map) => new Map([['deviceSignature', (map.get('deviceSignature') as CborValue[]).slice(0, 3)]]) },
      ['device-auth: structure'],
    ],
    [
      'a deviceSignature that carries a payload of its own',
      {
        deviceAuth: (map, payload) => {
          const [protectedBytes, unprotected, , signature] = map.get('deviceSignature') as CborValue[];
          return new Map([['deviceSignature', [protectedBytes, unprotected, payload, signature]]]);
        },
      },
      ['device-auth: payload-attached'],
    ],
    [
      'a deviceSignature in the place of a MAC',
      { deviceAuth: (map) => new Map([['deviceMac', map.get('deviceSignature')]]) },
      ['device-auth: reader-key-needed'],
    ],
    ['a tagged issuerAuth', { issuerAuth: (value) => new Tagged(18, value) }, ['issuer-signature: tagged']],
    [
      'an algorithm in the unprotected header',
      {
        issuerAuth: ([, headers, ...rest]) => [new Uint8Array(0), new Map([...(headers as CborMap), [1, -7]]), ...rest],
      },
      ['issuer-signature: alg-unprotected'],
    ],
    [
      'a signature in DER',
      { issuerAuth: (value) => [...value.slice(0, 3), derFromRaw(value[3] as Uint8Array)] },
      ['issuer-signature: signature-form'],
    ],
    [
      'a key identifier as text',
      { issuerAuth: ([first, headers, ...rest]) => [first, new Map([...(headers as CborMap), [4, 'kid']]), ...rest] },
      ['issuer-signature: kid-form'],
    ],
    [
      'an algorithm of another curve',
      { issuerAuth: (value) => [encode(new Map([[1, -35]])), ...value.slice(1)] },
      ['issuer-signature: alg-key-mismatch'],
    ],
    [
      'an altered signature',
      { issuerAuth: (value) => [...value.slice(0, 3), new Uint8Array(64).fill(3)] },
      ['issuer-signature: signature-invalid'],
    ],
    ['an empty chain', { chain: [] }, ['issuer-chain: x5chain-form']],
    ['an empty certificate', { chain: new Uint8Array(0) }, ['issuer-chain: x5chain-form']],
    ['a chain that is no certificate', { chain: Uint8Array.of(1, 2, 3) }, ['issuer-chain: der']],
    ['status 10', response('status', 10), ['status: status-10']],
    ['version 2.0', response('version', '2.0'), ['version: response-version']],
    ['an empty list of documents', response('documents', []), ['cbor-structure: member-empty']],
    ['documents that are no array', response('documents', new Map()), ['cbor-structure: member-type']],
  ];
  for (const [what, forgery, expected] of cases) {
    it(`names ${what}`, async () => assert.deepEqual(failures(await forged(forgery)), expected));
  }
});
