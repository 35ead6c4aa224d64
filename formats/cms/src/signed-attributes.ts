import { DerError, DerReader, tag } from '@tegata/der';
import { type AlgorithmIdentifier, oid, readAlgorithm, readName } from '@tegata/x509';
import { type DigestName, digestOf } from './digest.ts';
import { cmsOid } from './oids.ts';
import type { CmsAttribute } from './parse.ts';

/** ESSCertIDv2 (RFC 5035 §4): the hash of the signer's certificate. */
export interface EssCertIdV2 {
  readonly digest: DigestName;
  readonly hash: Uint8Array;
  /** DER of the issuer's name and content octets of the serial number, where the attribute gives them too. */
  readonly issuer?: Uint8Array;
  readonly serial?: Uint8Array;
}

/** The attribute that stands exactly once with exactly one value, or undefined. */
export function singleValue(attributes: readonly CmsAttribute[], id: string): Uint8Array | undefined {
  const found = attributes.filter((attribute) => attribute.oid === id);
  return found.length === 1 && found[0]?.values.length === 1 ? found[0].values[0] : undefined;
}

function reading<T>(value: Uint8Array | undefined, read: (reader: DerReader) => T): T | undefined {
  if (!value) return undefined;
  try {
    const reader = DerReader.over(value);
    const result = read(reader);
    reader.end();
    return result;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** contentType (RFC 5652 §11.1). */
export function contentTypeOf(attributes: readonly CmsAttribute[]): string | undefined {
  return reading(singleValue(attributes, cmsOid.contentType), (reader) => reader.oid());
}

/** messageDigest (RFC 5652 §11.2). */
export function messageDigestOf(attributes: readonly CmsAttribute[]): Uint8Array | undefined {
  return reading(singleValue(attributes, cmsOid.messageDigest), (reader) => reader.octetString());
}

/** signingTime (RFC 5652 §11.3): UTCTime to 2049, GeneralizedTime from 2050. */
export function signingTimeOf(attributes: readonly CmsAttribute[]): Date | undefined {
  return reading(singleValue(attributes, cmsOid.signingTime), (reader) => {
    const type = reader.peek();
    const time = reader.time();
    const fits = type === tag.utcTime || time.getUTCFullYear() < 1950 || time.getUTCFullYear() >= 2050;
    return fits ? time : undefined;
  });
}

/** The first certificate of signingCertificateV2: it must be the signer's. */
export function signingCertificateOf(attributes: readonly CmsAttribute[]): EssCertIdV2 | undefined {
  return reading(singleValue(attributes, cmsOid.signingCertificateV2), (reader) => {
    const outer = reader.sequence();
    const list = outer.sequence();
    const first = list.sequence();
    // The rest of the list and the policies limit a path; they are none of ours and read over.
    while (!list.done) list.element();
    while (!outer.done) outer.element();
    // SHA-256 is the default, which DER leaves out.
    const given = first.peek() === tag.sequence ? readAlgorithm(first) : undefined;
    const hash = first.octetString();
    const named = first.done ? undefined : readIssuerSerial(first);
    first.end();
    const digest = given ? digestOf(given) : 'sha256';
    if (given?.oid === oid.sha256 && given.parameters === undefined) return undefined;
    return digest && { digest, hash, ...named };
  });
}

/** IssuerSerial (RFC 5035 §4): the issuer is one directoryName. */
function readIssuerSerial(reader: DerReader): Pick<EssCertIdV2, 'issuer' | 'serial'> {
  const inner = reader.sequence();
  const names = inner.sequence();
  const holder = names.inside(tag.constructed(4));
  const issuer = readName(holder).raw;
  holder.end();
  names.end();
  const serial = inner.integerBytes();
  inner.end();
  return { issuer, serial };
}

/** CMSAlgorithmProtection (RFC 6211 §2) of a signature: `signature` is the content of its AlgorithmIdentifier, which stands under `[1]`. */
export function algorithmProtectionOf(
  attributes: readonly CmsAttribute[],
): { readonly digest: AlgorithmIdentifier; readonly signature: Uint8Array } | undefined {
  return reading(singleValue(attributes, cmsOid.algorithmProtection), (reader) => {
    const inner = reader.sequence();
    const digest = readAlgorithm(inner);
    const signature = inner.expect(tag.constructed(1)).content;
    inner.end();
    return { digest, signature };
  });
}
