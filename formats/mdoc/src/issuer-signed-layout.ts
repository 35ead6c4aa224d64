import { hash } from 'node:crypto';
import { CborError, type CborValue, CborWriter, encodeInto } from '@tegata/cbor';
import { type DrawnItems, decoyCount, drawItems, wipeDrawn } from './digest-ids.ts';
import type { DocumentSigner } from './document-signer.ts';
import { templateFor } from './issuance-template.ts';
import type { PlanOptions } from './issue.ts';
import { SALT_BYTES } from './issuer-signed.ts';
import { DIGEST_ALGORITHMS, DIGEST_BYTES, type DigestAlgorithm } from './mobile-security-object.ts';
import { type OrderedNamespace, orderedElements } from './ordered-elements.ts';

/** An mdoc that is complete but for its signature. */
export interface IssuerSignedLayout {
  /** IssuerSigned, with zeros where the signature belongs. */
  readonly bytes: Uint8Array;
  /** Where it belongs. */
  readonly signatureAt: number;
  /** The Sig_structure: what the document signer's key signs. In memory that the next mdoc takes again. */
  readonly lentToBeSigned: Uint8Array;
}

/** Serves one mdoc after the other, and is wiped each time. */
const issued = new CborWriter(16 * 1024);

/**
 * Lays out IssuerSigned in one pass, straight into the buffers in which it is hashed and signed: byte for byte what `planIssuerSigned` and
 * `finishIssuerSigned` make.
 * @throws {MdocError} as `planIssuerSigned` does
 */
export function layOutIssuerSigned(options: PlanOptions, signer: DocumentSigner): IssuerSignedLayout {
  const { digestAlgorithm = 'SHA-256', random } = options;
  const namespaces = orderedElements(options.docType, options.elements);
  const decoys = decoyCount(options.decoys);
  const template = templateFor({ options, digestAlgorithm, namespaces, decoys, signer });
  const drawn = drawItems(namespaces, decoys, SALT_BYTES, random);
  try {
    issued.raw(template.prefix);
    for (let index = 0; index < namespaces.length; index++) {
      const items = drawn[index] as DrawnItems;
      const places = template.digestsAt[index] as readonly number[];
      writeNamespace(namespaces[index] as OrderedNamespace, items, template.toBeSigned, places, digestAlgorithm);
      writeDecoys(items.ids, namespaces[index]?.elements.length ?? 0, template.toBeSigned, places, options);
    }
    // All digests are in their places now: this is what is signed, and it is also the payload that the mdoc carries.
    issued.buffer.set(template.payload, template.payloadAt);
    return { bytes: issued.take(), signatureAt: template.signatureAt, lentToBeSigned: template.toBeSigned };
  } finally {
    wipeDrawn();
    issued.clear();
  }
}

function writeNamespace(
  { namespace, elements, values }: OrderedNamespace,
  { ids, salts }: DrawnItems,
  toBeSigned: Buffer,
  places: readonly number[],
  digestAlgorithm: DigestAlgorithm,
): void {
  const algorithm = DIGEST_ALGORITHMS[digestAlgorithm];
  const identifiers = identifiersOf(elements);
  issued.raw(nameBytes(namespace));
  issued.head(0x80, elements.length);
  for (let at = 0; at < elements.length; at++) {
    const id = ids[at] as number;
    const start = writeItem(id, salts, at * SALT_BYTES, values[at], identifiers[at] as Uint8Array);
    // A string of one character per byte is the form in which a digest costs least.
    const digest = hash(algorithm, issued.buffer.subarray(start, issued.length), 'latin1');
    toBeSigned.write(digest, places[id] as number, 'latin1');
  }
}

/** A digest of a salted item is random to everybody who does not hold the item; so is one of nothing. */
function writeDecoys(
  ids: readonly number[],
  elements: number,
  toBeSigned: Buffer,
  places: readonly number[],
  { random, digestAlgorithm = 'SHA-256' }: PlanOptions,
): void {
  for (let at = elements; at < ids.length; at++) {
    toBeSigned.set(random.bytes(DIGEST_BYTES[digestAlgorithm]), places[ids[at] as number]);
  }
}

