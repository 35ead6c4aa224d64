import { type CborValue, FullDate } from '@tegata/cbor';
import { MDL } from './document-types/mdl.ts';
import { PHOTO_ID } from './document-types/photo-id.ts';

/** The document type of the card-substitute electromagnetic record (カード代替電磁的記録). */
export const MNC_DOCTYPE = 'org.iso.23220.1.jp.mnc';
/** Namespace of the Japanese elements. */
export const NS_JP = 'org.iso.23220.1.jp';
/** Namespace of ISO/IEC 23220-2. */
export const NS_ISO = 'org.iso.23220.1';

/** One element: how it is called and what it may hold. */
export interface ElementDefinition {
  readonly name: string;
  /** In words, for reports. */
  readonly type: string;
  /** What an issuer may write. */
  readonly issued: (value: CborValue) => boolean;
  /** What a reader accepts, where that is more. */
  readonly read?: (value: CborValue) => boolean;
}

/** A document type: its namespaces and their elements, in the order in which they are issued and shown. */
export interface DocumentDefinition {
  readonly docType: string;
  readonly namespaces: readonly { readonly name: string; readonly elements: readonly ElementDefinition[] }[];
  /** Elements without which there is no such document, by namespace. */
  readonly required?: Readonly<Record<string, readonly string[]>>;
  /** Whether namespaces that are not listed may stand beside, with whatever their owners define. */
  readonly otherNamespaces?: boolean;
}

const FOREIGN: ElementDefinition = { name: 'foreign', type: 'what its namespace defines', issued: () => true };

/** Characters are counted as code points; a text of no more units has no more of them. */
const text = (most: number) => (value: CborValue) =>
  typeof value === 'string' && value.length > 0 && (value.length <= most || [...value].length <= most);
const matching = (pattern: RegExp) => (value: CborValue) => typeof value === 'string' && pattern.test(value);
const whole = (most: number) => (value: CborValue) => typeof value === 'number' && value >= 0 && value <= most;
const bytes = (most: number) => (value: CborValue) =>
  value instanceof Uint8Array && value.length > 0 && value.length <= most;

function fullDate(value: CborValue): boolean {
  if (!(value instanceof FullDate)) return false;
  try {
    return value.toDay() !== undefined;
  } catch {
    return false;
  }
}

/** ISO/IEC 23220-2 also writes a birth date as a map, and one fork of a public reader issues it so. */
const birthDateMap = (value: CborValue) => value instanceof Map && fullDate(value.get('birth_date'));

/** The record's elements. The sizes are our choice: none are published. */
export const MNC: DocumentDefinition = {
  docType: MNC_DOCTYPE,
  namespaces: [
    {
      name: NS_JP,
      elements: [
        { name: 'full_name_unicode', type: 'text of 1 to 200 characters', issued: text(200), read: text(1000) },
        { name: 'resident_address_unicode', type: 'text of 1 to 200 characters', issued: text(200), read: text(1000) },
        { name: 'local_gov_code_unicode', type: 'text of 5 digits', issued: matching(/^\d{5}$/), read: text(20) },
        { name: 'individual_number_unicode', type: 'text of 12 digits', issued: matching(/^\d{12}$/) },
        { name: 'portrait', type: 'bytes, at most 30 KiB', issued: bytes(30 * 1024), read: bytes(4 * 1024 * 1024) },
        { name: 'sex_unicode', type: 'text 男 or 女', issued: matching(/^[男女]$/), read: text(20) },
        {
          name: 'birth_date_unicode',
          type: 'text like 1971年9月1日',
          issued: matching(/^[1-9]\d{3}年([1-9]|1[0-2])月([1-9]|[12]\d|3[01])日$/),
          read: text(40),
        },
      ],
    },
    {
      name: NS_ISO,
      elements: [
        { name: 'sex', type: '0, 1, 2 or 9', issued: (value) => [0, 1, 2, 9].includes(value as number) },
        { name: 'age_over_NN', type: 'true or false', issued: (value) => typeof value === 'boolean' },
        { name: 'age_in_years', type: 'a whole number', issued: whole(200) },
        {
          name: 'birth_date',
          type: 'full-date (tag 1004)',
          issued: fullDate,
          read: (value) => fullDate(value) || birthDateMap(value),
        },
      ],
    },
  ],
};

