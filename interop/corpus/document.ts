import { createHash } from 'node:crypto';
import { type CborMap, type CborValue, DateTime, Encoded, encode, FullDate, Raw } from '@tegata/cbor';
import { seededRandom } from '@tegata/random';
import { days, type Holder } from './authority.ts';
import { coseKey, type Signing, sign1 } from './cose.ts';
import type { SeededKey } from './seeded-key.ts';

export const MNC = 'org.iso.23220.1.jp.mnc';
export const NS_JP = 'org.iso.23220.1.jp';
export const NS_ISO = 'org.iso.23220.1';
export const MDL = 'org.iso.18013.5.1.mDL';
export const NS_MDL = 'org.iso.18013.5.1';

/** Values by namespace and element. */
export type Elements = Readonly<Record<string, Readonly<Record<string, CborValue>>>>;

/** Bytes that begin as a JPEG 2000 codestream does. */
export const portrait = (() => {
  const bytes = seededRandom('corpus portrait').bytes(300);
  bytes.set([0xff, 0x4f, 0xff, 0x51]);
  return bytes;
})();

/** What the documents of the corpus say: nobody's data. */
export const ELEMENTS: Elements = {
  [NS_JP]: { full_name_unicode: '見本　花子', portrait },
  [NS_ISO]: { age_over_18: true, age_over_20: true, birth_date: new FullDate('2000-03-31'), sex: 2 },
};

/** A driving licence of the same nobody. */
export const MDL_ELEMENTS: Elements = {
  [NS_MDL]: {
    family_name: 'MIHON',
    birth_date: new FullDate('2000-03-31'),
    issuing_country: 'JP',
    age_over_18: true,
    portrait,
  },
};

/** One item before it is embedded. */
export interface Item {
  readonly digestID: CborValue;
  readonly random: CborValue;
  readonly elementIdentifier: CborValue;
  readonly elementValue: CborValue;
}

/** The usual order of the members. */
export const itemEntries = (item: Item): [string, CborValue][] => [
  ['digestID', item.digestID],
  ['random', item.random],
  ['elementIdentifier', item.elementIdentifier],
  ['elementValue', item.elementValue],
];

/** Changes to a document; whatever they break is signed as it then stands. */
export interface Forgery {
  readonly elements?: Elements;
  /** Bytes of an item (default: the map). They are embedded, hashed and signed. */
  readonly itemContent?: (item: Item) => Uint8Array;
  /** The embedded item as it is hashed and sent. */
  readonly embed?: (content: Uint8Array) => Raw;
  /** What is hashed (default: the embedded item). */
  readonly hashed?: (item: Raw, content: Uint8Array) => Uint8Array;
  readonly digestAlgorithm?: string;
  readonly hash?: string;
  /** The MSO before it is encoded. */
  readonly mso?: (mso: CborMap) => void;
  /** The encoded MSO. */
  readonly msoBytes?: (bytes: Uint8Array) => Uint8Array;
  /** The payload (default: the MSO in tag 24). */
  readonly payload?: (mso: Uint8Array) => Uint8Array;
  readonly issuer?: Holder;
  /** The header x5chain (default: the issuer's certificate); null leaves it out. */
  readonly chain?: CborValue;
  readonly issuerSigning?: Partial<Signing>;
  /** issuerAuth after signing. */
  readonly issuerAuth?: (issuerAuth: CborValue[]) => CborValue;
  /** The items that are shown, after signing. */
  readonly shown?: (nameSpaces: Map<string, CborValue[]>) => void;
  readonly issuerSigned?: (issuerSigned: CborMap) => CborValue | undefined;
  /** docType of the document and of DeviceAuthentication. */
  readonly docType?: string;
  readonly device?: SeededKey;
  /** Who signs in the place of the device. */
  readonly deviceSigner?: SeededKey;
  readonly deviceNameSpaces?: Encoded;
  readonly deviceSigning?: Partial<Signing>;
  /** The transcript that is signed. */
  readonly signedTranscript?: Uint8Array;
  /** DeviceAuthentication as an array, and what is signed of it (default: in tag 24). */
  readonly deviceAuthentication?: (authentication: CborValue[]) => Uint8Array;
  /** deviceAuth in place of the signature made. */
  readonly deviceAuth?: (made: { signature: CborValue[]; payload: Uint8Array }) => CborValue;
  readonly deviceSigned?: (deviceSigned: CborMap) => CborValue | undefined;
  readonly document?: (document: CborMap) => CborValue | undefined;
}

/** Who takes part in a presentation. */
export interface Parties {
  readonly seed: string;
  readonly issuer: Holder;
  readonly device: SeededKey;
  readonly transcript: Uint8Array;
}

const at = (date: Date) => DateTime.from(date);

