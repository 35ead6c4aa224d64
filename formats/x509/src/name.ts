import { DerError, type DerReader, isStringTag, stringToText } from '@tegata/der';
import { oid } from './oids.ts';

/** One attribute of a name. `value` is the text, or `#` and the hex of the DER where the value is no string. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
  /** Tag of the string type: 0x13 PrintableString, 0x0c UTF8String … */
  readonly tag: number;
}

/** A distinguished name; see `sameBytes` and `sameName` for the two ways to compare. */
export interface Name {
  readonly raw: Uint8Array;
  /** Relative distinguished names in the order of the encoding. */
  readonly rdns: readonly (readonly NameAttribute[])[];
}

const MAX_RDNS = 64;

// The names of the CAs stand in everything that they issue. Two generations make a bounded memory of the recent ones.
const MAX_KNOWN = 64;
const MAX_KNOWN_OCTETS = 512;
let young = new Map<string, Name>();
let old = new Map<string, Name>();

/**
 * Reads a Name (RFC 5280 §4.1.2.4). One that was met of late is the same object again.
 * @param kind `person` for a name that is nobody else's: it is not remembered
 * @throws {DerError}
 */
export function readName(reader: DerReader, kind: 'shared' | 'person' = 'shared'): Name {
  const sequence = reader.expect(0x30);
  const { raw } = sequence;
  if (kind === 'person' || raw.length > MAX_KNOWN_OCTETS) return { raw, rdns: readRdns(reader.into(sequence)) };
  const key = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('latin1');
  const known = young.get(key) ?? old.get(key);
  if (known && young.has(key)) return known;
  // A copy: what is remembered must not hold the whole message.
  const name = known ?? { raw: raw.slice(), rdns: readRdns(reader.into(sequence)) };
  if (young.size >= MAX_KNOWN) {
    old = young;
    young = new Map();
  }
  young.set(key, name);
  return name;
}

function readRdns(inner: DerReader): NameAttribute[][] {
  const rdns: NameAttribute[][] = [];
  while (!inner.done) {
    if (rdns.length === MAX_RDNS) {
      throw new DerError('der-too-many', 'A name has more parts than allowed.', { offset: inner.offset });
    }
    const set = inner.expect(0x31);
    const members = inner.into(set);
    const attributes: NameAttribute[] = [];
    while (!members.done) {
      const pair = members.sequence();
      const type = pair.oid();
      const value = pair.element();
      pair.end();
      const text = isStringTag(value.tag)
        ? stringToText(value.tag, value.content, value.offset)
        : `#${Buffer.from(value.raw).toString('hex')}`;
      attributes.push({ type, value: text, tag: value.tag });
    }
    if (attributes.length === 0) {
      throw new DerError('der-truncated', 'A part of a name is empty.', { offset: set.offset });
    }
    rdns.push(attributes);
  }
  return rdns;
}

const keywords: ReadonlyMap<string, string> = new Map([
  [oid.commonName, 'CN'],
  [oid.organizationName, 'O'],
  [oid.organizationalUnitName, 'OU'],
  [oid.localityName, 'L'],
  [oid.stateOrProvinceName, 'ST'],
  [oid.countryName, 'C'],
  [oid.domainComponent, 'DC'],
  [oid.serialNumber, 'serialNumber'],
  [oid.emailAddress, 'emailAddress'],
]);

function escaped(value: string): string {
  return value
    .replace(/[\\,+"<>;=]/g, '\\$&')
    .replace(
      /\p{Cc}/gu,
      (control) =>
        `\\${Buffer.from(control)
          .toString('hex')
          .replace(/..(?=.)/g, '$&\\')}`,
    )
    .replace(/^[ #]/, '\\$&')
    .replace(/(?<!\\) $/, '\\ ');
}

/**
 * A name as text: the notation of RFC 4514, but in the order of the encoding (as the profiles of JPKI and of the mdoc
 * roots print theirs), with a space after the comma.
 * @example
 * formatName(certificate.issuer); // C=JP, O=Tegata TEST ONLY, OU=TEST digital signature
 */
export function formatName(name: Name): string {
  return name.rdns
    .map((rdn) =>
      rdn
        .map(({ type, value, tag }) => `${keywords.get(type) ?? type}=${isStringTag(tag) ? escaped(value) : value}`)
        .join('+'),
    )
    .join(', ');
}

/** The values of an attribute type (dotted OID), in the order of the encoding. */
export function nameValues(name: Name, type: string): string[] {
  const values: string[] = [];
  for (const rdn of name.rdns) {
    for (const attribute of rdn) if (attribute.type === type) values.push(attribute.value);
  }
  return values;
}

/** An attribute as it is compared: case and runs of spaces do not count in the two common string types. */
function folded({ type, value, tag }: NameAttribute): string {
  const foldable = tag === 0x0c || tag === 0x13;
  const text = foldable ? value.normalize('NFKC').toLowerCase().trim().replace(/ +/g, ' ') : `${tag}:${value}`;
  return `${type}=${text}`;
}

/**
 * Whether two names are the same by RFC 5280 §7.1: PrintableString and UTF8String compare by their text, since JPKI mixes the
 * two; everything else octet for octet. ISO/IEC 18013-5 Annex B wants {@link sameBytes} instead.
 */
export function sameName(a: Name, b: Name): boolean {
  if (sameBytes(a.raw, b.raw)) return true;
  if (a.rdns.length !== b.rdns.length) return false;
  return a.rdns.every((rdn, index) => {
    const other = (b.rdns[index] as readonly NameAttribute[]).map(folded).sort();
    const own = rdn.map(folded).sort();
    return own.length === other.length && own.every((attribute, i) => attribute === other[i]);
  });
}

/** Whether two strings of octets are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
