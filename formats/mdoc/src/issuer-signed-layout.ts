import { hash } from 'node:crypto';
import { CborError, type CborValue, CborWriter, DateTime, encodeInto } from '@tegata/cbor';
import { writeCoseKey } from '@tegata/cose';
import { decoyCount, shuffledIds } from './digest-ids.ts';
import type { DocumentSigner } from './document-signer.ts';
import type { PlanOptions } from './issue.ts';
import { SALT_BYTES } from './issuer-signed.ts';
import { checkValidity, DIGEST_ALGORITHMS, DIGEST_BYTES, type DigestAlgorithm } from './mobile-security-object.ts';
import { type OrderedNamespace, orderedElements } from './ordered-elements.ts';

/** An mdoc that is complete but for its signature. */
export interface IssuerSignedLayout {
  /** IssuerSigned, with zeros where the signature belongs. */
  readonly bytes: Uint8Array;
  /** Where it belongs. */
  readonly signatureAt: number;
  /** The Sig_structure: what the document signer's key signs. */
  readonly toBeSigned: Uint8Array;
}

/** Serve one mdoc after the other: what is signed (digests, nothing personal), and what is issued (wiped each time). */
const signed = new CborWriter(4 * 1024);
const issued = new CborWriter(16 * 1024);

/** What stands before the MSO in the Sig_structure needs its length: it is written last, backwards from here. */
const MSO_AT = 64;

/**
 * Lays out IssuerSigned in one pass, straight into the buffers in which it is hashed and signed: byte for byte what `planIssuerSigned` and
 * `finishIssuerSigned` make.
 * @throws {MdocError} as `planIssuerSigned` does
 */
export function layOutIssuerSigned(options: PlanOptions, signer: DocumentSigner): IssuerSignedLayout {
  const namespaces = orderedElements(options.docType, options.elements);
  const decoys = decoyCount(options.decoys);
  const { digestAlgorithm = 'SHA-256' } = options;
  try {
    const digestsAt = writeMso(options, namespaces, decoys, digestAlgorithm);
    const { start, payloadAt } = writeSigStructure(signer);
    issued.head(MAP, 2);
    issued.text('issuerAuth');
    issued.head(ARRAY, 4);
    issued.bytes(signer.protectedBytes);
    issued.raw(signer.unprotectedBytes);
    const into = issued.skip(signed.length - payloadAt);
    issued.head(BYTES, 2 * signer.size);
    const signatureAt = issued.skip(2 * signer.size);
    issued.text('nameSpaces');
    issued.head(MAP, namespaces.length);
    for (const [index, namespace] of namespaces.entries()) {
      writeNamespace(namespace, digestsAt[index] as number[], options, digestAlgorithm);
    }
    // All digests are in their places now: this is what is signed, and it is also the payload that the mdoc carries.
    issued.buffer.set(signed.buffer.subarray(payloadAt, signed.length), into);
    return { bytes: issued.take(), signatureAt, toBeSigned: signed.buffer.slice(start, signed.length) };
  } finally {
    issued.clear();
  }
}

const BYTES = 0x40;
const ARRAY = 0x80;
const MAP = 0xa0;
const TAG = 0xc0;

/** @returns for each namespace where the digest of each digestID belongs */
function writeMso(
  options: PlanOptions,
  namespaces: readonly OrderedNamespace[],
  decoys: number,
  digestAlgorithm: DigestAlgorithm,
): number[][] {
  const { signed: at, validFrom, validUntil, expectedUpdate } = checkValidity(options.validity);
  signed.length = 0;
  signed.skip(MSO_AT);
  signed.head(MAP, options.status === undefined ? 6 : 7);
  if (options.status !== undefined) {
    signed.text('status');
    encodeInto(signed, options.status);
  }
  signed.text('docType');
  signed.text(options.docType);
  signed.text('version');
  signed.text('1.0');
  signed.text('validityInfo');
  signed.head(MAP, expectedUpdate ? 4 : 3);
  writeDate('signed', at);
  writeDate('validFrom', validFrom);
  writeDate('validUntil', validUntil);
  if (expectedUpdate) writeDate('expectedUpdate', expectedUpdate);
  const digestsAt = writeValueDigests(namespaces, decoys, DIGEST_BYTES[digestAlgorithm]);
  signed.text('deviceKeyInfo');
  signed.head(MAP, 1);
  signed.text('deviceKey');
  writeCoseKey(signed, options.deviceKey);
  signed.text('digestAlgorithm');
  signed.text(digestAlgorithm);
  return digestsAt;
}

function writeDate(member: string, date: Date): void {
  signed.text(member);
  signed.head(TAG, 0);
  signed.text(DateTime.from(date).text);
}