/** Items and MSO of an mdoc. */
function layOut(parties: Parties, forgery: Forgery) {
  const random = seededRandom(`corpus ${parties.seed}`);
  const embed = forgery.embed ?? ((content: Uint8Array): Raw => Encoded.wrap(content));
  const hash = forgery.hash ?? 'sha256';
  const nameSpaces = new Map<string, CborValue[]>();
  const valueDigests: CborMap = new Map();
  let count = 0;
  for (const [namespace, elements] of Object.entries(forgery.elements ?? ELEMENTS)) {
    const digests: CborMap = new Map();
    const items = Object.entries(elements).map(([elementIdentifier, elementValue]): CborValue => {
      // Identifiers that do not follow the order of the elements, as the standard advises.
      const digestID = (7 + 5 * count++) % 23;
      const item = { digestID, random: random.bytes(32), elementIdentifier, elementValue };
      const content = forgery.itemContent?.(item) ?? encode(new Map(itemEntries(item)), { mapOrder: 'given' });
      const embedded = embed(content);
      const hashed = forgery.hashed?.(embedded, content) ?? embedded.bytes;
      digests.set(digestID, new Uint8Array(createHash(hash).update(hashed).digest()));
      return embedded;
    });
    nameSpaces.set(namespace, items);
    valueDigests.set(namespace, digests);
  }
  const mso: CborMap = new Map<string, CborValue>([
    ['version', '1.0'],
    ['digestAlgorithm', forgery.digestAlgorithm ?? 'SHA-256'],
    ['valueDigests', valueDigests],
    ['deviceKeyInfo', new Map([['deviceKey', coseKey(forgery.device ?? parties.device)]])],
    ['docType', MNC],
    [
      'validityInfo',
      new Map([
        ['signed', at(days(-1))],
        ['validFrom', at(days(-1))],
        ['validUntil', at(days(29))],
      ]),
    ],
  ]);
  forgery.mso?.(mso);
  return { nameSpaces, mso };
}

/** An IssuerSigned as a map. */
export function makeIssuerSigned(parties: Parties, forgery: Forgery = {}): CborValue {
  const { nameSpaces, mso } = layOut(parties, forgery);
  const encoded = encode(mso, { mapOrder: 'given' });
  const msoBytes = forgery.msoBytes?.(encoded) ?? encoded;
  const issuer = forgery.issuer ?? parties.issuer;
  const chain = forgery.chain === undefined ? issuer.certificate : forgery.chain;
  const made = sign1({
    key: issuer.key,
    payload: forgery.payload?.(msoBytes) ?? Encoded.wrap(msoBytes).bytes,
    unprotected: new Map(chain === null ? [] : [[33, chain]]),
    ...forgery.issuerSigning,
  });
  const issuerAuth = forgery.issuerAuth?.(made) ?? made;
  forgery.shown?.(nameSpaces);
  const issuerSigned: CborMap = new Map<string, CborValue>([
    ['nameSpaces', nameSpaces],
    ['issuerAuth', issuerAuth],
  ]);
  return forgery.issuerSigned?.(issuerSigned) ?? issuerSigned;
}

/** One document of a response, signed by the phone. */
export function makeDocument(parties: Parties, forgery: Forgery = {}): CborValue {
  const docType = forgery.docType ?? MNC;
  const issuerSigned = makeIssuerSigned(parties, forgery);
  const nameSpaces = forgery.deviceNameSpaces ?? Encoded.of({});
  const transcript = new Raw(forgery.signedTranscript ?? parties.transcript);
  const authentication: CborValue[] = ['DeviceAuthentication', transcript, docType, nameSpaces];
  const payload = forgery.deviceAuthentication?.(authentication) ?? Encoded.of(authentication).bytes;
  const signature = sign1({
    key: forgery.deviceSigner ?? forgery.device ?? parties.device,
    payload,
    detached: true,
    ...forgery.deviceSigning,
  });
  const deviceAuth = forgery.deviceAuth
    ? forgery.deviceAuth({ signature, payload })
    : new Map([['deviceSignature', signature]]);
  const deviceSigned: CborMap = new Map<string, CborValue>([
    ['nameSpaces', nameSpaces],
    ['deviceAuth', deviceAuth],
  ]);
  const document: CborMap = new Map<string, CborValue>([
    ['docType', docType],
    ['issuerSigned', issuerSigned],
    ['deviceSigned', forgery.deviceSigned?.(deviceSigned) ?? deviceSigned],
  ]);
  return forgery.document?.(document) ?? document;
}

/** A DeviceResponse of these documents; `change` may break it. */
export function makeResponse(documents: readonly CborValue[], change?: (response: CborMap) => CborValue | undefined) {
  const response: CborMap = new Map<string, CborValue>([
    ['version', '1.0'],
    ['documents', documents],
    ['status', 0],
  ]);
  return encode(change?.(response) ?? response, { mapOrder: 'given' });
}

/** keyAuthorizations of an MSO. */
export const authorize = (authorizations: CborValue) => (mso: CborMap) =>
  void (mso.get('deviceKeyInfo') as CborMap).set('keyAuthorizations', authorizations);
