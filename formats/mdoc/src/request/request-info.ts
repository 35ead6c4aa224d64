import type { CborMap, CborValue, Encoded } from '@tegata/cbor';
import type { Shape } from '../shape.ts';
import { type ElementReference, encodeElementReference, readElementReference } from './element-reference.ts';

/** What may be returned in place of one requested element: any one of the sets, whole. */
export interface AlternativeDataElements {
  readonly requestedElement: ElementReference;
  readonly alternativeElementSets: readonly (readonly ElementReference[])[];
}

/** The `requestInfo` of an ItemsRequest (ISO/IEC 18013-5 2nd ed.). Below version 1.1 nothing in it has a meaning, and all is in `others`. */
export interface RequestInfo {
  readonly alternativeDataElements?: readonly AlternativeDataElements[];
  /** Key identifiers of issuers whose documents are wanted; a hint. */
  readonly issuerIdentifiers?: readonly Uint8Array[];
  readonly uniqueDocSetRequired?: boolean;
  /** Bytes. */
  readonly maximumResponseSize?: number;
  /** Kept as it is: zero-knowledge proofs are not made here. */
  readonly zkRequest?: CborValue;
  /** EncryptionParameters, kept as they are. */
  readonly docResponseEncryption?: Encoded;
  readonly others?: ReadonlyMap<string, CborValue>;
}

const MAX_ALTERNATIVES = 64;
const MAX_SETS = 32;
const MAX_REFERENCES = 64;
const MAX_ISSUERS = 256;
const KNOWN = [
  'alternativeDataElements',
  'issuerIdentifiers',
  'uniqueDocSetRequired',
  'maximumResponseSize',
  'zkRequest',
  'docResponseEncryption',
];

/** Whether it has a member that only version 1.1 knows. */
export function isExtended(info: RequestInfo): boolean {
  return Object.entries(info).some(([name, value]) => name !== 'others' && value !== undefined);
}

export function encodeRequestInfo(info: RequestInfo): CborMap {
  const map: CborMap = new Map();
  const { alternativeDataElements, others, ...rest } = info;
  if (alternativeDataElements) map.set('alternativeDataElements', alternativeDataElements.map(encodeAlternative));
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) map.set(name, value as CborValue);
  for (const [name, value] of others ?? []) map.set(name, value);
  return map;
}

function encodeAlternative({ requestedElement, alternativeElementSets }: AlternativeDataElements): CborMap {
  return new Map<string, CborValue>([
    ['requestedElement', encodeElementReference(requestedElement)],
    ['alternativeElementSets', alternativeElementSets.map((set) => set.map(encodeElementReference))],
  ]);
}

/** Reads requestInfo. @throws {MdocError} `request` */
export function readRequestInfo(shape: Shape, extended: boolean): RequestInfo {
  const entries = shape.textEntries(true).map(([name, value]): [string, CborValue] => [name, value.raw()]);
  if (!extended) return { others: new Map(entries) };
  const others = new Map(entries.filter(([name]) => !KNOWN.includes(name)));
  const alternatives = shape.optional('alternativeDataElements');
  const issuers = shape.optional('issuerIdentifiers');
  const unique = shape.optional('uniqueDocSetRequired')?.boolean();
  const size = shape.optional('maximumResponseSize')?.unsigned();
  const zkRequest = shape.optional('zkRequest')?.raw();
  const encryption = shape.optional('docResponseEncryption')?.encoded();
  return {
    ...(alternatives ? { alternativeDataElements: few(alternatives, MAX_ALTERNATIVES).map(readAlternative) } : {}),
    ...(issuers ? { issuerIdentifiers: few(issuers, MAX_ISSUERS).map((issuer) => issuer.bytes()) } : {}),
    ...(unique === undefined ? {} : { uniqueDocSetRequired: unique }),
    ...(size === undefined ? {} : { maximumResponseSize: size }),
    ...(zkRequest === undefined ? {} : { zkRequest }),
    ...(encryption === undefined ? {} : { docResponseEncryption: encryption }),
    ...(others.size > 0 ? { others } : {}),
  };
}

function readAlternative(shape: Shape): AlternativeDataElements {
  const sets = few(shape.get('alternativeElementSets'), MAX_SETS);
  return {
    requestedElement: readElementReference(shape.get('requestedElement')),
    alternativeElementSets: sets.map((set) => few(set, MAX_REFERENCES).map(readElementReference)),
  };
}

/** The items of an array that has one at least, and not more than are read. */
export function few(shape: Shape, most: number): Shape[] {
  const items = shape.array();
  return items.length > most ? shape.fail('too-many', `${most} items are read at most`) : items;
}
