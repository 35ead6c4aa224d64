import { type CborMap, type CborValue, Encoded, encode, Raw, Tagged } from '@tegata/cbor';
import { type Change, days, type Holder, makeRoot, makeSigner, seconds } from './authority.ts';
import { type Case, type CaseText, caseOf, fails, root, signer, transcript } from './case.ts';
import { hex } from './cbor-bytes.ts';
import { BIT, extension, type NameParts, OID, replacing, without } from './certificate.ts';
import { type Signing, sign1 } from './cose.ts';
import { MDL, MNC, NS_ISO, NS_MDL } from './document.ts';
import { type Curve, seededKey } from './seeded-key.ts';
import { qrTranscript } from './transcript.ts';

const READER_PURPOSE = '1.0.18013.5.1.6';
const CA_NAME: NameParts = [
  ['CN', 'Tegata TEST corpus reader root'],
  ['C', 'JP'],
];

/** A root of readers. */
const readerRoot = (name = 'readers', change?: Change): Holder =>
  makeRoot(name, 'P-256', (parts) => ({ issuer: CA_NAME, subject: CA_NAME, ...change?.(parts) }));
const authority = readerRoot();

/** A reader by the profile of ISO/IEC 18013-5 B.1.7, but for the changes. */
function makeReader(name = 'a reader', change?: Change, above = authority, curve: Curve = 'P-256'): Holder {
  return makeSigner(above, name, curve, (parts) => {
    const own = {
      ...parts,
      subject: [['CN', 'Tegata TEST corpus shop']] as NameParts,
      extensions: replacing(parts.extensions, extension.extKeyUsage([READER_PURPOSE])),
    };
    return { ...own, ...change?.(own) };
  });
}
const shop = makeReader();

const items = (docType: string, namespace: string, element: string) =>
  Encoded.of({ docType, nameSpaces: { [namespace]: { [element]: false } } });
const AGE = items(MNC, NS_ISO, 'age_over_20');
const BIRTH = items(MNC, NS_ISO, 'birth_date');
const LICENCE = items(MDL, NS_MDL, 'age_over_18');

/** How a request is signed; each part may be wrong. */
interface RequestForgery {
  readonly reader?: Holder;
  readonly chain?: CborValue;
  readonly signing?: Partial<Signing>;
  readonly signedTranscript?: Uint8Array;
  readonly signedItems?: Encoded;
  readonly payload?: (authentication: CborValue[]) => Uint8Array;
  readonly readerAuth?: (made: CborValue[], payload: Uint8Array) => CborValue;
}

function readerAuth(forgery: RequestForgery, itemsRequest: Encoded): CborValue {
  const reader = forgery.reader ?? shop;
  const session = new Raw(forgery.signedTranscript ?? transcript);
  const authentication = ['ReaderAuthentication', session, forgery.signedItems ?? itemsRequest];
  const payload = forgery.payload?.(authentication) ?? Encoded.of(authentication).bytes;
  const chain = forgery.chain === undefined ? reader.certificate : forgery.chain;
  const made = sign1({
    key: reader.key,
    payload,
    detached: true,
    unprotected: new Map(chain === null ? [] : [[33, chain]]),
    ...forgery.signing,
  });
  return forgery.readerAuth?.(made, payload) ?? made;
}

/** readerAuthAll over these items and this deviceRequestInfo. */
function readerAuthAll(reader: Holder, all: readonly Encoded[], info: Encoded | null): CborValue {
  const payload = Encoded.of(['ReaderAuthenticationAll', new Raw(transcript), all, info]).bytes;
  return sign1({ key: reader.key, payload, detached: true, unprotected: new Map([[33, reader.certificate]]) });
}

const requestOf = (version: string, docRequests: CborValue[], more: [string, CborValue][] = []) =>
  encode(new Map<string, CborValue>([['version', version], ['docRequests', docRequests], ...more]), {
    mapOrder: 'given',
  });
const docRequest = (itemsRequest: Encoded, auth?: CborValue): CborMap =>
  new Map<string, CborValue>([
    ['itemsRequest', itemsRequest],
    ...(auth === undefined ? [] : [['readerAuth', auth] as const]),
  ]);

