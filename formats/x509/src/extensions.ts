import { DerError, type DerReader, tag } from '@tegata/der';
import { type GeneralName, readGeneralName, readGeneralNames } from './general-name.ts';
import { oid } from './oids.ts';

/** The nine bits of KeyUsage, in the order of RFC 5280 §4.2.1.3. */
export const keyUsageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** The name of a KeyUsage bit. */
export type KeyUsageBit = (typeof keyUsageBits)[number];

/** BasicConstraints (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}

/** AuthorityKeyIdentifier (RFC 5280 §4.2.1.1). */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array;
  readonly issuer?: readonly GeneralName[];
  /** Content octets of the serial number. */
  readonly serial?: Uint8Array;
}

/** DistributionPoint (RFC 5280 §4.2.1.13). */
export interface DistributionPoint {
  readonly fullName?: readonly GeneralName[];
  /** Whether the name is given relative to the CRL issuer. */
  readonly relativeName: boolean;
  readonly reasons: boolean;
  readonly crlIssuer?: readonly GeneralName[];
}

/** PolicyInformation (RFC 5280 §4.2.1.4); `cps` are the URIs of its CPS qualifiers. */
export interface Policy {
  readonly oid: string;
  readonly cps: readonly string[];
}

/** AccessDescription (RFC 5280 §4.2.2.1). */
export interface AccessDescription {
  readonly method: string;
  readonly location: GeneralName;
}

function list<T>(reader: DerReader, read: (inner: DerReader) => T): T[] {
  const inner = reader.sequence();
  const items: T[] = [];
  while (!inner.done) items.push(read(inner));
  if (items.length === 0) {
    throw new DerError('der-truncated', 'A list that must not be empty is empty.', { offset: inner.offset });
  }
  return items;
}

/** @throws {DerError} */
export function readKeyUsage(reader: DerReader): ReadonlySet<KeyUsageBit> {
  const { offset } = reader;
  const { bytes, unusedBits } = reader.bitString();
  const last = bytes.at(-1);
  // Named bits: the last bit that is written must be a one (X.690 §11.2.2).
  if (last === undefined || bytes.length > 2 || ((last >> unusedBits) & 1) === 0) {
    throw new DerError('der-bit-string-malformed', 'KeyUsage is empty, too long, or ends with a zero bit.', { offset });
  }
  return new Set(keyUsageBits.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0));
}

/** @throws {DerError} */
export function readBasicConstraints(reader: DerReader): BasicConstraints {
  const inner = reader.sequence();
  const ca = inner.booleanOrFalse();
  const pathLength = inner.peek() === tag.integer ? inner.smallInteger() : undefined;
  inner.end();
  return pathLength === undefined ? { ca } : { ca, pathLength };
}

/** @throws {DerError} */
export function readExtendedKeyUsage(reader: DerReader): readonly string[] {
  return list(reader, (inner) => inner.oid());
}

/** @throws {DerError} */
export function readAlternativeNames(reader: DerReader): readonly GeneralName[] {
  return readGeneralNames(reader.sequence());
}

/** @throws {DerError} */
export function readAuthorityKeyIdentifier(reader: DerReader): AuthorityKeyIdentifier {
  const inner = reader.sequence();
  const keyIdentifier = inner.optional(tag.primitive(0))?.content;
  const issuer = inner.optionalInside(tag.constructed(1));
  const names = issuer && readGeneralNames(issuer);
  const serial = inner.peek() === tag.primitive(2) ? inner.integerBytes(tag.primitive(2)) : undefined;
  inner.end();
  return { keyIdentifier, issuer: names, serial };
}

/** @throws {DerError} */
export function readSubjectKeyIdentifier(reader: DerReader): Uint8Array {
  return reader.octetString();
}

/** @throws {DerError} */
export function readDistributionPoints(reader: DerReader): readonly DistributionPoint[] {
  return list(reader, (outer) => {
    const inner = outer.sequence();
    const point = inner.optionalInside(tag.constructed(0));
    let fullName: GeneralName[] | undefined;
    let relativeName = false;
    if (point) {
      const full = point.optionalInside(tag.constructed(0));
      if (full) fullName = readGeneralNames(full);
      else {
        point.expect(tag.constructed(1));
        relativeName = true;
      }
      point.end();
    }
    const reasons = inner.peek() === tag.primitive(1);
    if (reasons) inner.bitString(tag.primitive(1));
    const issuer = inner.optionalInside(tag.constructed(2));
    const crlIssuer = issuer && readGeneralNames(issuer);
    inner.end();
    return { fullName, relativeName, reasons, crlIssuer };
  });
}

/** The URI of a CPS qualifier; other qualifiers are read over. */
function readQualifier(reader: DerReader): string | undefined {
  const pair = reader.sequence();
  const uri = pair.oid() === oid.cps ? pair.string() : undefined;
  if (uri === undefined) pair.element();
  pair.end();
  return uri;
}

/** @throws {DerError} */
export function readPolicies(reader: DerReader): readonly Policy[] {
  return list(reader, (outer) => {
    const inner = outer.sequence();
    const id = inner.oid();
    const qualifiers = inner.done ? [] : list(inner, readQualifier);
    inner.end();
    return { oid: id, cps: qualifiers.filter((uri) => uri !== undefined) };
  });
}

/** @throws {DerError} */
export function readAuthorityInfoAccess(reader: DerReader): readonly AccessDescription[] {
  return list(reader, (outer) => {
    const inner = outer.sequence();
    const method = inner.oid();
    const location = readGeneralName(inner);
    inner.end();
    return { method, location };
  });
}