const DEFINITIONS: ReadonlyMap<string, DocumentDefinition> = new Map(
  [MNC, MDL, PHOTO_ID].map((definition) => [definition.docType, definition]),
);

/** The definition of a document type, where there is one here. */
export function definitionOf(docType: string): DocumentDefinition | undefined {
  return DEFINITIONS.get(docType);
}

/** The two digits of `age_over_NN`; nothing for any other name. */
export function ageOf(element: string): number | undefined {
  if (element.length !== 11 || !element.startsWith('age_over_')) return undefined;
  const tens = element.charCodeAt(9) - 48;
  const ones = element.charCodeAt(10) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : undefined;
}

const nameOf = (element: string) => (ageOf(element) === undefined ? element : 'age_over_NN');

/** Where an element stands in its definition; ages of one namespace by number. */
export interface Place {
  readonly element: ElementDefinition;
  readonly rank: number;
}

interface PlacedNamespace {
  readonly rank: number;
  readonly places: ReadonlyMap<string, Place>;
}

/** Made once per definition, when it is first asked. */
const indexes = new WeakMap<DocumentDefinition, ReadonlyMap<string, PlacedNamespace>>();

function indexOf(definition: DocumentDefinition): ReadonlyMap<string, PlacedNamespace> {
  const known = indexes.get(definition);
  if (known) return known;
  const index = new Map(
    definition.namespaces.map(({ name, elements }, rank) => [
      name,
      { rank, places: new Map(elements.map((element, place) => [element.name, { element, rank: place }])) },
    ]),
  );
  indexes.set(definition, index);
  return index;
}

const FOREIGN_PLACE: Place = { element: FOREIGN, rank: Number.POSITIVE_INFINITY };

/**
 * Finds an element and its rank in its namespace; `age_over_18` and the like are found under `age_over_NN`, those of a foreign namespace as
 * they may be.
 */
export function placeOf(definition: DocumentDefinition, namespace: string, element: string): Place | undefined {
  const known = indexOf(definition).get(namespace);
  if (!known) return definition.otherNamespaces ? FOREIGN_PLACE : undefined;
  const exact = known.places.get(element);
  if (exact) return exact;
  const age = ageOf(element);
  const ages = age === undefined ? undefined : known.places.get('age_over_NN');
  return ages && { element: ages.element, rank: ages.rank + (age as number) / 100 };
}

/** Finds an element; `age_over_18` and the like are found under `age_over_NN`, those of a foreign namespace as they may be. */
export function elementDefinition(
  definition: DocumentDefinition,
  namespace: string,
  element: string,
): ElementDefinition | undefined {
  return placeOf(definition, namespace, element)?.element;
}

/** The rank of a namespace in its definition; foreign ones come last. */
export function namespaceRank(definition: DocumentDefinition, namespace: string): number {
  return indexOf(definition).get(namespace)?.rank ?? definition.namespaces.length;
}

/**
 * Sorts elements as the definition lists them: Japanese namespace first, ages by number; unknown ones stay last, as given.
 * @example inDefinedOrder(MNC, { 'org.iso.23220.1': { sex: 2 } })
 */
export function inDefinedOrder<T>(
  definition: DocumentDefinition,
  elements: Readonly<Record<string, Readonly<Record<string, T>>>>,
): [string, [string, T][]][] {
  const rank = (names: readonly string[], name: string) => (names.indexOf(name) + 1 || names.length + 1) - 1;
  const namespaces = definition.namespaces.map(({ name }) => name);
  return Object.entries(elements)
    .map(([namespace, entries]): [string, [string, T][]] => {
      const names =
        definition.namespaces.find(({ name }) => name === namespace)?.elements.map(({ name }) => name) ?? [];
      const key = (element: string) => rank(names, nameOf(element));
      const ages = (a: string, b: string) => (ageOf(a) ?? 0) - (ageOf(b) ?? 0);
      return [namespace, Object.entries(entries).sort(([a], [b]) => key(a) - key(b) || ages(a, b))];
    })
    .sort(([a], [b]) => rank(namespaces, a) - rank(namespaces, b));
}
