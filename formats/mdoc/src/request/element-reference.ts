import type { CborValue } from '@tegata/cbor';
import type { Shape } from '../shape.ts';

/** One element of a namespace; on the wire `[nameSpace, elementIdentifier]`. */
export interface ElementReference {
  readonly namespace: string;
  readonly element: string;
}

export function encodeElementReference({ namespace, element }: ElementReference): CborValue {
  return [namespace, element];
}

export function readElementReference(shape: Shape): ElementReference {
  const [namespace, element, more] = shape.array();
  if (!namespace || !element || more) return shape.fail('member-type', 'a reference is [nameSpace, elementIdentifier]');
  return { namespace: namespace.text(), element: element.text() };
}
