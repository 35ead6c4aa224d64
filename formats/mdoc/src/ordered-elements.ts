import type { CborValue } from '@tegata/cbor';
import { MdocError } from './error.ts';
import { type DocumentDefinition, definitionOf, inDefinedOrder, namespaceRank, placeOf } from './mnc.ts';

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
  const ordered: OrderedNamespace[] = [];
  let inOrder = true;
  let rank = -1;
  for (const namespace of Object.keys(given)) {
    const own = given[namespace] as Elements[string];
    const elements = Object.keys(own);
    if (elements.length === 0) continue;
    const values = elements.map((element) => own[element]);
    if (definition) {
      inOrder = isInOrder(definition, namespace, elements, values) && inOrder;
      const next = namespaceRank(definition, namespace);
      inOrder &&= next >= rank;
      rank = next;
    }
    ordered.push({ namespace, elements, values });
  }
  if (ordered.length === 0) throw new MdocError('element-unknown', 'An mdoc has one element at least.');
  return definition && !inOrder ? sorted(inDefinedOrder(definition, given)) : ordered;
}

/** Checks the elements of a namespace, and says whether they come as the definition lists them: most issuers see to that. */
function isInOrder(
  definition: DocumentDefinition,
  namespace: string,
  elements: readonly string[],
  values: readonly CborValue[],
): boolean {
  let inOrder = true;
  let rank = -1;
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index] as string;
    const place = placeOf(definition, namespace, element);
    if (!place) {
      throw new MdocError('element-unknown', 'The document type has no such element.', { namespace, element });
    }
    if (!place.element.issued(values[index])) {
      throw new MdocError('element-type', `The element must be ${place.element.type}.`, { namespace, element });
    }
    if (place.rank < rank) inOrder = false;
    rank = place.rank;
  }
  return inOrder;
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
