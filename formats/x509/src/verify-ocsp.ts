import { signatureFits } from './algorithm.ts';
import { asCertificate, type Certificate, parseCertificate } from './certificate.ts';
import { X509Error } from './error.ts';
import { keyHash } from './key-hash.ts';
import { knownRoot } from './known-root.ts';
import { sameBytes, sameName } from './name.ts';
import { type CertIdHash, issuerHashes } from './ocsp-request.ts';
import { type OcspBasicResponse, type OcspSingleResponse, readOcspResponse } from './ocsp-response.ts';
import { oid } from './oids.ts';
import { createPathValidator, type PathValidator } from './path-validator.ts';
import { type Check, report } from './report.ts';

/** A response and the question that it must answer. */
export interface OcspInput {
  /** DER of the OCSPResponse. */
  readonly response: Uint8Array;
  /** The nonce of the request; leave it out only when none was sent. */
  readonly nonce?: Uint8Array;
  /**
   * `accept` takes an answer without any nonce for one that was made before the question was asked (RFC 9654 §3.1), as long as its times
   * hold. Another nonce than the request's is never taken. Default `refuse`.
   */
  readonly missingNonce?: 'refuse' | 'accept';
  /** The certificate whose status was asked. */
  readonly certificate: Certificate | Uint8Array;
  /** The CA that issued it, already verified as an anchor or on a path. */
  readonly issuer: Certificate | Uint8Array;
  readonly at: Date;
  /** Digest of the CertID that was sent (default SHA-256). */
  readonly hash?: CertIdHash;
  /** Seconds by which the responder's clock may run ahead (default 60). */
  readonly skew?: number;
  /** Age in seconds at which an answer without nextUpdate is too old (default 3600). */
  readonly maxAge?: number;
  /**
   * Tells whether a delegated responder is itself revoked. Asked only where its certificate lacks ocsp-nocheck; without an
   * answer of `good` such a responder is not believed.
   */
  readonly responderRevocation?: (certificate: Certificate) => 'good' | 'revoked' | 'undetermined';
  /** Responders trusted by configuration, besides the CA and those it delegates. */
  readonly pinnedResponders?: readonly Uint8Array[];
}

/** The verified status. `undetermined` is never good: `code` says which rule failed. */
export interface OcspResult {
  readonly status: 'good' | 'revoked' | 'unknown' | 'undetermined';
  /** The status, or the code of the failed check. */
  readonly code: string;
  readonly checks: readonly Check[];
  readonly revokedAt?: Date;
  /** Reason of revocation by its name in RFC 5280 §5.3.1. */
  readonly reason?: string;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
}

const ids = [
  'der',
  'response-status',
  'response-type',
  'critical-extensions',
  'responder',
  'signature',
  'cert-id',
  'produced-at',
  'this-update',
  'next-update',
  'nonce',
  'cert-status',
] as const;
type CheckId = (typeof ids)[number];

/**
 * Decides what an OCSP response proves (RFC 6960 §3.2, RFC 9654): `good` only when every acceptance rule holds.
 *
 * Codes of `undetermined`: `ocsp-malformed` `ocsp-unsuccessful` `ocsp-type` `ocsp-critical-extension` `ocsp-responder`
 * `ocsp-signature` `ocsp-cert-id` `ocsp-not-yet` `ocsp-expired` `ocsp-nonce`.
 * @throws {X509Error} when `certificate` or `issuer` cannot be read: these are the caller's own
 * @example
 * const { status, code } = verifyOcspResponse({ response, nonce, certificate, issuer, at: clock.now() });
 */
