import { answerable, type IssuerSigned, type ItemsRequest, inDefinedOrder, MNC, MY_NUMBER_ELEMENT } from '@tegata/mdoc';

/** One element that the reader would get. */
export interface AskedElement {
  readonly namespace: string;
  readonly element: string;
  /** The reader says that it will keep the value. */
  readonly retain: boolean;
  /** The My Number itself: asked on a screen of its own, and answered no unless the person says yes to it by name. */
  readonly warning?: 'individual-number';
}

/** What the person decides on. */
export interface ConsentRequest {
  readonly docType: string;
  /** Who asks, as far as it could be verified; reader authentication is not verified yet. */
  readonly reader: null;
  readonly elements: readonly AskedElement[];
  readonly warnings: readonly 'individual-number'[];
}

/**
 * The elements that would be shown, one by one: those that are asked for and held, and for an age that is not held the nearest
 * one that is (ISO/IEC 18013-5 §7.2.5).
 */
export function consentRequest(request: ItemsRequest, held: IssuerSigned): ConsentRequest {
  const shown: Record<string, Record<string, AskedElement>> = {};
  for (const [namespace, asked] of Object.entries(request.nameSpaces)) {
    const elements = new Map<string, AskedElement>();
    for (const [name, retain] of Object.entries(asked)) {
      const one = { docType: request.docType, nameSpaces: { [namespace]: { [name]: retain } } };
      for (const element of answerable(one, held.nameSpaces)[namespace] ?? []) {
        elements.set(element, {
          namespace,
          element,
          retain: retain || (elements.get(element)?.retain ?? false),
          ...(element === MY_NUMBER_ELEMENT ? { warning: 'individual-number' as const } : {}),
        });
      }
    }
    if (elements.size > 0) shown[namespace] = Object.fromEntries(elements);
  }
  const elements = inDefinedOrder(MNC, shown).flatMap(([, entries]) => entries.map(([, element]) => element));
  return {
    docType: request.docType,
    reader: null,
    elements,
    warnings: elements.some(({ warning }) => warning) ? ['individual-number'] : [],
  };
}

/** What the person said yes to. */
export interface Consent {
  /** Absent: everything that was asked, but never the My Number. */
  readonly elements?: readonly { readonly namespace: string; readonly element: string }[] | undefined;
  /** Yes to the My Number, said on its own screen. */
  readonly individualNumber?: boolean | undefined;
}

/** The elements to disclose: asked ∩ agreed. */
export function agreed(request: ConsentRequest, consent: Consent): Record<string, string[]> {
  const disclose: Record<string, string[]> = {};
  for (const { namespace, element, warning } of request.elements) {
    if (warning && consent.individualNumber !== true) continue;
    if (consent.elements && !consent.elements.some((yes) => yes.namespace === namespace && yes.element === element))
      continue;
    const names = disclose[namespace] ?? [];
    disclose[namespace] = names;
    names.push(element);
  }
  return disclose;
}
