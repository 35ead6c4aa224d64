import type { CborValue } from '@tegata/cbor';
import { MdocError } from './error.ts';
import { type DocumentDefinition, definitionOf, elementDefinition, inDefinedOrder, isInDefinedOrder } from './mnc.ts';

/** Element values by namespace and element identifier. */
export type Elements = Readonly<Record<string, Readonly<Record<string, CborValue>>>>;

/** The elements of one namespace in the order in which they are issued; `values` go with `elements`. */
export interface OrderedNamespace {
  readonly namespace: string;
  readonly elements: readonly string[];
  readonly values: readonly CborValue[];
}

/**
 * Elements as they are issued: those of a known document type are checked and put into its order; a namespace without elements is left out.
 * @throws {MdocError} `element-unknown`, `element-type`
 */
export function orderedElements(docType: string, given: Elements): OrderedNamespace[] {
  const definition = definitionOf(docType);
  const ordered =
    !definition || isInDefinedOrder(definition, given) ? asGiven(given) : sorted(inDefinedOrder(definition, given));
  if (ordered.length === 0) throw new MdocError('element-unknown', 'An mdoc has one element at least.');
  if (definition) for (const part of ordered) check(definition, part);
  return ordered;
}

function asGiven(given: Elements): OrderedNamespace[] {
  const ordered: OrderedNamespace[] = [];
  for (const namespace of Object.keys(given)) {
    const own = given[namespace] as Elements[string];
    const elements = Object.keys(own);
    if (elements.length > 0) ordered.push({ namespace, elements, values: elements.map((element) => own[element]) });
  }
  return ordered;
}

function sorted(entries: [string, [string, CborValue][]][]): OrderedNamespace[] {
  return entries
    .filter(([, own]) => own.length > 0)
    .map(([namespace, own]) => ({
      namespace,
      elements: own.map(([element]) => element),
      values: own.map(([, value]) => value),
    }));
}

function check(definition: DocumentDefinition, { namespace, elements, values }: OrderedNamespace): void {
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index] as string;
    const known = elementDefinition(definition, namespace, element);
    if (!known) {
      throw new MdocError('element-unknown', 'The document type has no such element.', { namespace, element });
    }
    if (!known.issued(values[index])) {
      throw new MdocError('element-type', `The element must be ${known.type}.`, { namespace, element });
    }
  }
}
