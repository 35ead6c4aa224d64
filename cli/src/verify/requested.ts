import { JoseError } from '@tegata/jose';
import type { DeviceResponse, ItemsRequest } from '@tegata/mdoc';
import { ArgumentError } from './argument-error.ts';
import { parseJsonText } from './json-text.ts';

type NameSpaces = ItemsRequest['nameSpaces'];

/** What was asked for, as far as the caller says: a document type, elements, or both. */
export interface Wanted {
  readonly docType?: string;
  readonly nameSpaces?: NameSpaces;
}

/** What the response is held against, and which of it is the caller's word. */
export interface Expectation {
  readonly requests: readonly ItemsRequest[];
  readonly ofType: boolean;
  readonly ofElements: boolean;
}

const MAX_NAMES = 10_000;

/**
 * Reads `--doctype` and `--requested`. The JSON is an ItemsRequest `{"docType", "nameSpaces"}` or an array of them; or elements alone,
 * `{namespace: {element: intentToRetain}}` or `{namespace: [element, …]}`; or such elements by document type.
 * @throws {ArgumentError} `requested-unreadable`, `usage` when both name different document types
 * @example readWanted(undefined, '{"org.iso.23220.1":["age_over_20"]}')
 */
export function readWanted(docType: string | undefined, requested: string | undefined): readonly Wanted[] {
  if (requested === undefined) return docType === undefined ? [] : [{ docType }];
  const wanted = readRequested(requested);
  if (docType === undefined) return wanted;
  const named = wanted.filter((one) => one.docType !== undefined);
  if (named.length === 0) return wanted.map(({ nameSpaces }) => ({ docType, ...(nameSpaces ? { nameSpaces } : {}) }));
  if (named.some((one) => one.docType === docType)) return wanted;
  throw new ArgumentError('usage', '--requested asks for other document types than --doctype.', { option: 'doctype' });
}

function readRequested(text: string): readonly Wanted[] {
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch (error) {
    refuse(error instanceof JoseError ? 'a name stands there twice, or it is nested too deeply' : 'it is not JSON');
  }
  if (Array.isArray(value)) {
    if (value.length === 0) refuse('it asks for nothing');
    return value.map(readItemsRequest);
  }
  if (!isObject(value)) return refuse('it is an object or an array');
  if ('docType' in value || 'nameSpaces' in value) return [readItemsRequest(value)];
  const entries = Object.entries(value);
  if (entries.length === 0) refuse('it asks for nothing');
  if (entries.every(([, inner]) => isElements(inner))) return [{ nameSpaces: readNameSpaces(value) }];
  return entries.map(([docType, inner]) => ({ docType, nameSpaces: readNameSpaces(inner) }));
}

function readItemsRequest(value: unknown): Wanted {
  if (!isObject(value)) return refuse('a request is an object');
  const { docType, nameSpaces } = value;
  if (docType !== undefined && typeof docType !== 'string') refuse('docType is text');
  return {
    ...(docType === undefined ? {} : { docType: docType as string }),
    ...(nameSpaces === undefined ? {} : { nameSpaces: readNameSpaces(nameSpaces) }),
  };
}

const isElements = (value: unknown) =>
  Array.isArray(value)
    ? value.every((item) => typeof item === 'string')
    : isObject(value) && Object.values(value).every((item) => typeof item === 'boolean');

function readNameSpaces(value: unknown): NameSpaces {
  if (!isObject(value)) return refuse('elements are grouped by namespace');
  let names = 0;
  const count = () => {
    if (++names > MAX_NAMES) refuse('it asks for too much');
  };
  return Object.fromEntries(
    Object.entries(value).map(([namespace, elements]) => {
      count();
      if (!isElements(elements)) refuse('a namespace holds names of elements, or true and false by name');
      const entries: [string, boolean][] = Array.isArray(elements)
        ? elements.map((element) => [element as string, false])
        : Object.entries(elements as Record<string, boolean>);
      entries.forEach(count);
      return [namespace, Object.fromEntries(entries)];
    }),
  );
}

function refuse(why: string): never {
  throw new ArgumentError('requested-unreadable', `--requested: ${why}.`, { option: 'requested' });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Completes what the caller wants with what the response shows, because the verifier holds every response against a request. What was
 * completed is no one's expectation: its checks are then reported as not performed.
 */
export function expectationOf(wanted: readonly Wanted[], response: DeviceResponse | undefined): Expectation {
  const ofType = wanted.some(({ docType }) => docType !== undefined);
  const ofElements = wanted.some(({ nameSpaces }) => nameSpaces !== undefined);
  const shown = (response?.documents ?? []).map(
    (document): ItemsRequest => ({ docType: document.docType, nameSpaces: shownElements(document) }),
  );
  if (wanted.length === 0) return { requests: shown, ofType, ofElements };
  const requests = wanted.flatMap(({ docType, nameSpaces }): ItemsRequest[] => {
    if (docType === undefined) return shown.map((one) => ({ ...one, nameSpaces: nameSpaces ?? one.nameSpaces }));
    if (nameSpaces) return [{ docType, nameSpaces }];
    return [{ docType, nameSpaces: shown.find((one) => one.docType === docType)?.nameSpaces ?? {} }];
  });
  return { requests, ofType, ofElements };
}

function shownElements({ nameSpaces, deviceSigned }: DeviceResponse['documents'][number]): NameSpaces {
  const names = new Map<string, Set<string>>();
  const add = (namespace: string, element: string) => {
    const own = names.get(namespace) ?? new Set<string>();
    names.set(namespace, own.add(element));
  };
  for (const [namespace, items] of nameSpaces) for (const item of items) add(namespace, item.elementIdentifier);
  for (const [namespace, elements] of deviceSigned?.nameSpaces ?? []) {
    for (const element of elements.keys()) add(namespace, element);
  }
  return Object.fromEntries(
    [...names].map(([namespace, elements]) => [
      namespace,
      Object.fromEntries([...elements].map((element) => [element, false])),
    ]),
  );
}