const text = (id: string, title: string, code: string | undefined, more: Partial<CaseText> = {}): CaseText => ({
  id: code === undefined ? `valid-reader-${id}` : `reader-${id}`,
  title,
  clause: 'ISO/IEC 18013-5 §9.1.4',
  expect: code === undefined ? 'valid' : fails('reader-auth', code),
  kind: 'device-request',
  requested: [],
  anchors: [{ certificate: authority.certificate }],
  ...more,
});
const one = (
  id: string,
  title: string,
  code: string | undefined,
  forgery: RequestForgery = {},
  more: Partial<CaseText> = {},
) => caseOf({ ...text(id, title, code, more), bytes: requestOf('1.0', [docRequest(AGE, readerAuth(forgery, AGE))]) });
/** A reader whose certificate is changed, and nothing else. */
const certificate = (id: string, title: string, code: string | undefined, change: Change) =>
  one(id, title, code, { reader: makeReader(`reader ${id}`, change) }, { clause: 'ISO/IEC 18013-5 B.1.7' });
const lacking =
  (oid: string): Change =>
  (parts) => ({ extensions: without(parts.extensions, oid) });
const having =
  (extended: ReturnType<typeof extension.keyUsage>): Change =>
  (parts) => ({
    extensions: replacing(parts.extensions, extended),
  });

const signatures = (): Case[] => [
  one('signed', 'A request that its reader signed', undefined),
  one('esp256', 'A request signed under the algorithm −9', undefined, { signing: { alg: -9 } }),
  one('p384', 'A reader with a P-384 key', undefined, {
    reader: makeReader('a reader P-384', undefined, authority, 'P-384'),
  }),
  one(
    'other-session',
    'Copied from another session',
    'signature-invalid',
    { signedTranscript: qrTranscript(undefined, 'another reader') },
    { pitfalls: [3] },
  ),
  one('other-items', 'Signed for the age, sent for the birth date', 'signature-invalid', { signedItems: BIRTH }),
  one('other-key', 'The certificate of the reader, the signature of another key', 'signature-invalid', {
    reader: { ...shop, key: seededKey('impostor') },
  }),
  one('untagged', 'ReaderAuthentication signed without tag 24', 'signature-invalid', {
    payload: (parts) => encode(parts),
  }),
  one('as-device', 'Signed as DeviceAuthentication', 'signature-invalid', {
    payload: ([, ...rest]) => Encoded.of(['DeviceAuthentication', ...rest]).bytes,
  }),
  one('items-bare', 'The items without tag 24 inside of what is signed', 'signature-invalid', {
    payload: ([name, session, asked]) => Encoded.of([name, session, (asked as Encoded).decode()] as CborValue[]).bytes,
  }),
  one('attached', 'A payload of the reader’s own, validly signed', 'payload-attached', {
    readerAuth: (made) => [made[0], made[1], hex('d81841a0'), made[3]],
  }),
  one('tagged', 'readerAuth with tag 18', 'tagged', { readerAuth: (made) => new Tagged(18, made) }),
  one('alg-unprotected', 'The algorithm in the unprotected header', 'alg-unprotected', {
    signing: {
      protectedBytes: new Uint8Array(0),
      unprotected: new Map<number, CborValue>([
        [1, -7],
        [33, shop.certificate],
      ]),
    },
  }),
  one('alg-of-p384', 'ES384 with a P-256 key', 'alg-key-mismatch', { signing: { alg: -35 } }),
  one('short', 'A signature without its last byte', 'signature-form', {
    readerAuth: (made) => [...made.slice(0, 3), (made[3] as Uint8Array).slice(0, -1)],
  }),
  one('three-items', 'readerAuth of three items', 'structure', { readerAuth: (made) => made.slice(0, 3) }),
  caseOf({
    ...text('second-forged', 'Two document requests, the second one signed for another', 'signature-invalid', {
      pitfalls: [24],
    }),
    bytes: requestOf('1.0', [docRequest(AGE, readerAuth({}, AGE)), docRequest(LICENCE, readerAuth({}, AGE))]),
  }),
];

