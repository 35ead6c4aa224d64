import type { CborValue } from '@tegata/cbor';
import { ageAnswer, ageOverAnswer } from '../age.ts';
import { type ItemsRequest, MY_NUMBER_ELEMENT } from '../device-request.ts';
import { ageOf, definitionOf, elementDefinition } from '../mnc.ts';
import { type CheckList, printable } from './check-list.ts';

/** Values by namespace and element identifier. */
export type ValuesByNamespace = ReadonlyMap<string, ReadonlyMap<string, CborValue>>;

const named = (namespace: string, element: string) => `${printable(namespace)}/${printable(element)}`;

/** Makes the check `element-type` against the definition of the document type, where there is one here. */
export function inspectTypes(list: CheckList, docType: string, values: ValuesByNamespace): void {
  const definition = definitionOf(docType);
  if (!definition) {
    list.skip('element-type', 'no-definition', 'The elements of this document type are not defined here.');
    return;
  }
  const wrong: { code: string; detail: string }[] = [];
  const unknown: string[] = [];
  for (const [namespace, elements] of values) {
    for (const [element, value] of elements) {
      const known = elementDefinition(definition, namespace, element);
      if (!known) unknown.push(named(namespace, element));
      else if (!(known.read ?? known.issued)(value)) {
        wrong.push({ code: 'element-type', detail: `${named(namespace, element)} is not ${known.type}.` });
      }
    }
  }
  if (wrong.length === 0 && unknown.length > 0) {
    list.warn('element-type', 'element-unknown', `The document type does not define ${unknown.join(', ')}.`);
  } else list.judge('element-type', wrong);
}

/** Makes the checks `unrequested` and `missing-element`. */
export function inspectAnswer(list: CheckList, request: ItemsRequest, values: ValuesByNamespace): void {
  const unrequested: { code: string; detail: string }[] = [];
  for (const [namespace, elements] of values) {
    const asked = Object.hasOwn(request.nameSpaces, namespace) ? (request.nameSpaces[namespace] ?? {}) : {};
    for (const [element, value] of elements) {
      if (Object.hasOwn(asked, element) || answersAnAge(asked, element, value)) continue;
      const code = element === MY_NUMBER_ELEMENT ? 'my-number-unrequested' : 'element-unrequested';
      unrequested.push({ code, detail: `${named(namespace, element)} was not asked for.` });
    }
  }
  // The My Number comes first: it must not be stored, whatever else is wrong.
  list.judge(
    'unrequested',
    unrequested.sort((a, b) => b.code.localeCompare(a.code, 'en')),
  );

  const missing: string[] = [];
  for (const [namespace, elements] of Object.entries(request.nameSpaces)) {
    const returned = values.get(namespace) ?? new Map<string, CborValue>();
    for (const element of Object.keys(elements)) {
      const age = ageOf(element);
      if (returned.has(element) || (age !== undefined && ageAnswer(age, returned))) continue;
      missing.push(named(namespace, element));
    }
  }
  if (missing.length === 0) list.pass('missing-element');
  else list.warn('missing-element', 'element-missing', `Not returned: ${missing.join(', ')}.`);
}

/** A phone answers an age question with the nearest value that was attested: that is an answer, not an extra. */
function answersAnAge(asked: Readonly<Record<string, boolean>>, element: string, value: CborValue): boolean {
  if (ageOf(element) === undefined) return false;
  return Object.keys(asked).some((other) => {
    const age = ageOf(other);
    return age !== undefined && ageOverAnswer(age, new Map([[element, value]])) !== undefined;
  });
}
