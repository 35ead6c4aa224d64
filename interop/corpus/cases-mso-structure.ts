import { type CborMap, type CborValue, DateTime, Encoded, encode, Raw, Tagged } from '@tegata/cbor';
import { days } from './authority.ts';
import { type Case, device, fails, issuedCase, responseCase } from './case.ts';
import { hex, joined, rawMap } from './cbor-bytes.ts';
import { coseKey } from './cose.ts';
import { authorize, ELEMENTS, itemEntries, NS_ISO } from './document.ts';
import { digests, drop, info, inside, mso, set, text } from './mso-change.ts';

/** Payloads that are no MSO. */
export const msoStructureCases = (): Case[] => [
  responseCase(text('untagged', 'A payload that is the MSO without tag 24', 'payload-tag'), {
    payload: (bytes) => bytes,
  }),
  issuedCase(text('issued-untagged', 'The same outside of a presentation', 'payload-tag'), {
    payload: (bytes) => bytes,
  }),
  responseCase(text('bare-bytes', 'A payload that is a byte string without tag', 'payload-tag'), {
    payload: (bytes) => encode(bytes),
  }),
  responseCase(text('other-tag', 'A payload in another tag', 'payload-tag'), {
    payload: (bytes) => encode(new Tagged(63, bytes)),
  }),
  responseCase(text('tag24-map', 'Tag 24 before the MSO as a map', 'tag-content'), {
    payload: (bytes) => joined(hex('d818'), bytes),
  }),
  responseCase(text('trailing-outside', 'A payload with a byte behind tag 24', 'trailing-bytes'), {
    payload: (bytes) => joined(Encoded.wrap(bytes).bytes, hex('00')),
  }),
  responseCase(text('trailing-inside', 'An MSO with a byte behind it', 'trailing-bytes'), {
    msoBytes: (bytes) => joined(bytes, hex('00')),
  }),
  responseCase(text('truncated', 'An MSO without its last byte', 'truncated'), {
    msoBytes: (bytes) => bytes.subarray(0, -1),
  }),
  responseCase(text('empty', 'An MSO of no bytes', 'truncated'), { msoBytes: () => new Uint8Array(0) }),
  responseCase(text('array', 'An MSO that is an array', 'member-type'), { msoBytes: () => hex('80') }),
  responseCase(
    text('detached', 'A detached payload', 'payload-missing', { also: [fails('issuer-signature', 'payload-missing')] }),
    {
      issuerAuth: ([first, unprotected, , signature]) => [first, unprotected, null, signature],
    },
  ),
  responseCase(
    text('duplicate-valid-until', 'Two ends of validity: the first long past, the second far ahead', 'duplicate-key'),
    {
      mso: (map) => {
        const entries = [...inside(map, 'validityInfo')];
        map.set('validityInfo', rawMap([...entries, ['validUntil', DateTime.from(days(3000))]]));
      },
    },
  ),
  responseCase(
    text('duplicate-digest-id', 'One digestID twice, once in a longer head', 'duplicate-key', { pitfalls: [18] }),
    {
      mso: (map) => {
        const entries = [...inside(map, 'valueDigests', NS_ISO)];
        const [id, digest] = entries[0] as [number, CborValue];
        const longer = new Raw(Uint8Array.of(0x19, 0, id));
        inside(map, 'valueDigests').set(NS_ISO, rawMap([...entries, [longer, digest]]));
      },
    },
  ),
  responseCase(text('duplicate-doctype', 'Two document types', 'duplicate-key', { pitfalls: [5] }), {
    msoBytes: (bytes) =>
      rawMap([['docType', 'com.example.library.1'], ...(Encoded.wrap(bytes).decode() as CborMap)]).bytes,
  }),
];