export function verifyOcspResponse(input: OcspInput): OcspResult {
  const certificate = asCertificate(input.certificate);
  const issuer = knownRoot(input.issuer, 'strict');
  const checks = new Map<CheckId, Check>();
  const pass = (id: CheckId, clause: string) => checks.set(id, { id, result: 'passed', clause });
  const fail = (id: CheckId, code: string, detail: string, clause: string) =>
    checks.set(id, { id, result: 'failed', code, detail, clause });
  const decide = (id: CheckId, holds: boolean, code: string, detail: string, clause: string) =>
    holds ? pass(id, clause) : fail(id, code, detail, clause);
  const finish = (single?: OcspSingleResponse): OcspResult => {
    const listed = ids.map((id): Check => checks.get(id) ?? { id, result: 'not_performed' });
    return conclude(listed, single);
  };

  const basic = open(input.response, pass, fail);
  if (!basic) return finish();

  const critical =
    basic.extensions.some((extension) => extension.critical && extension.oid !== oid.ocspNonce) ||
    basic.responses.some(({ extensions }) => extensions.some((extension) => extension.critical));
  const detail = 'A critical extension of the response is not understood.';
  decide('critical-extensions', !critical, 'ocsp-critical-extension', detail, 'RFC 6960 §4.4');

  const responder = findResponder(basic, issuer, input);
  if ('fault' in responder) {
    fail('responder', 'ocsp-responder', responder.fault, 'RFC 6960 §4.2.2.2');
  } else {
    pass('responder', 'RFC 6960 §4.2.2.2');
    const { publicKey } = responder.certificate;
    const fits = signatureFits(basic.algorithm, publicKey, basic.tbs, basic.signature);
    decide('signature', fits, 'ocsp-signature', 'The signature is not the responder’s.', 'RFC 6960 §3.2');
  }

  const unasked = input.nonce === undefined || (basic.nonce === undefined && input.missingNonce === 'accept');
  const nonceFits = input.nonce !== undefined && basic.nonce !== undefined && sameBytes(basic.nonce, input.nonce);
  if (unasked) checks.set('nonce', { id: 'nonce', result: 'not_performed', clause: 'RFC 9654' });
  else decide('nonce', nonceFits, 'ocsp-nonce', 'The nonce of the request was not echoed.', 'RFC 9654');

  const single = findAnswer(basic, certificate, issuer, input.hash ?? 'sha256');
  if (!single) {
    fail('cert-id', 'ocsp-cert-id', 'The response does not hold one answer for this certificate.', 'RFC 6960 §3.2');
    return finish();
  }
  pass('cert-id', 'RFC 6960 §3.2');
  const now = input.at.getTime();
  const skew = (input.skew ?? 60) * 1000;
  const begun = single.thisUpdate.getTime() <= now + skew;
  decide('this-update', begun, 'ocsp-not-yet', 'The answer is of the future.', 'RFC 6960 §4.2.2.1');
  // When it was signed decides nothing (RFC 6960 §4.2.2.1), but a clock that runs ahead is worth a word.
  if (basic.producedAt.getTime() > now + skew) {
    const detail = 'The answer was produced in the future.';
    checks.set('produced-at', {
      id: 'produced-at',
      result: 'warning',
      code: 'ocsp-produced-later',
      detail,
      clause: 'RFC 6960 §2.4',
    });
  } else pass('produced-at', 'RFC 6960 §2.4');
  const end = single.nextUpdate?.getTime() ?? single.thisUpdate.getTime() + (input.maxAge ?? 3600) * 1000;
  decide('next-update', now <= end, 'ocsp-expired', 'The answer is too old.', 'RFC 6960 §4.2.2.1');
  const clause = 'RFC 6960 §2.2';
  if (single.status === 'good') pass('cert-status', clause);
  else fail('cert-status', single.status, `The certificate is ${single.status}.`, clause);
  return finish(single);
}

function conclude(checks: readonly Check[], single: OcspSingleResponse | undefined): OcspResult {
  const others = report(checks.filter(({ id }) => id !== 'cert-status'));
  if (others.result === 'failed' || !single) {
    return { status: 'undetermined', code: others.code ?? 'ocsp-malformed', checks };
  }
  const { status, revokedAt, reason, thisUpdate, nextUpdate } = single;
  return { status, code: status, checks, revokedAt, reason, thisUpdate, nextUpdate };
}

