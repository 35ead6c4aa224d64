import { type CborMap, type CborValue, Encoded, encode, FullDate, type Raw } from '@tegata/cbor';
import { type Case, type CaseText, caseOf, fails, issuedCase, parties, REQUESTED, responseCase } from './case.ts';
import { rawEmbedded, rawMap } from './cbor-bytes.ts';
import {
  ELEMENTS,
  type Forgery,
  type Item,
  itemEntries,
  MDL,
  MDL_ELEMENTS,
  makeDocument,
  makeResponse,
  NS_ISO,
  NS_JP,
  NS_MDL,
  portrait,
} from './document.ts';

const text = (id: string, title: string, code: string, more: Partial<CaseText> = {}): CaseText => ({
  id: `digest-${id}`,
  title,
  clause: 'ISO/IEC 18013-5 §9.3.1',
  expect: fails('digest', code),
  pitfalls: [1],
  ...more,
});
const digest = (id: string, title: string, code: string, forgery: Forgery, more: Partial<CaseText> = {}) =>
  responseCase(text(id, title, code, more), forgery);

type Shown = Map<string, CborValue[]>;
const decoded = (item: CborValue) => (item as Encoded).decode() as CborMap;
const isNamed = (item: CborValue, name: string) => decoded(item).get('elementIdentifier') === name;
/** Changes one shown item after it was signed. */
const change = (namespace: string, name: string, edit: (item: CborMap) => void) => (shown: Shown) =>
  void shown.set(
    namespace,
    (shown.get(namespace) as CborValue[]).map((item) => {
      if (!isNamed(item, name)) return item;
      const map = decoded(item);
      edit(map);
      return Encoded.wrap(encode(map, { mapOrder: 'given' }));
    }),
  );
const value = (namespace: string, name: string, to: CborValue) =>
  change(namespace, name, (item) => void item.set('elementValue', to));
const valueDigests = (mso: CborMap, namespace: string) =>
  (mso.get('valueDigests') as CborMap).get(namespace) as CborMap;
/** Changes every digest of a namespace before signing. */
const eachDigest = (edit: (digest: Uint8Array) => Uint8Array) => (mso: CborMap) => {
  const digests = valueDigests(mso, NS_ISO);
  for (const [id, one] of digests) digests.set(id, edit(one as Uint8Array));
};

const values = (): Case[] => {
  const otherPortrait = portrait.with(200, 0);
  return [
    digest('boolean', 'age_over_20 was false when it was signed', 'digest-mismatch', {
      elements: { ...ELEMENTS, [NS_ISO]: { ...ELEMENTS[NS_ISO], age_over_20: false } },
      shown: value(NS_ISO, 'age_over_20', true),
    }),
    issuedCase(text('issued-boolean', 'The same outside of a presentation', 'digest-mismatch'), {
      elements: { ...ELEMENTS, [NS_ISO]: { ...ELEMENTS[NS_ISO], age_over_20: false } },
      shown: value(NS_ISO, 'age_over_20', true),
    }),
    digest('text', 'Another name', 'digest-mismatch', { shown: value(NS_JP, 'full_name_unicode', '見本　太郎') }),
    digest('date', 'Another birth date', 'digest-mismatch', {
      shown: value(NS_ISO, 'birth_date', new FullDate('1970-03-31')),
    }),
    digest('number', 'Another sex', 'digest-mismatch', { shown: value(NS_ISO, 'sex', 1) }),
    digest('portrait', 'A portrait with one byte changed', 'digest-mismatch', {
      shown: value(NS_JP, 'portrait', otherPortrait),
    }),
    digest('salt', 'Another salt', 'digest-mismatch', {
      shown: change(NS_ISO, 'age_over_20', (item) => void item.set('random', new Uint8Array(32))),
    }),
    digest(
      'identifier',
      'The value of age_over_18 under the name age_over_20',
      'digest-mismatch',
      {
        elements: { ...ELEMENTS, [NS_ISO]: { age_over_18: true } },
        shown: change(NS_ISO, 'age_over_18', (item) => void item.set('elementIdentifier', 'age_over_20')),
      },
      { warnings: [fails('missing-element', 'element-missing')] },
    ),
    digest('added-member', 'A member added to an item', 'digest-mismatch', {
      shown: change(NS_ISO, 'age_over_20', (item) => void item.set('x-unknown', 1)),
    }),
    digest(
      'order',
      'The members of an item in another order',
      'digest-mismatch',
      {
        shown: (shown) =>
          void shown.set(
            NS_ISO,
            (shown.get(NS_ISO) as CborValue[]).map((item) => Encoded.wrap(rawMap([...decoded(item)].reverse()).bytes)),
          ),
      },
      { pitfalls: [8] },
    ),
    digest(
      'long-head-changed',
      'An item with a longer head, and one byte changed',
      'digest-mismatch',
      {
        itemContent: (item) => rawMap(itemEntries(item), 'long').bytes,
        shown: (shown) =>
          void shown.set(
            NS_ISO,
            (shown.get(NS_ISO) as CborValue[]).map((item) => {
              const { content } = item as Encoded;
              return isNamed(item, 'age_over_18') ? Encoded.wrap(content.with(content.length - 1, 0xf4)) : item;
            }),
          ),
      },
      { pitfalls: [8] },
    ),
  ];
};

