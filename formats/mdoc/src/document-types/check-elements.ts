import { MdocError } from '../error.ts';
import type { Elements } from '../issue.ts';
import { type DocumentDefinition, elementDefinition } from '../mnc.ts';

/**
 * Holds elements that shall be issued against the definition of their document type: known names, right types, nothing missing.
 * @throws {MdocError} `element-unknown`, `element-type`, `element-missing`, with namespace and element
 * @example checkElements(MDL, mdlElements(record))
 */
export function checkElements(definition: DocumentDefinition, elements: Elements): void {
  for (const [namespace, entries] of Object.entries(elements)) {
    for (const [element, value] of Object.entries(entries)) {
      const known = elementDefinition(definition, namespace, element);
      if (!known) {
        throw new MdocError('element-unknown', 'The document type has no such element.', { namespace, element });
      }
      if (!known.issued(value)) {
        throw new MdocError('element-type', `The element must be ${known.type}.`, { namespace, element });
      }
    }
  }
  for (const [namespace, names] of Object.entries(definition.required ?? {})) {
    const missing = names.find((name) => elements[namespace]?.[name] === undefined);
    if (missing !== undefined) {
      throw new MdocError('element-missing', 'The document type demands this element.', {
        namespace,
        element: missing,
      });
    }
  }
}
