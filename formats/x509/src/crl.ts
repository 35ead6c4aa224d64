import { DerError, DerReader, tag } from '@tegata/der';
import { type AlgorithmIdentifier, readAlgorithm } from './algorithm.ts';
import { type Extension, readExtension, readTime } from './certificate.ts';
import { type EntrySummary, type Walk, type WalkedEntries, walkEntries } from './crl-entries.ts';
import { readingDer, X509Error } from './error.ts';
import { type AuthorityKeyIdentifier, readAuthorityKeyIdentifier } from './extensions.ts';
import { type GeneralName, readGeneralNames } from './general-name.ts';
import { type Name, readName } from './name.ts';
import { oid } from './oids.ts';

/** IssuingDistributionPoint (RFC 5280 §5.2.5): which certificates a CRL speaks of. */
export interface IssuingDistributionPoint {
  readonly fullName?: readonly GeneralName[];
  /** Whether the name is given relative to the CRL issuer. */
  readonly relativeName: boolean;
  readonly only?: 'user' | 'ca' | 'attribute';
  readonly onlySomeReasons: boolean;
  readonly indirect: boolean;
}

/** A CRL as read. **Nothing in it has been verified**: see `checkCrl`. */
export interface Crl {
  readonly raw: Uint8Array;
  /** The octets that are signed. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2;
  readonly issuer: Name;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly innerAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly number?: bigint;
  /** Makes it a delta CRL: the number of the CRL that it adds to. */
  readonly baseNumber?: bigint;
  readonly aki?: AuthorityKeyIdentifier;
  readonly distribution?: IssuingDistributionPoint;
  /** DER of the entries, one after another; each has been walked over once. */
  readonly entries: Uint8Array;
  readonly summary: EntrySummary;
}

const MAX_BYTES = 128 * 1024 * 1024;
const MAX_EXTENSIONS = 32;

/** A CRL of which all but the entries has been read. */
export interface OpenedCrl extends Omit<Crl, 'summary'> {
  /** Walks over the entries. @throws {X509Error} `crl-malformed` */
  walk(on?: Walk): WalkedEntries;
}

/**
 * Reads a CRL: strict DER to the last entry, times in the form of RFC 5280 §5.1.2.4, extensions at most once.
 * @param bytes DER, at most 128 MiB: a million entries take about 40
 * @throws {X509Error} `crl-malformed`
 * @example
 * const crl = readCrl(der);
 * crl.summary.count; // revoked certificates
 */
export function readCrl(bytes: Uint8Array): Crl {
  const { walk, ...opened } = openCrl(bytes);
  return { ...opened, summary: walk().summary };
}

/** Reads all of a CRL but its entries. @throws {X509Error} `crl-malformed` */
export function openCrl(bytes: Uint8Array): OpenedCrl {
  return readingDer('crl-malformed', 'The CRL', () => {
    const reader = DerReader.over(bytes, { maxBytes: MAX_BYTES, maxDepth: 24, maxElements: 5000 });
    const whole = reader.expect(tag.sequence);
    reader.end();
    const outer = reader.into(whole);
    const signed = outer.expect(tag.sequence);
    const signatureAlgorithm = readAlgorithm(outer);
    const signature = outer.bitString();
    outer.end();
    if (signature.unusedBits !== 0) throw malformed('The signature does not consist of whole octets.');
    const list = readList(outer.into(signed));
    return { raw: whole.raw, tbs: signed.raw, signatureAlgorithm, signature: signature.bytes, ...list };
  });
}

/** Accepts a CRL in either form. */
export function asCrl(given: Crl | Uint8Array): Crl {
  return given instanceof Uint8Array ? readCrl(given) : given;
}

const malformed = (message: string) => new X509Error('crl-malformed', message);

