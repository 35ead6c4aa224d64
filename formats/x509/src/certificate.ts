import { createPublicKey, type KeyObject } from 'node:crypto';
import { type BitString, DerReader, tag } from '@tegata/der';
import { type AlgorithmIdentifier, noteReasonable, readAlgorithm } from './algorithm.ts';
import { readingDer, X509Error, type X509ErrorCode } from './error.ts';
import {
  type AccessDescription,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type DistributionPoint,
  type KeyUsageBit,
  type Policy,
  readAlternativeNames,
  readAuthorityInfoAccess,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readDistributionPoints,
  readExtendedKeyUsage,
  readKeyUsage,
  readPolicies,
  readSubjectKeyIdentifier,
} from './extensions.ts';
import type { GeneralName } from './general-name.ts';
import { type Name, readName } from './name.ts';
import { oid } from './oids.ts';
import { isReasonable, rsaKeyFacts } from './rsa-key.ts';

/** One extension as it stands; `value` is the DER inside the OCTET STRING. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** SubjectPublicKeyInfo: `raw` is its DER, `key` the BIT STRING whose SHA-1 makes key identifiers. */
export interface SubjectPublicKeyInfo {
  readonly raw: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  readonly key: BitString;
}

/** What the extensions say; a member is absent when the certificate does not have the extension. */
export interface DecodedExtensions {
  readonly keyUsage?: ReadonlySet<KeyUsageBit>;
  readonly extKeyUsage?: readonly string[];
  readonly basicConstraints?: BasicConstraints;
  readonly subjectAltName?: readonly GeneralName[];
  readonly issuerAltName?: readonly GeneralName[];
  readonly crlDistributionPoints?: readonly DistributionPoint[];
  readonly policies?: readonly Policy[];
  readonly authorityInfoAccess?: readonly AccessDescription[];
  readonly aki?: AuthorityKeyIdentifier;
  readonly ski?: Uint8Array;
}

/** An X.509 v3 certificate as read. **Nothing in it has been verified**: see `verifyPath`. */
export interface Certificate extends DecodedExtensions {
  readonly raw: Uint8Array;
  /** The octets that are signed. */
  readonly tbs: Uint8Array;
  /** Content octets of the serial number, as encoded. */
  readonly serial: Uint8Array;
  /** Upper-case hex of the same octets. */
  readonly serialHex: string;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: SubjectPublicKeyInfo;
  /** The key as an object of node:crypto. @throws {X509Error} `key-unsupported` on first use of a key it does not know */
  readonly publicKey: KeyObject;
  /** Algorithm inside the signed part and outside of it: they must be equal. */
  readonly innerAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** In the order of the encoding. */
  readonly extensions: readonly Extension[];
  /** otherNames of the subject: OID → DER of the value; the first where a type stands twice. */
  readonly sanOtherNames: ReadonlyMap<string, Uint8Array>;
  /** BOOLEANs that are not DER; more than 0 only where such reading was asked for. */
  readonly irregular: number;
  extension(oid: string): Extension | undefined;
  /** Who was found to have signed it, or not: as good as the octets are the same. For `isSignedBy` alone. */
  readonly [signedBy]: SignatureVerdict[];
}

/** The place of the verdicts. */
export const signedBy = Symbol('signedBy');

/** Whether the key of that certificate has signed. */
export interface SignatureVerdict {
  readonly issuer: Certificate;
  readonly fits: boolean;
}

interface Reading {
  readonly booleans: 'der' | 'ber';
}

const limits = { maxBytes: 64 * 1024, maxDepth: 24, maxElements: 5000 } as const;
const limitsOf = { der: { ...limits, booleans: 'der' }, ber: { ...limits, booleans: 'ber' } } as const;
const MAX_EXTENSIONS = 64;

/**
 * Reads a certificate: strict DER, version 3, no octet unread, times in the form of RFC 5280 §4.1.2.5, every extension at
 * most once, known extensions decoded.
 * @param bytes DER, at most 64 KiB
 * @throws {X509Error} `der` `certificate-version` `certificate-malformed` `extension-duplicate` `extension-malformed`
 * @example
 * const certificate = parseCertificate(der);
 * formatName(certificate.subject);
 */
export function parseCertificate(bytes: Uint8Array): Certificate {
  return parseAs(bytes, { booleans: 'der' });
}

/**
 * Reads the certificate of a foreign root that an operator has pinned: as {@link parseCertificate}, but BOOLEANs may be BER, as a
 * few real roots have them. `irregular` counts those, and a profile reports them in `interop` mode as a warning.
 * @throws {X509Error} as {@link parseCertificate}
 */
export function parseForeignRoot(bytes: Uint8Array): Certificate {
  return parseAs(bytes, { booleans: 'ber' });
}

function parseAs(bytes: Uint8Array, reading: Reading): Certificate {
  return readingDer('der', 'The certificate', () => {
    const reader = DerReader.over(bytes, limitsOf[reading.booleans]);
    const certificate = readCertificate(reader, reading);
    reader.end();
    return certificate;
  });
}

