import { DerError, DerReader, der, tag } from '@tegata/der';
import { type AlgorithmIdentifier, type Name, readAlgorithm, readName, X509Error } from '@tegata/x509';
import { CmsError } from './error.ts';
import { cmsOid } from './oids.ts';

/** An attribute: the DER of each of its values. */
export interface CmsAttribute {
  readonly oid: string;
  readonly values: readonly Uint8Array[];
}

/** Who signed: by issuer and serial number (version 1), or by subject key identifier (version 3). */
export type SignerIdentifier =
  | { readonly issuer: Name; readonly serial: Uint8Array }
  | { readonly subjectKeyIdentifier: Uint8Array };

/** SignerInfo (RFC 5652 §5.3). */
export interface SignerInfo {
  readonly version: number;
  readonly identifier: SignerIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  /** The attributes as they stand, and the DER of their SET OF, which is what is signed. */
  readonly signedAttributes?: readonly CmsAttribute[];
  readonly signedBytes?: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly hasUnsignedAttributes: boolean;
}

/** SignedData (RFC 5652 §5.1) as read; **nothing has been verified**. */
export interface SignedData {
  readonly version: number;
  readonly digestAlgorithms: readonly AlgorithmIdentifier[];
  readonly eContentType: string;
  /** Absent when the content is detached. */
  readonly content?: Uint8Array;
  /** DER of each certificate inside. */
  readonly certificates: readonly Uint8Array[];
  readonly hasCrls: boolean;
  readonly signers: readonly SignerInfo[];
}

/** How much a message may cost; an application with a photo has some 30 kB. */
export interface CmsLimits {
  /** Octets (default 256 KiB). */
  readonly maxBytes?: number;
  /** Certificates inside (default 8). */
  readonly maxCertificates?: number;
  /** Signers (default 4). */
  readonly maxSigners?: number;
}

const MAX_ALGORITHMS = 8;
const MAX_ATTRIBUTES = 32;

/**
 * Reads a ContentInfo with SignedData: DER throughout, no octet unread. What is signed is in the order of DER; the members of the other
 * sets may stand in any (RFC 5652 §5.1 asks for DER of the signed attributes alone).
 * @throws {CmsError} `cms-malformed`
 */
export function parseSignedData(bytes: Uint8Array, limits: CmsLimits = {}): SignedData {
  try {
    const reader = DerReader.over(bytes, { maxBytes: limits.maxBytes ?? 256 * 1024, maxDepth: 24, maxElements: 5000 });
    const outer = reader.sequence();
    reader.end();
    if (outer.oid() !== cmsOid.signedData) throw malformed('is not SignedData');
    const explicit = outer.inside(tag.constructed(0));
    outer.end();
    const signedData = readSignedData(explicit.sequence(), limits);
    explicit.end();
    return signedData;
  } catch (error) {
    if (error instanceof DerError || error instanceof X509Error) {
      const { offset } = error.context;
      const at: Record<string, string | number> = offset === undefined ? {} : { offset };
      throw new CmsError(
        'cms-malformed',
        `The CMS message is malformed: ${error.message}`,
        { rule: error.code, ...at },
        error,
      );
    }
    throw error;
  }
}

function malformed(what: string): CmsError {
  return new CmsError('cms-malformed', `The CMS message ${what}.`);
}

function readSignedData(reader: DerReader, limits: CmsLimits): SignedData {
  const version = reader.smallInteger();
  const digestAlgorithms = members(reader.inside(tag.set), MAX_ALGORITHMS, 'digests', readAlgorithm);

  const encapsulated = reader.sequence();
  const eContentType = encapsulated.oid();
  const explicit = encapsulated.optionalInside(tag.constructed(0));
  const content = explicit?.octetString();
  explicit?.end();
  encapsulated.end();

  const bag = reader.optionalInside(tag.constructed(0));
  const certificates = bag ? members(bag, limits.maxCertificates ?? 8, 'certificates', readRawCertificate) : [];
  const hasCrls = reader.optional(tag.constructed(1)) !== undefined;
  const signers = members(reader.inside(tag.set), limits.maxSigners ?? 4, 'signers', (inner) =>
    readSignerInfo(inner.sequence()),
  );
  reader.end();
  return { version, digestAlgorithms, eContentType, ...(content ? { content } : {}), certificates, hasCrls, signers };
}

/** The members of a set in the order in which they stand, so many at most. */
function members<T>(reader: DerReader, most: number, what: string, read: (reader: DerReader) => T): T[] {
  const found: T[] = [];
  while (!reader.done) {
    if (found.length === most) throw malformed(`has more ${what} than allowed`);
    found.push(read(reader));
  }
  return found;
}

function readRawCertificate(reader: DerReader): Uint8Array {
  const element = reader.element();
  if (element.tag !== tag.sequence) throw malformed('holds something that is not an X.509 certificate');
  return element.raw;
}

function readSignerInfo(reader: DerReader): SignerInfo {
  const version = reader.smallInteger();
  const identifier = readIdentifier(reader);
  const digestAlgorithm = readAlgorithm(reader);
  let signedAttributes: CmsAttribute[] | undefined;
  let signedBytes: Uint8Array | undefined;
  if (reader.peek() === tag.constructed(0)) {
    const elements = reader.setOf(tag.constructed(0));
    if (elements.length > MAX_ATTRIBUTES) throw malformed('has more attributes than allowed');
    signedAttributes = elements.map((element) => {
      if (element.tag !== tag.sequence) throw malformed('has a signed attribute that is none');
      return readAttribute(reader.into(element));
    });
    // What is signed has the tag of SET OF, not the [0] that stands in the message (RFC 5652 §5.4). The reader has seen
    // that the elements are in DER order and minimal, so the same content follows.
    signedBytes = der.element(tag.set, ...elements.map(({ raw }) => raw));
  }
  const signatureAlgorithm = readAlgorithm(reader);
  const signature = reader.octetString();
  const hasUnsignedAttributes = reader.optional(tag.constructed(1)) !== undefined;
  reader.end();
  return {
    version,
    identifier,
    digestAlgorithm,
    ...(signedAttributes ? { signedAttributes, signedBytes } : {}),
    signatureAlgorithm,
    signature,
    hasUnsignedAttributes,
  };
}

function readIdentifier(reader: DerReader): SignerIdentifier {
  if (reader.peek() === tag.primitive(0)) return { subjectKeyIdentifier: reader.octetString(tag.primitive(0)) };
  const inner = reader.sequence();
  const issuer = readName(inner);
  const serial = inner.integerBytes();
  inner.end();
  return { issuer, serial };
}

function readAttribute(reader: DerReader): CmsAttribute {
  const oid = reader.oid();
  const values = reader.setOf().map(({ raw }) => raw);
  reader.end();
  return { oid, values };
}
