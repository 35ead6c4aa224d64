import type { CborValue } from '@tegata/cbor';
import { MdocError } from './error.ts';
import {
  type DocumentDefinition,
  definitionOf,
  type ElementDefinition,
  inDefinedOrder,
  namespaceRank,
  placeOf,
} from './mnc.ts';

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
    if (definition) {
      const form = formOf(definition, namespace, elements);
      inOrder = inOrder && form.inOrder && form.rank >= rank;
      rank = form.rank;
      ordered.push({ namespace, elements: form.elements, values: checkedValues(form, own) });
    } else ordered.push({ namespace, elements, values: elements.map((element) => own[element]) });
  }
  if (ordered.length === 0) throw new MdocError('element-unknown', 'An mdoc has one element at least.');
  return definition && !inOrder ? sorted(inDefinedOrder(definition, given)) : ordered;
}

/** The names of a namespace as a caller gave them, looked up once: records of one form come by the thousand. */
interface NamespaceForm {
  readonly namespace: string;
  readonly elements: readonly string[];
  readonly definitions: readonly ElementDefinition[];
  /** Whether they come as the definition lists them: most issuers see to that. */
  readonly inOrder: boolean;
  readonly rank: number;
}

const MAX_FORMS = 16;
/** The forms that were met, per definition; the latest first. */
const forms = new WeakMap<DocumentDefinition, NamespaceForm[]>();

/** @throws {MdocError} `element-unknown` */
function formOf(definition: DocumentDefinition, namespace: string, elements: readonly string[]): NamespaceForm {
  const known = forms.get(definition) ?? [];
  for (const form of known) if (form.namespace === namespace && sameNames(form.elements, elements)) return form;
  const places = elements.map((element) => {
    const place = placeOf(definition, namespace, element);
    if (place) return place;
    throw new MdocError('element-unknown', 'The document type has no such element.', { namespace, element });
  });
  const form = {
    namespace,
    elements,
    definitions: places.map(({ element }) => element),
    inOrder: places.every(({ rank }, index) => index === 0 || rank >= (places[index - 1]?.rank ?? 0)),
    rank: namespaceRank(definition, namespace),
  };
  known.unshift(form);
  forms.set(definition, known);
  if (known.length > MAX_FORMS) known.pop();
  return form;
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

/** @throws {MdocError} `element-type` */
function checkedValues({ namespace, elements, definitions }: NamespaceForm, own: Elements[string]): CborValue[] {
  const values: CborValue[] = [];
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index] as string;
    const value = own[element];
    const { issued, type } = definitions[index] as ElementDefinition;
    if (!issued(value)) {
      throw new MdocError('element-type', `The element must be ${type}.`, { namespace, element });
    }
    values.push(value);
  }
  return values;
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
