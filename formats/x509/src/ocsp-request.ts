import { hash as hashOf } from 'node:crypto';
import { DerReader, der, tag } from '@tegata/der';
import { readAlgorithm } from './algorithm.ts';
import { asCertificate, type Certificate, type Extension, readExtension } from './certificate.ts';
import { readingDer, X509Error } from './error.ts';
import { oid } from './oids.ts';

/** The digests of a CertID. */
export type CertIdHash = 'sha1' | 'sha256';

/** CertID (RFC 6960 §4.1.1): whose certificate is meant, without showing its name. `raw` is its DER. */
export interface CertId {
  readonly raw: Uint8Array;
  /** Undefined for a digest that is not known here. */
  readonly hash?: CertIdHash;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Content octets of the serial number. */
  readonly serial: Uint8Array;
}

/** An OCSP request as read; a signature on it is not looked at. */
export interface OcspRequest {
  readonly certIds: readonly CertId[];
  readonly nonce?: Uint8Array;
}

const limits = { maxBytes: 16 * 1024, maxDepth: 24, maxElements: 2000 } as const;
const MAX_REQUESTS = 32;

interface IssuerHashes {
  readonly name: Uint8Array;
  readonly key: Uint8Array;
}

// The same few CAs are named in every message.
const hashesOf = new WeakMap<Certificate, { [hash in CertIdHash]?: IssuerHashes }>();

/** The two hashes by which a CertID names an issuer. */
export function issuerHashes(issuer: Certificate, hash: CertIdHash): IssuerHashes {
  const known = hashesOf.get(issuer) ?? {};
  const digest = (data: Uint8Array) => new Uint8Array(hashOf(hash, data, 'buffer'));
  known[hash] ??= { name: digest(issuer.subject.raw), key: digest(issuer.spki.key.bytes) };
  hashesOf.set(issuer, known);
  return known[hash];
}

/**
 * Makes a CertID.
 * @returns DER
 */
export function buildCertId(certificate: Certificate, issuer: Certificate, hash: CertIdHash = 'sha256'): Uint8Array {
  const hashes = issuerHashes(issuer, hash);
  return der.sequence(
    // NULL parameters, as every responder in the field has them.
    der.sequence(der.oid(oid[hash]), der.null()),
    der.octetString(hashes.name),
    der.octetString(hashes.key),
    der.element(tag.integer, certificate.serial),
  );
}

/**
 * Makes an unsigned OCSP request for one certificate (RFC 6960 §4.1) with a nonce (RFC 9654).
 * @param input.nonce 32 random octets; 1 to 128 are allowed
 * @param input.hash digest of the CertID (default SHA-256; SHA-1 only where a responder demands it)
 * @returns DER
 * @throws {X509Error} when a certificate cannot be read
 * @example
 * const nonce = random.bytes(32);
 * const request = buildOcspRequest({ certificate, issuer, nonce });
 */
export function buildOcspRequest(input: {
  readonly certificate: Certificate | Uint8Array;
  readonly issuer: Certificate | Uint8Array;
  readonly nonce?: Uint8Array;
  readonly hash?: CertIdHash;
}): Uint8Array {
  const certId = buildCertId(asCertificate(input.certificate), asCertificate(input.issuer), input.hash);
  const list = der.sequence(der.sequence(certId));
  if (!input.nonce) return der.sequence(der.sequence(list));
  const extension = der.sequence(der.oid(oid.ocspNonce), der.octetString(der.octetString(input.nonce)));
  return der.sequence(der.sequence(list, der.explicit(2, der.sequence(extension))));
}

/**
 * Reads an OCSP request, as a responder does.
 * @throws {X509Error} `ocsp-malformed`, also for a critical extension that is not known
 */
export function readOcspRequest(bytes: Uint8Array): OcspRequest {
  return readingDer('ocsp-malformed', 'The OCSP request', () => {
    const reader = DerReader.over(bytes, limits);
    const outer = reader.sequence();
    reader.end();
    const tbs = outer.sequence();
    outer.optional(tag.constructed(0));
    outer.end();
    // Version 1 is the default, which DER leaves out.
    if (tbs.optional(tag.constructed(0))) throw malformed('has a version other than 1');
    tbs.optional(tag.constructed(1));
    const list = tbs.sequence();
    const certIds: CertId[] = [];
    while (!list.done) {
      if (certIds.length === MAX_REQUESTS) throw malformed('asks for more certificates than allowed');
      const single = list.sequence();
      certIds.push(readCertId(single));
      refuseCritical(readExtensionList(single.optionalInside(tag.constructed(0))), []);
      single.end();
    }
    if (certIds.length === 0) throw malformed('asks for no certificate');
    const extensions = readExtensionList(tbs.optionalInside(tag.constructed(2)));
    tbs.end();
    refuseCritical(extensions, [oid.ocspNonce]);
    const nonce = readNonce(extensions);
    return nonce ? { certIds, nonce } : { certIds };
  });
}

function malformed(what: string): X509Error {
  return new X509Error('ocsp-malformed', `The OCSP request ${what}.`);
}

function refuseCritical(extensions: readonly Extension[], known: readonly string[]): void {
  const unknown = extensions.find((extension) => extension.critical && !known.includes(extension.oid));
  if (unknown) throw malformed('has a critical extension that is not known here');
}

/** Reads a CertID. @throws {DerError} */
export function readCertId(reader: DerReader): CertId {
  const sequence = reader.expect(tag.sequence);
  const inner = reader.into(sequence);
  const algorithm = readAlgorithm(inner);
  const issuerNameHash = inner.octetString();
  const issuerKeyHash = inner.octetString();
  const serial = inner.integerBytes();
  inner.end();
  const hash = algorithm.oid === oid.sha256 ? 'sha256' : algorithm.oid === oid.sha1 ? 'sha1' : undefined;
  return { raw: sequence.raw, ...(hash ? { hash } : {}), issuerNameHash, issuerKeyHash, serial };
}

/** Reads the Extensions inside an explicit tag; absent is empty. @throws {DerError} {@link X509Error} `ocsp-malformed` */
export function readExtensionList(explicit: DerReader | undefined): Extension[] {
  if (!explicit) return [];
  const list = explicit.sequence();
  explicit.end();
  const extensions: Extension[] = [];
  while (!list.done) {
    const extension = readExtension(list);
    if (extensions.some((other) => other.oid === extension.oid)) {
      throw new X509Error('ocsp-malformed', 'The OCSP message has an extension twice.', { oid: extension.oid });
    }
    extensions.push(extension);
  }
  return extensions;
}

/** The nonce among the extensions: an OCTET STRING of 1 to 128 octets in the extension's OCTET STRING (RFC 9654 §2.1). */
export function readNonce(extensions: readonly Extension[]): Uint8Array | undefined {
  const extension = extensions.find((candidate) => candidate.oid === oid.ocspNonce);
  if (!extension) return undefined;
  const reader = DerReader.over(extension.value, limits);
  const nonce = reader.octetString();
  reader.end();
  if (nonce.length < 1 || nonce.length > 128) {
    throw new X509Error('ocsp-malformed', 'The nonce of an OCSP message has 1 to 128 octets.');
  }
  return nonce;
}
