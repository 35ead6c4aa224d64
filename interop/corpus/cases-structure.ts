import { type CborMap, type CborValue, Encoded, encode, Raw } from '@tegata/cbor';
import { type Case, type CaseText, caseOf, fails, issuedCase, parties, responseCase } from './case.ts';
import { hex, joined, rawMap, rawString } from './cbor-bytes.ts';
import { type Item, itemEntries, MNC, makeDocument, makeResponse, NS_ISO, NS_JP } from './document.ts';

const CLAUSE = 'ISO/IEC 18013-5 §8.3.2.1.2.2';
const cbor = (id: string, title: string, code?: string, more: Partial<CaseText> = {}): CaseText => ({
  id: `cbor-${id}`,
  title,
  clause: 'RFC 8949 §5.3',
  expect: fails('cbor-structure', code),
  ...more,
});
const cddl = (id: string, title: string, code: string): CaseText => ({
  id: `cddl-${id}`,
  title,
  clause: CLAUSE,
  expect: fails('cbor-structure', code),
});

/** The good response of a case, to be damaged. */
const good = (id: string) => makeResponse([makeDocument(parties(id))]);
const damaged = (text: CaseText, damage: (bytes: Uint8Array) => Uint8Array) =>
  caseOf({ ...text, bytes: damage(good(text.id)) });
const utf8 = (text: string) => new TextEncoder().encode(text);
const extraMember = (value: Raw) => (response: CborMap) => response.set('x-unknown', value);
const entriesPlus = (map: CborMap, ...more: [string, CborValue][]) => rawMap([...map, ...more]);

/** The item of one element in other bytes, the rest as it is. */
const onlyAge = (change: (item: Item) => Uint8Array) => (item: Item) =>
  item.elementIdentifier === 'age_over_20' ? change(item) : encode(new Map(itemEntries(item)), { mapOrder: 'given' });

