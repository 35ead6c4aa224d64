import type { CborValue } from '@tegata/cbor';
import { ageAnswer, ageOverAnswer } from '../age.ts';
import { type ItemsRequest, MY_NUMBER_ELEMENT } from '../device-request.ts';
import { ageOf, definitionOf, elementDefinition } from '../mnc.ts';
import { type CheckList, printable } from './check-list.ts';

/** Values by namespace and element identifier. */
export type ValuesByNamespace = ReadonlyMap<string, ReadonlyMap<string, CborValue>>;

/** An element and its value, as an item of the issuer or the phone's word. */
export interface ShownElement {
  readonly elementIdentifier: string;
  readonly elementValue: CborValue;
}

/** What a document shows, by namespace. */
export type ShownElements = ReadonlyMap<string, readonly ShownElement[]>;

/** The same as maps of values. */
export function valuesOf(shown: ShownElements): ValuesByNamespace {
  const values = new Map<string, Map<string, CborValue>>();
  for (const [namespace, elements] of shown) values.set(namespace, valuesIn(elements));
  return values;
}

function valuesIn(elements: readonly ShownElement[]): Map<string, CborValue> {
  const values = new Map<string, CborValue>();
  for (const { elementIdentifier, elementValue } of elements) values.set(elementIdentifier, elementValue);
  return values;
}

/** What the issuer signed together with what the phone signed. */
export function joined(issuerSigned: ShownElements, deviceSigned: ValuesByNamespace): ShownElements {
  if (deviceSigned.size === 0) return issuerSigned;
  const all = new Map(issuerSigned);
  for (const [namespace, elements] of deviceSigned) {
    const own = Array.from(elements, ([elementIdentifier, elementValue]) => ({ elementIdentifier, elementValue }));
    all.set(namespace, [...(all.get(namespace) ?? []), ...own]);
  }
  return all;
}

const named = (namespace: string, element: string) => `${printable(namespace)}/${printable(element)}`;

/** Makes the check `element-type` against the definition of the document type, where there is one here. */
export function inspectTypes(list: CheckList, docType: string, shown: ShownElements): void {
  const definition = definitionOf(docType);
  if (!definition) {
    list.skip('element-type', 'no-definition', 'The elements of this document type are not defined here.');
    return;
  }
  const wrong: { code: string; detail: string }[] = [];
  const unknown: string[] = [];
  shown.forEach((elements, namespace) => {
    for (const { elementIdentifier: element, elementValue } of elements) {
      const known = elementDefinition(definition, namespace, element);
      if (!known) unknown.push(named(namespace, element));
      else if (!(known.read ?? known.issued)(elementValue)) {
        wrong.push({ code: 'element-type', detail: `${named(namespace, element)} is not ${known.type}.` });
      }
    }
  });
  if (wrong.length === 0 && unknown.length > 0) {
    list.warn('element-type', 'element-unknown', `The document type does not define ${unknown.join(', ')}.`);
  } else list.judge('element-type', wrong);
}

/** Makes the checks `unrequested` and `missing-element`. */
export function inspectAnswer(list: CheckList, request: ItemsRequest, shown: ShownElements): void {
  inspectUnrequested(list, request, shown);
  const missing: string[] = [];
  for (const namespace in request.nameSpaces) {
    if (!Object.hasOwn(request.nameSpaces, namespace)) continue;
    const asked = request.nameSpaces[namespace] as Readonly<Record<string, boolean>>;
    const returned = shown.get(namespace) ?? [];
    for (const element in asked) {
      if (Object.hasOwn(asked, element) && !answers(returned, element)) missing.push(named(namespace, element));
    }
  }
  if (missing.length === 0) list.pass('missing-element');
  else list.warn('missing-element', 'element-missing', `Not returned: ${missing.join(', ')}.`);
}

function inspectUnrequested(list: CheckList, request: ItemsRequest, shown: ShownElements): void {
  const unrequested: { code: string; detail: string }[] = [];
  shown.forEach((elements, namespace) => {
    const asked = Object.hasOwn(request.nameSpaces, namespace) ? (request.nameSpaces[namespace] ?? {}) : {};
    const ages = openAges(asked, elements);
    for (const { elementIdentifier: element, elementValue } of elements) {
      if (Object.hasOwn(asked, element) || answersAnAge(ages, element, elementValue)) continue;
      const code = element === MY_NUMBER_ELEMENT ? 'my-number-unrequested' : 'element-unrequested';
      unrequested.push({ code, detail: `${named(namespace, element)} was not asked for.` });
    }
  });
  // The My Number comes first: it must not be stored, whatever else is wrong.
  if (unrequested.length > 1) unrequested.sort((a, b) => b.code.localeCompare(a.code, 'en'));
  list.judge('unrequested', unrequested);
}

function answers(returned: readonly ShownElement[], element: string): boolean {
  if (isAmong(returned, element)) return true;
  const age = ageOf(element);
  return age !== undefined && ageAnswer(age, valuesIn(returned)) !== undefined;
}

/**
 * Ages that were asked for and are not answered by their own element. Where the phone has told the very age, another one tells more than
 * was asked.
 */
function openAges(asked: Readonly<Record<string, boolean>>, returned: readonly ShownElement[]): readonly number[] {
  const ages: number[] = [];
  for (const element in asked) {
    const age = Object.hasOwn(asked, element) ? ageOf(element) : undefined;
    if (age !== undefined && !isAmong(returned, element)) ages.push(age);
  }
  return ages;
}

function isAmong(returned: readonly ShownElement[], element: string): boolean {
  for (const { elementIdentifier } of returned) if (elementIdentifier === element) return true;
  return false;
}

/** A phone answers an age question with the nearest value that was attested: that is an answer, not an extra. */
function answersAnAge(ages: readonly number[], element: string, value: CborValue): boolean {
  if (ageOf(element) === undefined) return false;
  return ages.some((age) => ageOverAnswer(age, new Map([[element, value]])) !== undefined);
}
