import { DerReader, tag } from '@tegata/der';
import { type AlgorithmIdentifier, readAlgorithm } from './algorithm.ts';
import type { Extension } from './certificate.ts';
import { readingDer, X509Error } from './error.ts';
import { type Name, readName } from './name.ts';
import { type CertId, readCertId, readExtensionList, readNonce } from './ocsp-request.ts';
import { oid } from './oids.ts';

/** OCSPResponseStatus (RFC 6960 §4.2.1). */
export type OcspResponseStatus =
  | 'successful'
  | 'malformedRequest'
  | 'internalError'
  | 'tryLater'
  | 'sigRequired'
  | 'unauthorized';

const statuses: ReadonlyMap<number, OcspResponseStatus> = new Map([
  [0, 'successful'],
  [1, 'malformedRequest'],
  [2, 'internalError'],
  [3, 'tryLater'],
  [5, 'sigRequired'],
  [6, 'unauthorized'],
]);

/** Reasons of revocation by their numbers (RFC 5280 §5.3.1). */
const reasons: ReadonlyMap<number, string> = new Map([
  [0, 'unspecified'],
  [1, 'keyCompromise'],
  [2, 'cACompromise'],
  [3, 'affiliationChanged'],
  [4, 'superseded'],
  [5, 'cessationOfOperation'],
  [6, 'certificateHold'],
  [8, 'removeFromCRL'],
  [9, 'privilegeWithdrawn'],
  [10, 'aACompromise'],
]);

/** SingleResponse: what the responder says of one certificate. */
export interface OcspSingleResponse {
  readonly certId: CertId;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly revokedAt?: Date;
  readonly reason?: string;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly extensions: readonly Extension[];
}

/** BasicOCSPResponse as read; nothing in it has been verified. */
export interface OcspBasicResponse {
  /** The octets that are signed. */
  readonly tbs: Uint8Array;
  readonly responderName?: Name;
  /** SHA-1 of the responder's key bits. */
  readonly responderKeyHash?: Uint8Array;
  readonly producedAt: Date;
  readonly responses: readonly OcspSingleResponse[];
  readonly extensions: readonly Extension[];
  readonly nonce?: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** DER of the certificates that came along. */
  readonly certificates: readonly Uint8Array[];
}

/** An OCSP response; `basic` is there when the status is `successful` and the type id-pkix-ocsp-basic. */
export interface OcspResponse {
  readonly status: OcspResponseStatus;
  readonly type?: string;
  readonly basic?: OcspBasicResponse;
}

const limits = { maxBytes: 64 * 1024, maxDepth: 24, maxElements: 5000 } as const;
const MAX_RESPONSES = 64;
const MAX_CERTIFICATES = 8;

/**
 * Reads an OCSP response (RFC 6960 §4.2.1), strictly. To decide anything use `verifyOcspResponse`.
 * @throws {X509Error} `ocsp-malformed`
 */
export function readOcspResponse(bytes: Uint8Array): OcspResponse {
  return readingDer('ocsp-malformed', 'The OCSP response', () => {
    const reader = DerReader.over(bytes, limits);
    const outer = reader.sequence();
    reader.end();
    const status = statuses.get(outer.enumerated());
    if (!status) throw malformed('has an unknown status');
    const explicit = outer.optionalInside(tag.constructed(0));
    outer.end();
    if ((status === 'successful') !== (explicit !== undefined)) {
      throw malformed('has a status that does not go with its content');
    }
    if (!explicit) return { status };
    const inner = explicit.sequence();
    explicit.end();
    const type = inner.oid();
    const content = inner.insideOctetString();
    inner.end();
    if (type !== oid.ocspBasic) return { status, type };
    const basic = readBasic(content);
    content.end();
    return { status, type, basic };
  });
}

function malformed(what: string): X509Error {
  return new X509Error('ocsp-malformed', `The OCSP response ${what}.`);
}

function readBasic(reader: DerReader): OcspBasicResponse {
  const outer = reader.sequence();
  const signed = outer.expect(tag.sequence);
  const algorithm = readAlgorithm(outer);
  const { bytes: signature, unusedBits } = outer.bitString();
  if (unusedBits !== 0) throw malformed('has a signature that is not whole octets');
  const certificates: Uint8Array[] = [];
  const explicit = outer.optionalInside(tag.constructed(0));
  if (explicit) {
    const list = explicit.sequence();
    explicit.end();
    while (!list.done) {
      if (certificates.length === MAX_CERTIFICATES) throw malformed('carries more certificates than allowed');
      certificates.push(list.expect(tag.sequence).raw);
    }
  }
  outer.end();

  const data = outer.into(signed);
  if (data.optional(tag.constructed(0))) throw malformed('has a version other than 1');
  const responder = readResponderId(data);
  const producedAt = data.generalizedTime();
  const list = data.sequence();
  const responses: OcspSingleResponse[] = [];
  while (!list.done) {
    if (responses.length === MAX_RESPONSES) throw malformed('holds more answers than allowed');
    responses.push(readSingle(list));
  }
  const extensions = readExtensionList(data.optionalInside(tag.constructed(1)));
  data.end();
  const nonce = readNonce(extensions);
  return {
    tbs: signed.raw,
    ...responder,
    producedAt,
    responses,
    extensions,
    ...(nonce ? { nonce } : {}),
    algorithm,
    signature,
    certificates,
  };
}

function readResponderId(data: DerReader): Pick<OcspBasicResponse, 'responderName' | 'responderKeyHash'> {
  const byName = data.optionalInside(tag.constructed(1));
  if (byName) {
    const responderName = readName(byName);
    byName.end();
    return { responderName };
  }
  const byKey = data.inside(tag.constructed(2));
  const responderKeyHash = byKey.octetString();
  byKey.end();
  return { responderKeyHash };
}

function readSingle(list: DerReader): OcspSingleResponse {
  const single = list.sequence();
  const certId = readCertId(single);
  const status = readStatus(single);
  const thisUpdate = single.generalizedTime();
  const next = single.optionalInside(tag.constructed(0));
  const nextUpdate = next?.generalizedTime();
  next?.end();
  const extensions = readExtensionList(single.optionalInside(tag.constructed(1)));
  single.end();
  return { certId, ...status, thisUpdate, ...(nextUpdate ? { nextUpdate } : {}), extensions };
}

function readStatus(single: DerReader): Pick<OcspSingleResponse, 'status' | 'revokedAt' | 'reason'> {
  const element = single.element();
  if (element.tag === tag.constructed(1)) {
    const info = single.into(element);
    const revokedAt = info.generalizedTime();
    const explicit = info.optionalInside(tag.constructed(0));
    if (!explicit) {
      info.end();
      return { status: 'revoked', revokedAt };
    }
    const number = explicit.enumerated();
    explicit.end();
    info.end();
    return { status: 'revoked', revokedAt, reason: reasons.get(number) ?? String(number) };
  }
  if (element.content.length === 0 && element.tag === tag.primitive(0)) return { status: 'good' };
  if (element.content.length === 0 && element.tag === tag.primitive(2)) return { status: 'unknown' };
  throw malformed('has an answer that is neither good, revoked nor unknown');
}