const wellFormedness = (): Case[] => [
  caseOf({ ...cbor('empty', 'No bytes at all', 'truncated'), bytes: new Uint8Array(0) }),
  damaged(cbor('truncated', 'The last byte is missing', 'truncated'), (bytes) => bytes.subarray(0, -1)),
  damaged(cbor('truncated-half', 'The second half is missing', 'truncated'), (bytes) =>
    bytes.subarray(0, bytes.length >> 1),
  ),
  damaged(cbor('trailing-byte', 'A zero byte follows', 'trailing-bytes'), (bytes) => joined(bytes, hex('00'))),
  damaged(cbor('two-items', 'The response twice, one behind the other', 'trailing-bytes'), (bytes) =>
    joined(bytes, bytes),
  ),
  damaged(cbor('text-of-hex', 'The response in hexadecimal, as text'), (bytes) =>
    utf8(Buffer.from(bytes).toString('hex')),
  ),
  responseCase(cbor('duplicate-status', 'The status twice: the error 10, then 0', 'duplicate-key'), {}, (response) =>
    rawMap([['status', 10], ...response]),
  ),
  responseCase(cbor('duplicate-documents', 'Two lists of documents', 'duplicate-key'), {}, (response) =>
    entriesPlus(response, ['documents', response.get('documents')]),
  ),
  responseCase(cbor('duplicate-doctype', 'A document with two types', 'duplicate-key'), {
    document: (document) => rawMap([['docType', 'com.example.library.1'], ...document]),
  }),
  responseCase(cbor('duplicate-namespace', 'A namespace twice', 'duplicate-key'), {
    issuerSigned(issuerSigned) {
      const nameSpaces = issuerSigned.get('nameSpaces') as CborMap;
      return issuerSigned.set('nameSpaces', entriesPlus(nameSpaces, [NS_ISO, nameSpaces.get(NS_ISO)]));
    },
  }),
  responseCase(cbor('duplicate-issuer-auth', 'Two signatures of the issuer', 'duplicate-key'), {
    issuerSigned: (issuerSigned) => entriesPlus(issuerSigned, ['issuerAuth', issuerSigned.get('issuerAuth')]),
  }),
  responseCase(
    cbor(
      'duplicate-value',
      'A signed item with two values: true for whoever reads the first, false for the last',
      'duplicate-key',
      {
        pitfalls: [1],
      },
    ),
    { itemContent: onlyAge((item) => rawMap([...itemEntries(item), ['elementValue', false]]).bytes) },
  ),
  responseCase(
    cbor('duplicate-identifier', 'A signed item with two names, one of them in a longer head', 'duplicate-key'),
    {
      itemContent: onlyAge(
        (item) =>
          rawMap([...itemEntries(item), [new Raw(joined(hex('79 0011'), utf8('elementIdentifier'))), 'age_over_65']])
            .bytes,
      ),
    },
  ),
  responseCase(cbor('duplicate-header', 'The chain twice in the unprotected header', 'duplicate-key'), {
    issuerAuth: ([first, unprotected, ...rest]) => [
      first,
      rawMap([...(unprotected as CborMap), [new Raw(hex('18 21')), (unprotected as CborMap).get(33)]]),
      ...rest,
    ],
  }),
  responseCase(cbor('duplicate-device-element', 'A device-signed namespace twice', 'duplicate-key'), {
    deviceNameSpaces: Encoded.wrap(
      rawMap([
        ['com.example.phone', new Map([['a', 1]])],
        ['com.example.phone', new Map([['a', 2]])],
      ]).bytes,
    ),
  }),
  responseCase(cbor('utf8-doctype', 'A document type that is not UTF-8', 'invalid-utf8'), {
    document: (document) => document.set('docType', rawString(3, hex('ff fe 6d'))),
  }),
  responseCase(cbor('utf8-value', 'A signed value that is not UTF-8', 'invalid-utf8'), {
    itemContent: (item) =>
      rawMap(
        itemEntries(item).map(([key, value]) => [
          key,
          value === '見本　花子' ? rawString(3, hex('e8a68b e69c')) : value,
        ]),
      ).bytes,
  }),
  responseCase(cbor('utf8-surrogate', 'A signed value with half a surrogate pair', 'invalid-utf8'), {
    itemContent: (item) =>
      rawMap(
        itemEntries(item).map(([key, value]) => [key, value === '見本　花子' ? rawString(3, hex('eda080')) : value]),
      ).bytes,
  }),
  responseCase(cbor('utf8-overlong', 'A signed value in overlong UTF-8', 'invalid-utf8'), {
    itemContent: (item) =>
      rawMap(itemEntries(item).map(([key, value]) => [key, value === '見本　花子' ? rawString(3, hex('c0af')) : value]))
        .bytes,
  }),
  responseCase(
    cbor('utf8-cut-chunk', 'A signed text whose chunks cut a character in two', 'invalid-utf8', {
      clause: 'RFC 8949 §3.2.3',
    }),
    {
      itemContent: (item) =>
        rawMap(
          itemEntries(item).map(([key, value]) => [
            key,
            value === '見本　花子' ? new Raw(hex('7f 64e8a68be6 629cac ff')) : value,
          ]),
        ).bytes,
    },
  ),
  responseCase(
    cbor('deep-array', 'Arrays in arrays, ten thousand deep, in a member that nobody knows', 'too-deep'),
    {},
    extraMember(new Raw(joined(new Uint8Array(10_000).fill(0x81), hex('00')))),
  ),
  responseCase(
    cbor('deep-tags', 'Tags on tags, a thousand of them', 'too-deep'),
    {},
    extraMember(new Raw(joined(new Uint8Array(1000).fill(0xc6), hex('00')))),
  ),
  responseCase(cbor('deep-value', 'A signed value of maps in maps, a thousand deep', 'too-deep'), {
    itemContent: onlyAge((item) => {
      const deep = joined(...Array.from({ length: 1000 }, () => hex('a1 00')), hex('f5'));
      return rawMap([...itemEntries(item).slice(0, 3), ['elementValue', new Raw(deep)]]).bytes;
    }),
  }),
  ...(
    [
      ['array', 'An array that claims 2^63 − 1 items', '9b 7fffffffffffffff'],
      ['map', 'A map that claims 2^63 − 1 entries', 'bb 7fffffffffffffff'],
      ['bytes', 'A byte string that claims 2^64 − 1 bytes', '5b ffffffffffffffff'],
      ['text', 'A text that claims 4 GiB', '7a ffffffff'],
      ['array-32', 'An array that claims four thousand million items', '9a ffffffff'],
    ] as const
  ).map(([id, title, bytes]) =>
    responseCase(cbor(`huge-${id}`, title, 'truncated'), {}, extraMember(new Raw(hex(bytes)))),
  ),
  responseCase(
    cbor('reserved-head', 'A head with the reserved information 28', 'reserved-head'),
    {},
    extraMember(new Raw(hex('1c'))),
  ),
  responseCase(
    cbor('open-integer', 'An integer of indefinite length', 'reserved-head'),
    {},
    extraMember(new Raw(hex('1f'))),
  ),
  responseCase(
    cbor('break-alone', 'A break where a value must stand', 'unexpected-break'),
    {},
    extraMember(new Raw(hex('ff'))),
  ),
  responseCase(
    cbor('break-odd-map', 'A map of indefinite length that ends behind a key', 'unexpected-break'),
    {},
    extraMember(new Raw(hex('bf 01 ff'))),
  ),
  responseCase(
    cbor('chunk-kind', 'A byte string with a chunk of text', 'chunk-type'),
    {},
    extraMember(new Raw(hex('5f 61 61 ff'))),
  ),
  responseCase(
    cbor('chunk-nested', 'A chunk that is itself in chunks', 'chunk-type'),
    {},
    extraMember(new Raw(hex('5f 5f 41 00 ff ff'))),
  ),
  responseCase(
    cbor('simple-two-bytes', 'The simple value 24 written in two bytes', 'simple-value'),
    {},
    extraMember(new Raw(hex('f8 18'))),
  ),
  responseCase(
    cbor('key-of-array', 'A map with an array as key', 'key-type'),
    {},
    extraMember(new Raw(hex('a1 80 00'))),
  ),
  responseCase(
    cbor('tag-0-number', 'Tag 0 before a number', 'tag-content', { clause: 'RFC 8949 §3.4.1' }),
    {},
    extraMember(new Raw(hex('c0 00'))),
  ),
];