const places = (): Case[] => [
  digest('ids-swapped', 'Two items with each other’s digestID', 'digest-mismatch', {
    shown(shown) {
      const ids = (shown.get(NS_ISO) as CborValue[]).map((item) => decoded(item).get('digestID'));
      change(NS_ISO, 'age_over_18', (item) => void item.set('digestID', ids[1]))(shown);
      change(NS_ISO, 'age_over_20', (item) => void item.set('digestID', ids[0]))(shown);
    },
  }),
  digest('id-unknown', 'An item with a digestID that was not signed', 'digest-missing', {
    shown: change(NS_ISO, 'age_over_20', (item) => void item.set('digestID', 1234)),
  }),
  digest(
    'id-2-31',
    'An item with the digestID 2^31',
    'digest-missing',
    {
      shown: change(NS_ISO, 'age_over_20', (item) => void item.set('digestID', 2 ** 31)),
    },
    { pitfalls: [18] },
  ),
  digest(
    'id-modulo',
    'An item whose digestID is the signed one plus 2^32',
    'digest-missing',
    {
      shown: change(
        NS_ISO,
        'age_over_20',
        (item) => void item.set('digestID', (item.get('digestID') as number) + 2 ** 32),
      ),
    },
    { pitfalls: [18] },
  ),
  digest('namespace', 'Items in a namespace for which nothing was signed', 'digest-missing', {
    mso: (mso) => void (mso.get('valueDigests') as CborMap).delete(NS_ISO),
  }),
  digest(
    'namespace-swapped',
    'Items in each other’s namespaces',
    'digest-missing',
    {
      shown(shown) {
        const [jp, iso] = [shown.get(NS_JP) as CborValue[], shown.get(NS_ISO) as CborValue[]];
        shown.set(NS_JP, iso).set(NS_ISO, jp);
      },
    },
    {
      also: [fails('unrequested', 'element-unrequested')],
      warnings: [fails('element-type', 'element-unknown'), fails('missing-element', 'element-missing')],
    },
  ),
  digest('missing', 'An element whose digest the issuer left out', 'digest-missing', {
    mso(mso) {
      const digests = valueDigests(mso, NS_ISO);
      digests.delete([...digests.keys()][1] as number);
    },
  }),
  digest(
    'self-made',
    'An element that the holder added',
    'digest-missing',
    {
      elements: { ...ELEMENTS, [NS_ISO]: { age_over_18: true } },
      shown: (shown) =>
        void shown.set(NS_ISO, [
          ...(shown.get(NS_ISO) ?? []),
          Encoded.of({
            digestID: 900,
            random: new Uint8Array(32),
            elementIdentifier: 'age_over_20',
            elementValue: true,
          }),
        ]),
    },
    { warnings: [fails('missing-element', 'element-missing')] },
  ),
];

const forms = (): Case[] => [
  digest('short', 'Digests cut down to 16 bytes', 'digest-mismatch', { mso: eachDigest((one) => one.slice(0, 16)) }),
  digest('empty', 'Digests of no bytes', 'digest-mismatch', { mso: eachDigest(() => new Uint8Array(0)) }),
  digest('long', 'Digests with a byte behind them', 'digest-mismatch', {
    mso: eachDigest((one) => new Uint8Array([...one, 0])),
  }),
  digest('other-length', 'Digests by SHA-512 where SHA-256 is named', 'digest-mismatch', { hash: 'sha512' }),
  digest('truncated-sha512', 'Digests by SHA-512, cut down to the length of SHA-256', 'digest-mismatch', {
    hash: 'sha512',
    mso(mso) {
      for (const namespace of [NS_JP, NS_ISO]) {
        const digests = valueDigests(mso, namespace);
        for (const [id, one] of digests) digests.set(id, (one as Uint8Array).slice(0, 32));
      }
    },
  }),
  digest(
    'without-tag',
    'Digests over the items without tag 24',
    'digest-mismatch',
    { hashed: (_, content) => content },
    { clause: 'ISO/IEC 18013-5 §9.1.2.5' },
  ),
  digest(
    'of-bytes',
    'Digests over the byte strings without their tag',
    'digest-mismatch',
    { hashed: (_, content) => encode(content) },
    { clause: 'ISO/IEC 18013-5 §9.1.2.5' },
  ),
  digest(
    'of-value',
    'Digests over the values alone',
    'digest-mismatch',
    {
      hashed: (_, content) => encode((Encoded.wrap(content).decode() as CborMap).get('elementValue') as CborValue),
    },
    { clause: 'ISO/IEC 18013-5 §9.1.2.5' },
  ),
  digest(
    're-encoded',
    'Digests over a shorter encoding than the one that is sent',
    'digest-mismatch',
    {
      itemContent: (item: Item) => rawMap(itemEntries(item), 'long').bytes,
      hashed: (_: Raw, content) => Encoded.of(Encoded.wrap(content).decode()).bytes,
    },
    { pitfalls: [8] },
  ),
  digest(
    'tag-shortened',
    'Items that were hashed with a longer head of their byte string than the one that is sent',
    'digest-mismatch',
    {
      hashed: (_, content) => rawEmbedded(content, 'long').bytes,
    },
    { pitfalls: [8] },
  ),
];