/** An item up to its value, with a digestID of one byte and a content of 24 to 255 bytes: nearly all items are so. */
const ITEM = prewritten((writer) => {
  const start = writer.openEmbedded(100);
  writer.head(0xa0, 4);
  writer.text('random');
  writer.bytes(new Uint8Array(SALT_BYTES));
  writer.text('digestID');
  writer.head(0, 0);
  writer.text('elementValue');
  const content = writer.length;
  writer.skip(start + 4 + 100 - content);
  writer.closeEmbedded(start, 100);
  writer.length = content;
});
const SALT_AT = 4 + 1 + 7 + 2;
const ID_AT = SALT_AT + SALT_BYTES + 9;
const CONTENT_AT = 4;

function prewritten(write: (writer: CborWriter) => void): Uint8Array {
  const writer = new CborWriter();
  write(writer);
  return writer.take();
}

/** @returns where its tag stands */
function writeItem(
  id: number,
  salts: Uint8Array,
  saltAt: number,
  value: CborValue,
  identifierBytes: Uint8Array,
): number {
  if (value === undefined) throw new CborError('undefined-in-map', 'The value of an element is undefined.');
  const start = issued.length;
  issued.raw(ITEM);
  const { buffer } = issued;
  for (let byte = 0; byte < SALT_BYTES; byte++) {
    buffer[start + SALT_AT + byte] = salts[saltAt + byte] as number;
  }
  buffer[start + ID_AT] = id;
  encodeInto(issued, value);
  issued.raw(identifierBytes);
  const content = issued.length - start - CONTENT_AT;
  if (id < 24 && content < 256) issued.buffer[start + CONTENT_AT - 1] = content;
  else widenHeads(start, id);
  return start;
}

/** Makes room for a longer digestID, or for the longer head of a longer content. */
function widenHeads(start: number, id: number): void {
  const idBytes = CborWriter.headLength(id);
  const content = issued.length - start - CONTENT_AT + idBytes - 1;
  const shift = CborWriter.headLength(content) - 2;
  const end = issued.length + idBytes - 1 + shift;
  const idAt = start + ID_AT;
  issued.reserve(idBytes + shift);
  const { buffer } = issued;
  buffer.copyWithin(idAt + idBytes + shift, idAt + 1, issued.length);
  buffer.copyWithin(start + CONTENT_AT + shift, start + CONTENT_AT, idAt);
  issued.length = start + 2;
  issued.head(0x40, content);
  issued.length = idAt + shift;
  issued.head(0, id);
  issued.length = end;
}

const MAX_NAMES = 1024;
const names = new Map<string, Uint8Array>();
const identifiers = new Map<string, Uint8Array>();

/** The name of a namespace, encoded. */
function nameBytes(name: string): Uint8Array {
  return kept(names, name, (writer) => writer.text(name));
}

/** Those of the lists of names that `orderedElements` keeps. */
const identifierLists = new WeakMap<readonly string[], readonly Uint8Array[]>();

function identifiersOf(elements: readonly string[]): readonly Uint8Array[] {
  const known = identifierLists.get(elements);
  if (known) return known;
  const made = elements.map(identifierBytes);
  identifierLists.set(elements, made);
  return made;
}

/** The last member of an item, encoded. */
function identifierBytes(element: string): Uint8Array {
  return kept(identifiers, element, (writer) => {
    writer.text('elementIdentifier');
    writer.text(element);
  });
}

/** Names of namespaces and elements, encoded once; no values. */
function kept(known: Map<string, Uint8Array>, name: string, write: (writer: CborWriter) => void): Uint8Array {
  const found = known.get(name);
  if (found) return found;
  const made = prewritten(write);
  if (known.size === MAX_NAMES) known.clear();
  known.set(name, made);
  return made;
}
