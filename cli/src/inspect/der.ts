import { DerError, type DerNode, isStringTag, oidToText, parseDer, stringToText, tag } from '@tegata/der';
import { oidName } from '@tegata/x509';
import { maskText } from './mask.ts';
import { hexValue } from './octets.ts';
import type { Section, View } from './section.ts';

/** What a DER structure is, told by its shape. */
export type DerKind =
  | 'certificate'
  | 'certification-request'
  | 'certificate-list'
  | 'ocsp-request'
  | 'ocsp-response'
  | 'cms'
  | 'public-key'
  | 'private-key'
  | 'ecdsa-signature'
  | 'der';

/** The tree, or `undefined` when the bytes are not DER. Filler after the object (`FF`, `00`, as card files have it) is left out. */
export function tryDer(bytes: Uint8Array): { root: DerNode; raw: Uint8Array } | undefined {
  try {
    if (bytes[0] !== tag.sequence && bytes[0] !== tag.set) return undefined;
    const raw = withoutFiller(bytes);
    return { root: parseDer(raw), raw };
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function withoutFiller(bytes: Uint8Array): Uint8Array {
  const first = bytes[1] ?? 0;
  const count = first & 0x80 ? first & 0x7f : 0;
  if (first === 0x80 || count > 3) return bytes;
  let length = count === 0 ? first : 0;
  for (let at = 0; at < count; at++) length = length * 256 + (bytes[2 + at] ?? 0);
  const end = 2 + count + length;
  const filler = end < bytes.length && bytes.subarray(end).every((byte) => byte === 0xff || byte === 0x00);
  return filler ? bytes.subarray(0, end) : bytes;
}

const isSequence = (node: DerNode | undefined) => node?.tag === tag.sequence;
const isAlgorithm = (node: DerNode | undefined) => isSequence(node) && node?.children?.[0]?.tag === tag.oid;
const isTime = (node: DerNode | undefined) => node?.tag === tag.utcTime || node?.tag === tag.generalizedTime;

/** The oid of the first member of a sequence. */
function leadingOid(node: DerNode): string | undefined {
  const [first] = node.children ?? [];
  try {
    return first?.tag === tag.oid ? oidToText(first.content) : undefined;
  } catch (error) {
    // The tree does not look into primitive values, so that an identifier may be malformed.
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Tells what a structure is. Nothing beyond its shape is looked at. */
export function derKind(root: DerNode): DerKind {
  const members = root.children ?? [];
  const [first, second, third] = members;
  if (!isSequence(root) || !first) return 'der';
  if (first.tag === tag.oid) return leadingOid(root)?.startsWith('1.2.840.113549.1.7.') ? 'cms' : 'der';
  if (first.tag === tag.enumerated) return 'ocsp-response';
  if (first.tag === tag.integer) {
    if (isAlgorithm(second) && third?.tag === tag.octetString) return 'private-key';
    if (second?.tag === tag.octetString && members.length > 2) return 'private-key';
    if (members.length === 2 && second?.tag === tag.integer) return 'ecdsa-signature';
    return members.length >= 9 && members.every((member) => member.tag === tag.integer) ? 'private-key' : 'der';
  }
  if (isAlgorithm(first) && second?.tag === tag.bitString && members.length === 2) return 'public-key';
  // EncryptedPrivateKeyInfo: an algorithm and what it has encrypted.
  if (isAlgorithm(first) && second?.tag === tag.octetString && members.length === 2) return 'private-key';
  if (members.length === 3 && isAlgorithm(second) && third?.tag === tag.bitString) return signedKind(first);
  return isOcspRequest(first) ? 'ocsp-request' : 'der';
}

function signedKind(signed: DerNode): DerKind {
  const members = signed.children ?? [];
  const at = members[0]?.tag === tag.constructed(0) ? 1 : 0;
  const [, second, third, fourth] = members;
  if (members[at]?.tag === tag.integer && isAlgorithm(members[at + 1]) && isSequence(members[at + 3])) {
    if (isTime(members[at + 3]?.children?.[0])) return 'certificate';
  }
  if (members[0]?.tag === tag.integer && isSequence(second) && isAlgorithm(third?.children?.[0]))
    return 'certification-request';
  return isTime(third) || isTime(fourth) ? 'certificate-list' : 'der';
}

function isOcspRequest(request: DerNode): boolean {
  const list = request.children?.find(isSequence);
  const id = list?.children?.[0]?.children?.[0]?.children;
  return id?.length === 4 && isAlgorithm(id[0]) && id[1]?.tag === tag.octetString && id[3]?.tag === tag.integer;
}

const NAMES: Readonly<Record<number, string>> = {
  [tag.boolean]: 'BOOLEAN',
  [tag.integer]: 'INTEGER',
  [tag.bitString]: 'BIT STRING',
  [tag.octetString]: 'OCTET STRING',
  [tag.null]: 'NULL',
  [tag.oid]: 'OBJECT IDENTIFIER',
  [tag.enumerated]: 'ENUMERATED',
  [tag.utf8String]: 'UTF8String',
  [tag.numericString]: 'NumericString',
  [tag.printableString]: 'PrintableString',
  [tag.teletexString]: 'TeletexString',
  [tag.ia5String]: 'IA5String',
  [tag.utcTime]: 'UTCTime',
  [tag.generalizedTime]: 'GeneralizedTime',
  [tag.visibleString]: 'VisibleString',
  [tag.universalString]: 'UniversalString',
  [tag.bmpString]: 'BMPString',
  [tag.sequence]: 'SEQUENCE',
  [tag.set]: 'SET',
};

const MAX_LINES = 2_000;

/** A structure as an indented tree; OCTET STRINGs that hold DER are opened. */
export function derSection(root: DerNode, view: View, title = 'DER'): Section {
  const lines: string[] = [];
  print(root, 0, lines, view);
  return {
    title,
    text: lines.slice(0, MAX_LINES).join('\n'),
    clause: 'ITU-T X.690 §10',
    ...(lines.length > MAX_LINES ? { note: `Only the first ${MAX_LINES} elements are shown.` } : {}),
  };
}

function print(node: DerNode, depth: number, lines: string[], view: View): void {
  if (lines.length > MAX_LINES) return;
  const inner = node.children ?? (node.tag === tag.octetString && depth < 24 ? tryDer(node.content)?.root : undefined);
  const children = inner === undefined ? [] : Array.isArray(inner) ? (inner as DerNode[]) : [inner as DerNode];
  const value = node.children ? '' : contentText(node, view, children.length > 0);
  lines.push(`${'  '.repeat(depth)}${nameOf(node.tag)}${value === '' ? '' : ` ${value}`}`);
  for (const child of children) print(child, depth + 1, lines, view);
}

function nameOf(type: number): string {
  const number = type < 256 ? type & 0x1f : Math.floor(type / 256);
  return NAMES[type] ?? `[${number}]${(type & 0xc0) === 0x40 ? ' APPLICATION' : ''}`;
}

function contentText(node: DerNode, view: View, opened: boolean): string {
  if (opened) return `(${node.content.length} bytes)`;
  const text = (value: string) => JSON.stringify(view.unmask ? value : maskText(value));
  try {
    if (isStringTag(node.tag)) return text(stringToText(node.tag, node.content));
    if (isTime(node)) return Buffer.from(node.content).toString('latin1');
    if (node.tag === tag.oid) {
      const dotted = oidToText(node.content);
      const name = oidName(dotted);
      return name === dotted ? dotted : `${dotted} (${name})`;
    }
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
  }
  if (node.tag === tag.boolean) return node.content[0] === 0 ? 'FALSE' : 'TRUE';
  if (
    (node.tag === tag.integer || node.tag === tag.enumerated) &&
    node.content.length > 0 &&
    node.content.length <= 6
  ) {
    return String(Buffer.from(node.content).readIntBE(0, node.content.length));
  }
  return hexValue(node.content, view);
}
