import { type DerElement, type DerLimits, DerReader } from './reader.ts';
import { isConstructed } from './tag.ts';

/** An element with what it holds; `children` is there only for constructed elements. */
export interface DerNode extends DerElement {
  readonly children?: readonly DerNode[];
}

/**
 * Reads one whole DER element and everything inside it, for screens and for checks that need the whole tree.
 * @throws {DerError} for anything that is not DER, also for octets after the element
 * @example
 * parseDer(Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05)).children?.length; // 1
 */
export function parseDer(bytes: Uint8Array, limits: DerLimits = {}): DerNode {
  const reader = DerReader.over(bytes, limits);
  const node = readNode(reader);
  reader.end();
  return node;
}

function readNode(reader: DerReader): DerNode {
  const element = reader.element();
  const { tag, offset, contentOffset, raw, content } = element;
  if (!isConstructed(tag)) return { tag, offset, contentOffset, raw, content };
  const inner = reader.into(element);
  const children: DerNode[] = [];
  while (!inner.done) children.push(readNode(inner));
  return { tag, offset, contentOffset, raw, content, children };
}