const embedding = (): Case[] => {
  const instead = (value: CborValue) => (nameSpaces: Map<string, CborValue[]>) =>
    void nameSpaces.set(NS_ISO, [value, ...(nameSpaces.get(NS_ISO) ?? []).slice(1)]);
  const firstItem = (nameSpaces: Map<string, CborValue[]>) => (nameSpaces.get(NS_ISO) as CborValue[])[0] as Encoded;
  return [
    responseCase(cbor('tag24-text', 'An item embedded in text', 'tag-content', { clause: 'RFC 8949 §3.4.5.1' }), {
      shown: instead(new Raw(hex('d818 63 616263'))),
    }),
    responseCase(cbor('tag24-array', 'Tag 24 before an array', 'tag-content', { clause: 'RFC 8949 §3.4.5.1' }), {
      shown: instead(new Raw(hex('d818 80'))),
    }),
    responseCase(cbor('tag24-number', 'Tag 24 before a number', 'tag-content', { clause: 'RFC 8949 §3.4.5.1' }), {
      shown: instead(new Raw(hex('d818 00'))),
    }),
    responseCase(cbor('item-garbage', 'An embedded item that is not CBOR', 'truncated'), {
      shown: instead(Encoded.wrap(hex('a4 01'))),
    }),
    responseCase(cbor('item-empty', 'An embedded item of no bytes', 'truncated'), {
      shown: instead(Encoded.wrap(new Uint8Array(0))),
    }),
    responseCase(cbor('item-trailing', 'A signed item with a byte behind it', 'trailing-bytes'), {
      itemContent: onlyAge((item) => joined(encode(new Map(itemEntries(item))), hex('00'))),
    }),
    responseCase(cddl('item-untagged', 'An item as a bare byte string', 'member-type'), {
      shown: (nameSpaces) => instead(firstItem(nameSpaces).content)(nameSpaces),
    }),
    responseCase(cddl('item-bare-map', 'An item as a bare map', 'member-type'), {
      shown: (nameSpaces) => instead(firstItem(nameSpaces).decode())(nameSpaces),
    }),
    responseCase(cddl('item-twice-embedded', 'An item embedded twice', 'member-type'), {
      itemContent: onlyAge((item) => Encoded.of(new Map(itemEntries(item))).bytes),
    }),
    responseCase(cddl('device-namespaces-untagged', 'Device-signed namespaces that are not embedded', 'member-type'), {
      deviceSigned: (deviceSigned) => deviceSigned.set('nameSpaces', new Map()),
    }),
  ];
};