function writeValueDigests(namespaces: readonly OrderedNamespace[], decoys: number, digestBytes: number): number[][] {
  const digestsAt: number[][] = [];
  signed.text('valueDigests');
  signed.head(MAP, namespaces.length);
  for (const index of inOrderOfEncoding(namespaces)) {
    const { namespace, elements } = namespaces[index] as OrderedNamespace;
    const places: number[] = [];
    signed.text(namespace);
    signed.head(MAP, elements.length + decoys);
    for (let id = 0; id < elements.length + decoys; id++) {
      signed.head(0, id);
      signed.head(BYTES, digestBytes);
      places.push(signed.skip(digestBytes));
    }
    digestsAt[index] = places;
  }
  return digestsAt;
}

/** Shorter names come first, equally long ones byte by byte (RFC 8949 §4.2.1). */
function inOrderOfEncoding(namespaces: readonly OrderedNamespace[]): number[] {
  const name = (index: number) => (namespaces[index] as OrderedNamespace).namespace;
  return [...namespaces.keys()].sort(
    (a, b) =>
      Buffer.byteLength(name(a)) - Buffer.byteLength(name(b)) ||
      Buffer.compare(Buffer.from(name(a)), Buffer.from(name(b))),
  );
}

/** Writes what stands before the MSO. @returns where the Sig_structure begins, and where the payload in it, its head included */
function writeSigStructure({ protectedBytes }: DocumentSigner): { start: number; payloadAt: number } {
  const end = signed.length;
  const mso = end - MSO_AT;
  const embedded = 2 + CborWriter.headLength(mso) + mso;
  const payloadAt = end - embedded - CborWriter.headLength(embedded);
  const start = payloadAt - (1 + 11 + CborWriter.headLength(protectedBytes.length) + protectedBytes.length + 1);
  signed.length = start;
  signed.head(ARRAY, 4);
  signed.text('Signature1');
  signed.bytes(protectedBytes);
  signed.head(BYTES, 0);
  signed.head(BYTES, embedded);
  signed.head(TAG, 24);
  signed.head(BYTES, mso);
  signed.length = end;
  return { start, payloadAt };
}

function writeNamespace(
  { namespace, elements, values }: OrderedNamespace,
  digestsAt: readonly number[],
  { random }: PlanOptions,
  digestAlgorithm: DigestAlgorithm,
): void {
  const algorithm = DIGEST_ALGORITHMS[digestAlgorithm];
  const ids = shuffledIds(digestsAt.length, elements.length, random);
  const salts = random.bytes(SALT_BYTES * elements.length);
  issued.text(namespace);
  issued.head(ARRAY, elements.length);
  for (let index = 0; index < elements.length; index++) {
    const id = ids[index] as number;
    const salt = salts.subarray(SALT_BYTES * index, SALT_BYTES * (index + 1));
    const start = writeItem(id, salt, elements[index] as string, values[index]);
    const digest = hash(algorithm, issued.buffer.subarray(start, issued.length), 'latin1');
    writeDigest(digest, digestsAt[id] as number);
  }
  // A digest of a salted item is random to everybody who does not hold the item; so is one of nothing.
  for (const id of ids.slice(elements.length)) {
    signed.buffer.set(random.bytes(DIGEST_BYTES[digestAlgorithm]), digestsAt[id]);
  }
}

/** A digest comes as a string of one character per byte: that is the form in which it costs least. */
function writeDigest(digest: string, at: number): void {
  const { buffer } = signed;
  for (let index = 0; index < digest.length; index++) buffer[at + index] = digest.charCodeAt(index);
}

/** Names of members as they stand in an item, in the order of their encodings, with the heads around them. */
const ITEM = {
  random: prewritten((writer) => {
    writer.head(MAP, 4);
    writer.text('random');
    writer.head(BYTES, SALT_BYTES);
  }),
  digestID: prewritten((writer) => writer.text('digestID')),
  elementValue: prewritten((writer) => writer.text('elementValue')),
  elementIdentifier: prewritten((writer) => writer.text('elementIdentifier')),
} as const;

function prewritten(write: (writer: CborWriter) => void): Uint8Array {
  const writer = new CborWriter();
  write(writer);
  return writer.take();
}

/** Bytes of an item without its value and the name of its element, more or less. */
const USUAL_ITEM = 90;

/** @returns where its tag stands */
function writeItem(digestID: number, salt: Uint8Array, element: string, value: CborValue): number {
  if (value === undefined) throw new CborError('undefined-in-map', 'The value of an element is undefined.');
  const long = typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
  const expected = USUAL_ITEM + element.length + long;
  const start = issued.openEmbedded(expected);
  issued.raw(ITEM.random);
  issued.raw(salt);
  issued.raw(ITEM.digestID);
  issued.head(0, digestID);
  issued.raw(ITEM.elementValue);
  encodeInto(issued, value);
  issued.raw(ITEM.elementIdentifier);
  issued.text(element);
  issued.closeEmbedded(start, expected);
  return start;
}
