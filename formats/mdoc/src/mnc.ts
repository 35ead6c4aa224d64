import { type CborValue, FullDate } from '@tegata/cbor';

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
}

const text = (most: number) => (value: CborValue) =>
  typeof value === 'string' && value.length > 0 && [...value].length <= most;
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

const DEFINITIONS: ReadonlyMap<string, DocumentDefinition> = new Map([[MNC.docType, MNC]]);

/** The definition of a document type, where there is one here. */
export function definitionOf(docType: string): DocumentDefinition | undefined {
  return DEFINITIONS.get(docType);
}

const AGE_OVER = /^age_over_\d{2}$/;

/** Finds an element; `age_over_18` and the like are found under `age_over_NN`. */
export function elementDefinition(
  definition: DocumentDefinition,
  namespace: string,
  element: string,
): ElementDefinition | undefined {
  const name = AGE_OVER.test(element) ? 'age_over_NN' : element;
  const elements = definition.namespaces.find((candidate) => candidate.name === namespace)?.elements;
  return elements?.find((candidate) => candidate.name === name);
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
      const key = (element: string) => rank(names, AGE_OVER.test(element) ? 'age_over_NN' : element);
      const ages = (a: string, b: string) => (AGE_OVER.test(a) && AGE_OVER.test(b) ? a.localeCompare(b, 'en') : 0);
      return [namespace, Object.entries(entries).sort(([a], [b]) => key(a) - key(b) || ages(a, b))];
    })
    .sort(([a], [b]) => rank(namespaces, a) - rank(namespaces, b));
}