const itemMembers = (): Case[] => {
  const signed = (id: string, title: string, code: string, change: (item: Item) => [string, CborValue][]) =>
    responseCase(cddl(`item-${id}`, title, code), { itemContent: onlyAge((item) => rawMap(change(item)).bytes) });
  const lacking = (name: string) => (item: Item) => itemEntries(item).filter(([key]) => key !== name);
  const having = (change: Partial<Item>) => (item: Item) => itemEntries({ ...item, ...change });
  return [
    signed('no-digest-id', 'A signed item without digestID', 'member-missing', lacking('digestID')),
    signed('no-random', 'A signed item without a salt', 'member-missing', lacking('random')),
    signed('no-identifier', 'A signed item without a name', 'member-missing', lacking('elementIdentifier')),
    signed('no-value', 'A signed item without a value', 'member-missing', lacking('elementValue')),
    signed('negative-digest-id', 'A signed item with the digestID −1', 'member-type', having({ digestID: -1 })),
    signed('text-digest-id', 'A signed item with the digestID "12"', 'member-type', having({ digestID: '12' })),
    signed('text-random', 'A signed item whose salt is text', 'member-type', having({ random: 'salt' })),
    signed(
      'bytes-identifier',
      'A signed item whose name is bytes',
      'member-type',
      having({ elementIdentifier: utf8('age_over_20') }),
    ),
  ];
};

const members = (): Case[] => {
  const top = (id: string, title: string, code: string, change: (response: CborMap) => CborValue | undefined) =>
    responseCase(cddl(id, title, code), {}, change);
  const lacking = (name: string) => (map: CborMap) => {
    map.delete(name);
    return undefined;
  };
  return [
    caseOf({ ...cddl('array', 'An array in the place of the response', 'member-type'), bytes: hex('80') }),
    caseOf({ ...cddl('number', 'A number in the place of the response', 'member-type'), bytes: hex('00') }),
    top('no-version', 'A response without version', 'member-missing', lacking('version')),
    top('no-status', 'A response without status', 'member-missing', lacking('status')),
    top('version-number', 'A version as number', 'member-type', (map) => map.set('version', 1)),
    top('status-text', 'A status as text', 'member-type', (map) => map.set('status', '0')),
    top('status-negative', 'A negative status', 'member-type', (map) => map.set('status', -1)),
    top('status-null', 'A status of null', 'member-type', (map) => map.set('status', null)),
    top('documents-map', 'Documents as a map', 'member-type', (map) =>
      map.set('documents', new Map([[0, (map.get('documents') as CborValue[])[0]]])),
    ),
    top('documents-empty', 'An empty list of documents', 'member-empty', (map) => map.set('documents', [])),
    top('documents-null', 'Documents of null', 'member-type', (map) => map.set('documents', null)),
    top('document-embedded', 'A document embedded in tag 24', 'member-type', (map) =>
      map.set('documents', [Encoded.of((map.get('documents') as CborValue[])[0] as CborMap)]),
    ),
    ...(['docType', 'issuerSigned'] as const).map((name) =>
      responseCase(cddl(`no-${name.toLowerCase()}`, `A document without ${name}`, 'member-missing'), {
        document: lacking(name),
      }),
    ),
    responseCase(cddl('no-issuer-auth', 'IssuerSigned without issuerAuth', 'member-missing'), {
      issuerSigned: lacking('issuerAuth'),
    }),
    issuedCase(cddl('issued-no-issuer-auth', 'The same outside of a presentation', 'member-missing'), {
      issuerSigned: lacking('issuerAuth'),
    }),
    responseCase(cddl('doctype-bytes', 'A document type as bytes', 'member-type'), {
      document: (document) => document.set('docType', utf8(MNC)),
    }),
    responseCase(cddl('namespaces-empty', 'Namespaces without one', 'member-empty'), {
      issuerSigned: (issuerSigned) => issuerSigned.set('nameSpaces', new Map()),
    }),
    responseCase(cddl('namespaces-null', 'Namespaces of null', 'member-type'), {
      issuerSigned: (issuerSigned) => issuerSigned.set('nameSpaces', null),
    }),
    responseCase(cddl('namespace-empty', 'A namespace without an item', 'member-empty'), {
      shown: (nameSpaces) => void nameSpaces.set(NS_JP, []),
    }),
    responseCase(cddl('namespace-number', 'A namespace with a number as name', 'member-type'), {
      issuerSigned: (issuerSigned) =>
        issuerSigned.set(
          'nameSpaces',
          new Map<number | string, CborValue>(
            [...(issuerSigned.get('nameSpaces') as CborMap)].map(([name, items], index) => [
              index === 0 ? 1 : (name as string),
              items,
            ]),
          ),
        ),
    }),
    responseCase(cddl('device-namespace-empty', 'A device-signed namespace without an element', 'member-empty'), {
      deviceNameSpaces: Encoded.of({ 'com.example.phone': {} }),
    }),
  ];
};

/** Bytes that are no strict CBOR, or not of the defined structure. */
export const structureCases = (): Case[] => [...wellFormedness(), ...embedding(), ...itemMembers(), ...members()];