/** The signed part of a response, or undefined with the reason among the checks. */
function open(
  response: Uint8Array,
  pass: (id: CheckId, clause: string) => void,
  fail: (id: CheckId, code: string, detail: string, clause: string) => void,
): OcspBasicResponse | undefined {
  try {
    const read = readOcspResponse(response);
    pass('der', 'X.690 §10');
    if (read.status !== 'successful') {
      fail('response-status', 'ocsp-unsuccessful', `The responder says ${read.status}.`, 'RFC 6960 §2.3');
      return undefined;
    }
    pass('response-status', 'RFC 6960 §2.3');
    if (!read.basic) {
      fail('response-type', 'ocsp-type', 'The response is not of the type id-pkix-ocsp-basic.', 'RFC 6960 §4.2.1');
      return undefined;
    }
    pass('response-type', 'RFC 6960 §4.2.1');
    return read.basic;
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    fail('der', 'ocsp-malformed', error.message, 'X.690 §10');
    return undefined;
  }
}

function namedBy(basic: OcspBasicResponse, certificate: Certificate): boolean {
  if (basic.responderName) return sameName(basic.responderName, certificate.subject);
  return basic.responderKeyHash !== undefined && sameBytes(basic.responderKeyHash, keyHash(certificate));
}

// A CA has few responders, and each of their answers carries the same certificate.
const responders = new WeakMap<Certificate, PathValidator>();

/** Paths of the responders that a CA has delegated. The rows beyond RFC 6960 are the business of whoever issues such a certificate. */
function delegates(issuer: Certificate): PathValidator {
  const known = responders.get(issuer);
  if (known) return known;
  const made = createPathValidator({ anchors: [issuer], profile: 'ocsp-signer', mode: 'interop', maxEntries: 64 });
  responders.set(issuer, made);
  return made;
}

/** The issuing CA itself, a pinned responder, or one that the CA has delegated directly. */
function findResponder(
  basic: OcspBasicResponse,
  issuer: Certificate,
  input: OcspInput,
): { certificate: Certificate } | { fault: string } {
  if (namedBy(basic, issuer)) return { certificate: issuer };
  const pinned = (input.pinnedResponders ?? []).map(parseCertificate).find((candidate) => namedBy(basic, candidate));
  if (pinned) {
    const valid = pinned.notBefore <= input.at && input.at <= pinned.notAfter;
    return valid ? { certificate: pinned } : { fault: 'The pinned responder’s certificate is not valid now.' };
  }
  let fault = 'The response is signed by nobody whom the issuing CA has delegated.';
  for (const raw of basic.certificates) {
    const path = delegates(issuer).verify(raw, input.at);
    const candidate = path.leaf;
    if (!candidate || !namedBy(basic, candidate)) continue;
    // A responder that has a new certificate for its key may still send the old one along.
    if (path.result !== 'passed') {
      fault = `The responder’s certificate is refused: ${path.code}.`;
      continue;
    }
    if (candidate.extension(oid.ocspNoCheck) || input.responderRevocation?.(candidate) === 'good') {
      return { certificate: candidate };
    }
    fault = 'Whether the responder is revoked is not known.';
  }
  return { fault };
}

function findAnswer(
  basic: OcspBasicResponse,
  certificate: Certificate,
  issuer: Certificate,
  hash: CertIdHash,
): OcspSingleResponse | undefined {
  const hashes = issuerHashes(issuer, hash);
  const matching = basic.responses.filter(
    ({ certId }) =>
      certId.hash === hash &&
      sameBytes(certId.issuerNameHash, hashes.name) &&
      sameBytes(certId.issuerKeyHash, hashes.key) &&
      sameBytes(certId.serial, certificate.serial),
  );
  return matching.length === 1 ? matching[0] : undefined;
}