const duplicates = (): Case[] => {
  const twice = (id: string, title: string, forgery: Forgery) =>
    responseCase(
      {
        id: `duplicate-${id}`,
        title,
        clause: 'ISO/IEC 18013-5 §9.3.1',
        expect: fails('duplicate-element', 'duplicate-element'),
        pitfalls: [1],
      },
      forgery,
    );
  const bothValues = (first: boolean): Forgery => ({
    elements: { ...ELEMENTS, [NS_ISO]: { ...ELEMENTS[NS_ISO], age_over_20: first, age_over_65: !first } },
    itemContent: (item) =>
      rawMap(
        itemEntries(item.elementIdentifier === 'age_over_65' ? { ...item, elementIdentifier: 'age_over_20' } : item),
      ).bytes,
  });
  return [
    twice('item', 'The same item twice', {
      shown: (shown) =>
        void shown.set(NS_ISO, [...(shown.get(NS_ISO) ?? []), ...(shown.get(NS_ISO) ?? []).slice(0, 1)]),
    }),
    twice('true-false', 'Two signed items of one name: first true, then false', bothValues(true)),
    twice('false-true', 'Two signed items of one name: first false, then true', bothValues(false)),
  ];
};

const several = (): Case[] => {
  const second = (id: string, forgery: Forgery = {}) =>
    makeDocument(parties(id), {
      docType: MDL,
      elements: MDL_ELEMENTS,
      mso: (mso) => void mso.set('docType', MDL),
      ...forgery,
    });
  const request = {
    docType: MDL,
    nameSpaces: { [NS_MDL]: Object.fromEntries(Object.keys(MDL_ELEMENTS[NS_MDL] ?? {}).map((name) => [name, false])) },
  };
  const lie = value(NS_MDL, 'age_over_18', false);
  const both = (
    id: string,
    title: string,
    order: 'good-bad' | 'bad-good',
    forgery: Forgery,
    expect: Case['expect'],
  ) => {
    const documents = [makeDocument(parties(`${id} 0`)), second(`${id} 1`, forgery)];
    return caseOf({
      id,
      title,
      clause: 'ISO/IEC 18013-5 §8.3.2.1.2.2',
      expect,
      pitfalls: [19],
      requested: [REQUESTED, request],
      bytes: makeResponse(order === 'good-bad' ? documents : documents.reverse()),
    });
  };
  return [
    both(
      'documents-good-bad',
      'A good document, then a forged one',
      'good-bad',
      { shown: lie },
      fails('digest', 'digest-mismatch'),
    ),
    both(
      'documents-bad-good',
      'A forged document, then a good one',
      'bad-good',
      { shown: lie },
      fails('digest', 'digest-mismatch'),
    ),
    both(
      'documents-good-unsigned',
      'A good document, then one that the phone did not sign',
      'good-bad',
      {
        document: (document) => {
          document.delete('deviceSigned');
          return undefined;
        },
      },
      fails('device-auth', 'device-signed-missing'),
    ),
    both(
      'documents-one-signature',
      'Two documents with the device signature of the first',
      'good-bad',
      {
        signedTranscript: parties('').transcript,
        docType: MDL,
        deviceAuthentication: ([name, transcript, , nameSpaces]) =>
          Encoded.of([name, transcript, 'org.iso.23220.1.jp.mnc', nameSpaces]).bytes,
      },
      fails('device-auth', 'signature-invalid'),
    ),
    caseOf({
      id: 'documents-ten',
      title: 'Ten documents, the last one forged',
      clause: 'ISO/IEC 18013-5 §8.3.2.1.2.2',
      expect: fails('digest', 'digest-mismatch'),
      pitfalls: [19],
      requested: Array.from({ length: 10 }, (_, index) => ({
        docType: `com.example.card.${index}`,
        nameSpaces: { 'com.example': { level: false } },
      })),
      bytes: makeResponse(
        Array.from({ length: 10 }, (_, index) =>
          makeDocument(parties(`documents-ten ${index}`), {
            docType: `com.example.card.${index}`,
            elements: { 'com.example': { level: index } },
            mso: (mso) => void mso.set('docType', `com.example.card.${index}`),
            ...(index === 9 ? { shown: value('com.example', 'level', 100) } : {}),
          }),
        ),
      ),
    }),
  ];
};

/** Documents whose items are not what the issuer signed. */
export const digestCases = (): Case[] => [...values(), ...places(), ...forms(), ...duplicates(), ...several()];