/** MSOs that lack members, or have them of other types. */
export const msoMemberCases = (): Case[] => [
  ...(['version', 'digestAlgorithm', 'valueDigests', 'deviceKeyInfo', 'docType', 'validityInfo'] as const).map((name) =>
    mso(
      `no-${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      `An MSO without ${name}`,
      'member-missing',
      drop(name),
    ),
  ),
  ...(['signed', 'validFrom', 'validUntil'] as const).map((name) =>
    mso(
      `no-${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`,
      `An MSO without ${name}`,
      'member-missing',
      (map) => void inside(map, 'validityInfo').delete(name),
    ),
  ),
  mso(
    'no-device-key',
    'deviceKeyInfo without a key',
    'member-missing',
    (map) => void inside(map, 'deviceKeyInfo').delete('deviceKey'),
  ),
  mso('version-number', 'A version as number', 'member-type', set('version', 1)),
  mso('doctype-null', 'A document type of null', 'member-type', set('docType', null)),
  mso('digest-algorithm-number', 'A digest algorithm by its COSE number', 'member-type', set('digestAlgorithm', -16)),
  mso(
    'device-key-bytes',
    'A device key as encoded bytes',
    'member-type',
    (map) => void inside(map, 'deviceKeyInfo').set('deviceKey', encode(coseKey(device))),
  ),
  mso('signed-text', 'A time of signing as plain text', 'member-type', info('signed', '2026-11-23T03:00:00Z')),
  mso(
    'valid-until-epoch',
    'An end of validity in seconds since 1970 (tag 1)',
    'member-type',
    info('validUntil', new Tagged(1, 1798081200)),
  ),
  mso('valid-until-number', 'An end of validity as number', 'member-type', info('validUntil', 1798081200)),
  mso('valid-until-null', 'An end of validity of null', 'member-type', info('validUntil', null)),
  mso(
    'valid-from-full-date',
    'A beginning of validity as full-date',
    'member-type',
    info('validFrom', new Tagged(1004, '2026-11-23')),
  ),
  mso(
    'expected-update-text',
    'A date of update as plain text',
    'member-type',
    info('expectedUpdate', '2026-12-14T03:00:00Z'),
  ),
  mso('value-digests-array', 'Digests as an array', 'member-type', set('valueDigests', [])),
  mso('value-digests-empty', 'No digests at all', 'member-empty', set('valueDigests', new Map()), {
    clause: 'ISO/IEC 18013-5 §9.1.2.5',
  }),
  mso(
    'namespace-digests-empty',
    'A namespace without digests',
    'member-empty',
    (map) => void inside(map, 'valueDigests').set('com.example', new Map()),
  ),
];

/** digestIDs that are none. */
export const digestIdCases = (): Case[] => {
  const id = (name: string, title: string, code: string, key: CborValue, value: CborValue = new Uint8Array(32)) =>
    mso(
      `digest-id-${name}`,
      title,
      code,
      digests((map) => void map.set(key as number, value)),
      {
        clause: 'ISO/IEC 18013-5 2nd ed. §12.3.4',
        pitfalls: [18],
      },
    );
  return [
    id('2-31', 'The digestID 2^31', 'digest-id-range', 2 ** 31),
    id('2-32', 'The digestID 2^32', 'digest-id-range', 2 ** 32),
    id('2-63', 'The digestID 2^63', 'digest-id-range', 2n ** 63n),
    id('negative', 'The digestID −1', 'digest-id-range', -1),
    id('text', 'A digestID as text', 'digest-id-range', '7'),
    responseCase(
      text('digest-id-2-31-used', 'An item with the digestID 2^31, and its digest under it', 'digest-id-range', {
        clause: 'ISO/IEC 18013-5 2nd ed. §12.3.4',
        pitfalls: [18],
      }),
      {
        elements: { [NS_ISO]: ELEMENTS[NS_ISO] ?? {} },
        itemContent: (item) => rawMap(itemEntries({ ...item, digestID: 2 ** 31 + (item.digestID as number) })).bytes,
        mso(map) {
          const byId = inside(map, 'valueDigests', NS_ISO);
          const moved = [...byId].map(([key, value]): [number, CborValue] => [2 ** 31 + (key as number), value]);
          inside(map, 'valueDigests').set(NS_ISO, new Map(moved));
        },
      },
    ),
    id('digest-text', 'A digest as text', 'member-type', 7, 'digest'),
    id('digest-null', 'A digest of null', 'member-type', 7, null),
  ];
};

/** keyAuthorizations that contradict themselves. */
export const msoAuthorizationCases = (): Case[] => {
  const keys = (id: string, title: string, code: string, value: CborValue) =>
    mso(`authorizations-${id}`, title, code, authorize(value), { pitfalls: undefined });
  return [
    keys(
      'overlap',
      'A namespace that is authorised as a whole and by element',
      'key-authorizations-overlap',
      new Map<string, CborValue>([
        ['nameSpaces', [NS_ISO]],
        ['dataElements', new Map([[NS_ISO, ['sex']]])],
      ]),
    ),
    keys('namespaces-text', 'Authorised namespaces as text', 'member-type', new Map([['nameSpaces', NS_ISO]])),
    keys('namespaces-empty', 'An empty list of authorised namespaces', 'member-empty', new Map([['nameSpaces', []]])),
    keys(
      'elements-empty',
      'A namespace in which no element is authorised',
      'member-empty',
      new Map([['dataElements', new Map([[NS_ISO, []]])]]),
    ),
    keys('elements-array', 'Authorised elements as an array', 'member-type', new Map([['dataElements', [NS_ISO]]])),
    keys('array', 'Authorisations as an array', 'member-type', []),
  ];
};
