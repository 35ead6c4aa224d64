import { type CborMap, type CborValue, Encoded, encode, type Raw } from '@tegata/cbor';
import { type Case, fails, responseCase, signer } from './case.ts';
import { rawArray, rawEmbedded, rawMap, rawString, rawText } from './cbor-bytes.ts';
import { type Item, itemEntries, MNC, NS_ISO, NS_JP } from './document.ts';

const STRUCTURE = 'ISO/IEC 18013-5 §8.3.2.1.2.2';

const SIGNATURE = 'ISO/IEC 18013-5 §9.1.2.4';

const valid = 'valid';

const long = (item: Item) => rawMap(itemEntries(item), 'long').bytes;

const open = (item: Item) => rawMap(itemEntries(item), 'open').bytes;

const reversed = (map: CborMap): CborMap => new Map([...map].reverse());

const withStranger = (map: CborMap) => map.set('x-unknown', new Map([['nested', [1, 'two', null]]]));

const tagged24Long = (content: Uint8Array): Raw => rawEmbedded(content, 'long');

/** Good documents in encodings that are CBOR, but not the shortest; and with members that nobody knows. */
export const validEncodingCases = (): Case[] => [
  responseCase(
    {
      id: 'valid-item-long-head',
      title: 'Items whose map heads are longer than need be (b9 0004); their digests are over these bytes',
      clause: STRUCTURE,
      expect: valid,
      warnings: [fails('cbor-structure', 'non-shortest')],
      pitfalls: [8],
    },
    { itemContent: long },
  ),
  responseCase(
    {
      id: 'valid-item-long-lengths',
      title: 'Items whose numbers and strings have longer heads than need be',
      clause: STRUCTURE,
      expect: valid,
      warnings: [fails('cbor-structure', 'non-shortest')],
      pitfalls: [8],
    },
    {
      itemContent: (item) =>
        rawMap(
          itemEntries(item).map(([key, value]) => [
            rawText(key, 'long'),
            typeof value === 'string' ? rawText(value, 'long') : value,
          ]),
          'long',
        ).bytes,
    },
  ),
  responseCase(
    {
      id: 'valid-item-long-tag',
      title: 'Tag 24 and the length of what it embeds in longer heads than need be',
      clause: STRUCTURE,
      expect: valid,
      warnings: [fails('cbor-structure', 'non-shortest')],
      pitfalls: [8],
    },
    { embed: tagged24Long },
  ),
  responseCase(
    {
      id: 'valid-item-open-map',
      title: 'Items as maps of indefinite length',
      clause: STRUCTURE,
      expect: valid,
      warnings: [fails('cbor-structure', 'indefinite-length')],
      pitfalls: [8],
    },
    { itemContent: open },
  ),
  responseCase(
    {
      id: 'valid-item-chunked',
      title: 'Items embedded in byte strings of two chunks; their digests are over the chunks with their heads',
      clause: 'RFC 8949 §3.2.3',
      expect: valid,
      warnings: [fails('cbor-structure', 'indefinite-length')],
      pitfalls: [8],
    },
    { embed: (content) => rawEmbedded(content, 'open') },
  ),
  responseCase(
    {
      id: 'valid-item-order',
      title: 'Items whose members come in another order',
      clause: STRUCTURE,
      expect: valid,
      pitfalls: [8],
    },
    { itemContent: (item) => rawMap(itemEntries(item).reverse()).bytes },
  ),
  responseCase(
    {
      id: 'valid-mso-long-head',
      title: 'An MSO whose map head is longer than need be',
      clause: SIGNATURE,
      expect: valid,
      warnings: [fails('mso-structure', 'non-shortest')],
      pitfalls: [8],
    },
    { msoBytes: (bytes) => new Uint8Array([0xb9, 0, (bytes[0] as number) & 0x1f, ...bytes.subarray(1)]) },
  ),
  responseCase(
    { id: 'valid-mso-order', title: 'An MSO in reverse order', clause: SIGNATURE, expect: valid },
    { msoBytes: (bytes) => encode(reversed(Encoded.wrap(bytes).decode() as CborMap), { mapOrder: 'given' }) },
  ),
  responseCase(
    {
      id: 'valid-response-open',
      title: 'A response, its documents and a document of indefinite length',
      clause: STRUCTURE,
      expect: valid,
      warnings: [fails('cbor-structure', 'indefinite-length')],
    },
    { document: (document) => rawMap(document, 'open') },
    (response) =>
      rawMap(
        [...response].map(([key, value]) => [
          key,
          key === 'documents' ? rawArray(value as CborValue[], 'open') : value,
        ]),
        'open',
      ),
  ),
  responseCase(
    {
      id: 'valid-response-long',
      title: 'A response with longer heads than need be',
      clause: STRUCTURE,
      expect: valid,
      warnings: [fails('cbor-structure', 'non-shortest')],
    },
    { document: (document) => rawMap(document, 'long') },
    (response) => rawMap(response, 'long'),
  ),
  responseCase(
    {
      id: 'valid-chunked-value',
      title: 'A portrait and a name in chunks',
      clause: 'RFC 8949 §3.2.3',
      expect: valid,
      warnings: [fails('cbor-structure', 'indefinite-length')],
    },
    {
      itemContent: (item) =>
        rawMap(
          itemEntries(item).map(([key, value]) => {
            if (value instanceof Uint8Array && key === 'elementValue') return [key, rawString(2, value, 'open')];
            // Each chunk of a text is UTF-8 of its own: this one is cut between two characters.
            return [key, value === '見本　花子' ? rawText('見本見本', 'open') : value];
          }),
        ).bytes,
    },
  ),
  responseCase(
    {
      id: 'valid-unknown-members',
      title: 'Members that nobody knows, in the response, the document and IssuerSigned',
      clause: STRUCTURE,
      expect: valid,
    },
    { issuerSigned: withStranger, document: withStranger },
    withStranger,
  ),
  responseCase(
    {
      id: 'valid-unknown-signed-members',
      title: 'Members that nobody knows, in the items and the MSO',
      clause: SIGNATURE,
      expect: valid,
    },
    {
      itemContent: (item) => rawMap([...itemEntries(item), ['x-unknown', 'kept']]).bytes,
      mso: withStranger,
    },
  ),
  responseCase(
    {
      id: 'valid-unknown-header',
      title: 'Headers that nobody knows, in both header maps of the issuer’s signature',
      clause: 'RFC 9052 §3',
      expect: valid,
    },
    {
      issuerSigning: {
        protectedBytes: encode(
          new Map<number | string, CborValue>([
            [1, -7],
            ['x-signed', 1],
          ]),
        ),
        unprotected: new Map<number | string, CborValue>([
          [33, signer.certificate],
          ['x-unknown', 2],
        ]),
      },
    },
  ),
  responseCase(
    {
      id: 'valid-chain-protected',
      title: 'The certificate in the protected header',
      clause: 'RFC 9360 §2',
      expect: valid,
    },
    {
      chain: null,
      issuerSigning: {
        protectedBytes: encode(
          new Map<number, CborValue>([
            [1, -7],
            [33, signer.certificate],
          ]),
        ),
      },
    },
  ),
  responseCase(
    {
      id: 'valid-kid',
      title: 'A key identifier as byte string',
      clause: 'RFC 9052 §3.1',
      expect: valid,
      pitfalls: [17],
    },
    {
      issuerSigning: {
        unprotected: new Map<number, CborValue>([
          [4, Uint8Array.of(1)],
          [33, signer.certificate],
        ]),
      },
    },
  ),
  responseCase(
    {
      id: 'valid-decoy-digests',
      title: 'Digests of nothing, one of them under the largest digestID, 2^31 − 1',
      clause: 'ISO/IEC 18013-5 2nd ed. §12.3.4',
      expect: valid,
      pitfalls: [18],
    },
    {
      mso(mso) {
        const digests = (mso.get('valueDigests') as CborMap).get(NS_ISO) as CborMap;
        digests.set(2 ** 31 - 1, new Uint8Array(32).fill(7));
        digests.set(1000, new Uint8Array(32).fill(8));
      },
    },
  ),
  responseCase(
    {
      id: 'valid-same-digest-id',
      title: 'The same digestID in two namespaces',
      clause: SIGNATURE,
      expect: valid,
      requested: [
        { docType: MNC, nameSpaces: { [NS_JP]: { full_name_unicode: false }, [NS_ISO]: { age_over_20: false } } },
      ],
    },
    sameDigestId(),
  ),
  responseCase(
    {
      id: 'valid-mso-version-1-1',
      title: 'An MSO of a later minor version',
      clause: SIGNATURE,
      expect: valid,
    },
    { mso: (mso) => void mso.set('version', '1.1') },
  ),
  responseCase(
    {
      id: 'valid-response-version-1-1',
      title: 'A response of a later minor version, with members of the second edition',
      clause: STRUCTURE,
      expect: valid,
    },
    {},
    (response) => response.set('version', '1.1').set('otherDocuments', new Map()),
  ),
];

function sameDigestId() {
  const elements = { [NS_JP]: { full_name_unicode: '見本　花子' }, [NS_ISO]: { age_over_20: true } };
  const content = (item: Item) => rawMap(itemEntries({ ...item, digestID: 5 })).bytes;
  return {
    elements,
    itemContent: content,
    mso(mso: CborMap) {
      for (const [namespace, digests] of mso.get('valueDigests') as CborMap) {
        (mso.get('valueDigests') as CborMap).set(namespace, new Map([[5, [...(digests as CborMap).values()][0]]]));
      }
    },
  };
}