const chains = (): Case[] => {
  const stranger = readerRoot('readers of a stranger');
  const below = makeReader('a reader of a stranger', undefined, stranger);
  return [
    one('no-chain', 'No certificate', 'x5chain-missing', { chain: null }),
    one('empty-chain', 'A chain of no certificates', 'x5chain-form', { chain: [] }),
    one('stranger', 'A reader under a root of the same name that nobody trusts', 'signature', { reader: below }),
    one('root-in-chain', 'The same, and the request brings that root along', 'root-in-chain', {
      reader: below,
      chain: [below.certificate, stranger.certificate],
    }),
    one('own-root', 'The trusted root inside of the request', 'root-in-chain', {
      chain: [shop.certificate, authority.certificate],
    }),
    one('no-anchor', 'No root of readers is trusted', 'no-trust-anchor', {}, { anchors: [] }),
    one(
      'document-signer',
      'A signer of documents asks, and its root is trusted for readers',
      'eku',
      { reader: signer },
      { anchors: [{ certificate: root.certificate }], also: [] },
    ),
    certificate('eku-missing', 'A reader without a purpose', 'eku-missing', lacking(OID.extKeyUsage)),
    certificate('eku-tls', 'A web server’s certificate', 'eku', having(extension.extKeyUsage(['1.3.6.1.5.5.7.3.1']))),
    certificate(
      'eku-not-critical',
      'A purpose that is not critical',
      'eku-noncrit',
      having(extension.extKeyUsage([READER_PURPOSE], false)),
    ),
    certificate('ku-missing', 'A reader without keyUsage', 'ku-missing', lacking(OID.keyUsage)),
    certificate(
      'ku-bits',
      'A reader’s key for keyAgreement',
      'ku-bits',
      having(extension.keyUsage([BIT.keyAgreement])),
    ),
    certificate('bc-ca', 'A reader that is a CA', 'bc-ca', having(extension.basicConstraints(true, 0))),
    certificate('no-common-name', 'A reader without a name', 'no-cn', () => ({ subject: [['O', 'Tegata TEST ONLY']] })),
    certificate(
      'aki-missing',
      'A reader without AuthorityKeyIdentifier',
      'aki-missing',
      lacking(OID.authorityKeyIdentifier),
    ),
    certificate('expired', 'A reader’s certificate that ended a second ago', 'validity', () => ({
      notAfter: seconds(-1),
    })),
    certificate('lifetime-1188-days', 'A reader for 1188 days', 'lifetime', () => ({ notAfter: days(-30 + 1188) })),
    certificate('1187-days', 'A reader for 1187 days', undefined, () => ({ notAfter: days(-30 + 1187) })),
  ];
};

const ofAll = (): Case[] => {
  const all = [AGE, LICENCE];
  const info = Encoded.of({ useCases: [{ mandatory: true, documentSets: [[0], [1]] }] });
  const request = (signatures: CborValue[], more: [string, CborValue][] = [], asked = all) =>
    requestOf(
      '1.1',
      asked.map((itemsRequest) => docRequest(itemsRequest)),
      [...more, ['readerAuthAll', signatures]],
    );
  const good = readerAuthAll(shop, all, null);
  const clause = 'ISO/IEC 18013-5 2nd ed. §12.5';
  return [
    caseOf({
      ...text('all', 'Two document requests under one signature', undefined, { clause }),
      bytes: request([good]),
    }),
    caseOf({
      ...text('all-info', 'A signature over the requests and deviceRequestInfo', undefined, { clause }),
      bytes: request([readerAuthAll(shop, all, info)], [['deviceRequestInfo', info]]),
    }),
    caseOf({
      ...text('all-two', 'Two readers who sign the same requests', undefined, { clause }),
      bytes: request([good, readerAuthAll(makeReader('a second reader'), all, null)]),
    }),
    caseOf({
      ...text('all-second-forged', 'Two readers, of whom the second has not signed', 'signature-invalid', {
        clause,
        pitfalls: [24],
      }),
      bytes: request([good, readerAuthAll({ ...shop, key: seededKey('impostor') }, all, null)]),
    }),
    caseOf({
      ...text('all-info-added', 'deviceRequestInfo that was added after signing', 'signature-invalid', { clause }),
      bytes: request([good], [['deviceRequestInfo', info]]),
    }),
    caseOf({
      ...text('all-order', 'The requests in another order than they were signed', 'signature-invalid', { clause }),
      bytes: request([good], [], [LICENCE, AGE]),
    }),
    caseOf({
      ...text('all-request-added', 'A request that was added after signing', 'signature-invalid', { clause }),
      bytes: request([readerAuthAll(shop, [AGE], null)]),
    }),
  ];
};

/** Requests whose reader is who it says, or is not. */
export const readerCases = (): Case[] => [...signatures(), ...chains(), ...ofAll()];