function readList(tbs: DerReader): Omit<OpenedCrl, 'raw' | 'tbs' | 'signatureAlgorithm' | 'signature'> {
  const written = tbs.peek() === tag.integer;
  if (written && tbs.smallInteger() !== 1) throw malformed('A CRL has the version 2, or none that is written.');
  const version = written ? 2 : 1;
  const innerAlgorithm = readAlgorithm(tbs);
  const issuer = readName(tbs);
  const thisUpdate = readTime(tbs, 'crl-malformed');
  const timed = tbs.peek() === tag.utcTime || tbs.peek() === tag.generalizedTime;
  const nextUpdate = timed ? readTime(tbs, 'crl-malformed') : undefined;
  const entries = tbs.optional(tag.sequence)?.content ?? new Uint8Array();
  const extensions = readExtensions(tbs.optionalInside(tag.constructed(0)), version);
  tbs.end();
  const one = <T>(id: string, read: (reader: DerReader) => T): T | undefined => {
    const extension = extensions.find((candidate) => candidate.oid === id);
    if (!extension) return undefined;
    const inner = DerReader.over(extension.value);
    const value = read(inner);
    inner.end();
    return value;
  };
  const baseNumber = one(oid.deltaCRLIndicator, readNumber);
  const walk = (on?: Walk) =>
    readingDer('crl-malformed', 'The CRL', () => {
      const walked = walkEntries(entries, version, on);
      if (walked.summary.removes && baseNumber === undefined) {
        throw malformed('Only a delta CRL takes certificates off the list.');
      }
      return walked;
    });
  return {
    version,
    innerAlgorithm,
    issuer,
    thisUpdate,
    nextUpdate,
    entries,
    walk,
    extensions,
    number: one(oid.cRLNumber, readNumber),
    baseNumber,
    aki: one(oid.authorityKeyIdentifier, readAuthorityKeyIdentifier),
    distribution: one(oid.issuingDistributionPoint, readIssuingDistributionPoint),
  };
}

function readExtensions(explicit: DerReader | undefined, version: 1 | 2): Extension[] {
  if (!explicit) return [];
  if (version === 1) throw malformed('A CRL of version 1 has no extensions.');
  const list = explicit.sequence();
  explicit.end();
  const extensions: Extension[] = [];
  while (!list.done) {
    const extension = readExtension(list);
    if (extensions.length === MAX_EXTENSIONS || extensions.some((known) => known.oid === extension.oid)) {
      throw malformed('The CRL has an extension twice, or more extensions than allowed.');
    }
    extensions.push(extension);
  }
  if (extensions.length === 0) throw malformed('The list of extensions is empty.');
  return extensions;
}

/** CRLNumber: not negative, at most 20 octets. */
function readNumber(reader: DerReader): bigint {
  const { offset } = reader;
  const value = reader.integer();
  if (value < 0n || value >= 1n << 160n) {
    throw new DerError('der-integer-malformed', 'A CRL number is negative, or longer than 20 octets.', { offset });
  }
  return value;
}

function readIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
  const inner = reader.sequence();
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
  const user = readFlag(inner, 1);
  const ca = readFlag(inner, 2);
  const onlySomeReasons = inner.peek() === tag.primitive(3);
  if (onlySomeReasons) inner.bitString(tag.primitive(3));
  const indirect = readFlag(inner, 4);
  const attribute = readFlag(inner, 5);
  inner.end();
  if (Number(user) + Number(ca) + Number(attribute) > 1) {
    throw malformed('An issuing distribution point is for one kind of certificate only.');
  }
  const only = user ? 'user' : ca ? 'ca' : attribute ? 'attribute' : undefined;
  return { fullName, relativeName, only, onlySomeReasons, indirect };
}

/** `[n] IMPLICIT BOOLEAN DEFAULT FALSE`: DER writes it only as TRUE. */
function readFlag(reader: DerReader, n: number): boolean {
  const { offset } = reader;
  const element = reader.optional(tag.primitive(n));
  if (!element) return false;
  if (element.content.length !== 1 || element.content[0] !== 0xff) {
    throw new DerError('der-boolean-malformed', 'A BOOLEAN with a default is written only as TRUE.', { offset });
  }
  return true;
}