/** Accepts a certificate in either form. */
export function asCertificate(given: Certificate | Uint8Array): Certificate {
  return given instanceof Uint8Array ? parseCertificate(given) : given;
}

/** As {@link asCertificate} for a trusted root, in the mode in which it is trusted. */
export function asRoot(given: Certificate | Uint8Array, mode: 'strict' | 'interop'): Certificate {
  return mode === 'interop' && given instanceof Uint8Array ? parseForeignRoot(given) : asCertificate(given);
}

function readCertificate(reader: DerReader, reading: Reading): Certificate {
  const whole = reader.expect(tag.sequence);
  const outer = reader.into(whole);
  const signed = outer.expect(tag.sequence);
  const signatureAlgorithm = readAlgorithm(outer);
  const signature = wholeOctets(outer.bitString(), 'signature');
  outer.end();

  const tbs = outer.into(signed);
  const version = tbs.optionalInside(tag.constructed(0));
  const number = version?.smallInteger();
  version?.end();
  if (number !== 2) {
    throw new X509Error('certificate-version', 'Only version 3 certificates are read.', { version: (number ?? 0) + 1 });
  }
  const serial = tbs.integerBytes();
  const innerAlgorithm = readAlgorithm(tbs);
  const issuer = readName(tbs);
  const validity = tbs.sequence();
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.end();
  const subject = readName(tbs, 'person');
  const spki = readSpki(tbs);
  tbs.optional(tag.primitive(1));
  tbs.optional(tag.primitive(2));
  const extensions = readExtensions(tbs.optionalInside(tag.constructed(3)));
  tbs.end();

  const { decoded, irregular } = decode(extensions, reading);
  return new ReadCertificate(
    {
      raw: whole.raw,
      tbs: signed.raw,
      serial,
      issuer,
      subject,
      notBefore,
      notAfter,
      spki,
      innerAlgorithm,
      signatureAlgorithm,
      signature,
      extensions,
      irregular: reader.irregular + irregular,
    },
    decoded,
  );
}

/** What stands in the octets, without what is derived from it. */
type Fields = Omit<
  Certificate,
  keyof DecodedExtensions | 'serialHex' | 'publicKey' | 'sanOtherNames' | 'extension' | typeof signedBy
>;

/** All certificates have one shape: objects with getters of their own would each leave a shape behind, and keep a collector busy. */
class ReadCertificate implements Certificate {
  readonly raw: Uint8Array;
  readonly tbs: Uint8Array;
  readonly serial: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: SubjectPublicKeyInfo;
  readonly innerAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly irregular: number;
  readonly keyUsage?: ReadonlySet<KeyUsageBit>;
  readonly extKeyUsage?: readonly string[];
  readonly basicConstraints?: BasicConstraints;
  readonly subjectAltName?: readonly GeneralName[];
  readonly issuerAltName?: readonly GeneralName[];
  readonly crlDistributionPoints?: readonly DistributionPoint[];
  readonly policies?: readonly Policy[];
  readonly authorityInfoAccess?: readonly AccessDescription[];
  readonly aki?: AuthorityKeyIdentifier;
  readonly ski?: Uint8Array;
  readonly [signedBy]: SignatureVerdict[] = [];
  #publicKey: KeyObject | undefined;
  #sanOtherNames: ReadonlyMap<string, Uint8Array> | undefined;

  constructor(fields: Fields, decoded: DecodedExtensions) {
    this.raw = fields.raw;
    this.tbs = fields.tbs;
    this.serial = fields.serial;
    this.issuer = fields.issuer;
    this.subject = fields.subject;
    this.notBefore = fields.notBefore;
    this.notAfter = fields.notAfter;
    this.spki = fields.spki;
    this.innerAlgorithm = fields.innerAlgorithm;
    this.signatureAlgorithm = fields.signatureAlgorithm;
    this.signature = fields.signature;
    this.extensions = fields.extensions;
    this.irregular = fields.irregular;
    this.keyUsage = decoded.keyUsage;
    this.extKeyUsage = decoded.extKeyUsage;
    this.basicConstraints = decoded.basicConstraints;
    this.subjectAltName = decoded.subjectAltName;
    this.issuerAltName = decoded.issuerAltName;
    this.crlDistributionPoints = decoded.crlDistributionPoints;
    this.policies = decoded.policies;
    this.authorityInfoAccess = decoded.authorityInfoAccess;
    this.aki = decoded.aki;
    this.ski = decoded.ski;
  }

  get serialHex(): string {
    return Buffer.from(this.serial).toString('hex').toUpperCase();
  }

  get publicKey(): KeyObject {
    this.#publicKey ??= importKey(this.spki);
    return this.#publicKey;
  }

  get sanOtherNames(): ReadonlyMap<string, Uint8Array> {
    this.#sanOtherNames ??= otherNames(this.subjectAltName);
    return this.#sanOtherNames;
  }

  extension(id: string): Extension | undefined {
    return this.extensions.find((extension) => extension.oid === id);
  }
}

function wholeOctets({ bytes, unusedBits }: BitString, what: string): Uint8Array {
  if (unusedBits !== 0) throw new X509Error('certificate-malformed', `The ${what} does not consist of whole octets.`);
  return bytes;
}

/** RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050. @throws {X509Error} with the given code */
export function readTime(reader: DerReader, code: X509ErrorCode = 'certificate-malformed'): Date {
  const type = reader.peek();
  const time = reader.time();
  if (type === tag.generalizedTime && time.getUTCFullYear() >= 1950 && time.getUTCFullYear() < 2050) {
    throw new X509Error(code, 'A year before 2050 is written as UTCTime (RFC 5280 §4.1.2.5).');
  }
  return time;
}

function readSpki(reader: DerReader): SubjectPublicKeyInfo {
  const sequence = reader.expect(tag.sequence);
  const inner = reader.into(sequence);
  const algorithm = readAlgorithm(inner);
  const key = inner.bitString();
  inner.end();
  wholeOctets(key, 'public key');
  return { raw: sequence.raw, algorithm, key };
}

function importKey({ raw, algorithm, key }: SubjectPublicKeyInfo): KeyObject {
  try {
    // The shorter form of an RSA key is imported faster; its parameters are judged by `keyKind`.
    const rsa = algorithm.oid === oid.rsaEncryption;
    const type = rsa ? 'pkcs1' : 'spki';
    const imported = createPublicKey({ key: bufferOf(rsa ? key.bytes : raw), format: 'der', type });
    const facts = rsa ? rsaKeyFacts(key.bytes) : undefined;
    if (facts && isReasonable(facts)) noteReasonable(imported);
    return imported;
  } catch (error) {
    throw new X509Error(
      'key-unsupported',
      'The public key is malformed, or of a kind that is not known here.',
      {},
      error,
    );
  }
}

const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readExtensions(explicit: DerReader | undefined): Extension[] {
  if (!explicit) return [];
  const list = explicit.sequence();
  explicit.end();
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  while (!list.done) {
    if (extensions.length === MAX_EXTENSIONS) {
      throw new X509Error('certificate-malformed', 'The certificate has more extensions than allowed.');
    }
    const extension = readExtension(list);
    if (seen.has(extension.oid)) {
      throw new X509Error('extension-duplicate', 'The certificate has an extension twice.', { oid: extension.oid });
    }
    seen.add(extension.oid);
    extensions.push(extension);
  }
  if (extensions.length === 0) throw new X509Error('certificate-malformed', 'The list of extensions is empty.');
  return extensions;
}

/** Reads one Extension (RFC 5280 §4.1); OCSP messages use the same type. */
export function readExtension(list: DerReader): Extension {
  const inner = list.sequence();
  const id = inner.oid();
  const critical =
    inner.peek() === tag.boolean &&
    readingDer('extension-malformed', 'A critical flag', () => inner.booleanOrFalse(), { oid: id });
  const value = inner.octetString();
  inner.end();
  return { oid: id, critical, value };
}

const decoders: ReadonlyMap<string, readonly [keyof DecodedExtensions, (reader: DerReader) => unknown]> = new Map<
  string,
  [keyof DecodedExtensions, (reader: DerReader) => unknown]
>([
  [oid.keyUsage, ['keyUsage', readKeyUsage]],
  [oid.extKeyUsage, ['extKeyUsage', readExtendedKeyUsage]],
  [oid.basicConstraints, ['basicConstraints', readBasicConstraints]],
  [oid.subjectAltName, ['subjectAltName', readAlternativeNames]],
  [oid.issuerAltName, ['issuerAltName', readAlternativeNames]],
  [oid.cRLDistributionPoints, ['crlDistributionPoints', readDistributionPoints]],
  [oid.certificatePolicies, ['policies', readPolicies]],
  [oid.authorityInfoAccess, ['authorityInfoAccess', readAuthorityInfoAccess]],
  [oid.authorityKeyIdentifier, ['aki', readAuthorityKeyIdentifier]],
  [oid.subjectKeyIdentifier, ['ski', readSubjectKeyIdentifier]],
]);

function decode(extensions: readonly Extension[], reading: Reading): { decoded: DecodedExtensions; irregular: number } {
  const decoded: Record<string, unknown> = {};
  let irregular = 0;
  let at = '';
  const decodeAll = () => {
    for (const extension of extensions) {
      const known = decoders.get(extension.oid);
      if (!known) continue;
      at = extension.oid;
      const [member, read] = known;
      const reader = DerReader.over(extension.value, limitsOf[reading.booleans]);
      decoded[member] = read(reader);
      reader.end();
      irregular += reader.irregular;
    }
  };
  try {
    decodeAll();
  } catch (error) {
    readingDer(
      'extension-malformed',
      'An extension',
      () => {
        throw error;
      },
      { oid: at },
    );
  }
  return { decoded: decoded as DecodedExtensions, irregular };
}

function otherNames(names: readonly GeneralName[] | undefined): ReadonlyMap<string, Uint8Array> {
  const map = new Map<string, Uint8Array>();
  for (const name of names ?? []) {
    if (name.type === 'otherName' && !map.has(name.oid)) map.set(name.oid, name.value);
  }
  return map;
}
