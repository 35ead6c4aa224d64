import type { DocRequest } from '../device-request.ts';
import { answerable, type Disclosure } from '../device-response.ts';
import type { IssuerNameSpaces } from '../issuer-signed.ts';
import type { ElementReference } from './element-reference.ts';

/** What to ask the holder's consent for, and what cannot be given. */
export interface ElementChoice {
  /** Elements by namespace, alternatives in place of what is not held. */
  readonly disclose: Disclosure;
  /** Requested elements for which neither they nor an alternative is held. */
  readonly missing: readonly ElementReference[];
}

/**
 * What of a document request the mdoc can answer: what it holds, the nearest age, and for what it does not hold the first set of
 * alternatives that it holds whole (`alternativeDataElements` of version 1.1, in the order of the reader's preference).
 * @example chooseElements(request.docRequests[0], parseIssuerSigned(stored).nameSpaces).disclose
 */
export function chooseElements(docRequest: DocRequest, held: IssuerNameSpaces): ElementChoice {
  const { itemsRequest, requestInfo } = docRequest;
  const chosen = new Map<string, Set<string>>();
  const choose = ({ namespace, element }: ElementReference) => {
    const elements = chosen.get(namespace) ?? new Set<string>();
    chosen.set(namespace, elements.add(element));
  };
  const answersFor = ({ namespace, element }: ElementReference): ElementReference[] => {
    const answer = answerable(
      { docType: itemsRequest.docType, nameSpaces: { [namespace]: { [element]: false } } },
      held,
    );
    return (answer[namespace] ?? []).map((name) => ({ namespace, element: name }));
  };
  const missing: ElementReference[] = [];
  for (const [namespace, elements] of Object.entries(itemsRequest.nameSpaces)) {
    for (const element of Object.keys(elements)) {
      const own = answersFor({ namespace, element });
      const sets = (requestInfo?.alternativeDataElements ?? [])
        .filter(({ requestedElement: asked }) => asked.namespace === namespace && asked.element === element)
        .flatMap(({ alternativeElementSets }) => alternativeElementSets);
      const set = own.length > 0 ? own : alternative(sets, answersFor);
      if (set) set.forEach(choose);
      else missing.push({ namespace, element });
    }
  }
  return { disclose: Object.fromEntries([...chosen].map(([namespace, names]) => [namespace, [...names]])), missing };
}

function alternative(
  sets: readonly (readonly ElementReference[])[],
  answersFor: (reference: ElementReference) => readonly ElementReference[],
): readonly ElementReference[] | undefined {
  for (const set of sets) {
    const answers = set.map(answersFor);
    if (answers.every(({ length }) => length > 0)) return answers.flat();
  }
  return undefined;
}
