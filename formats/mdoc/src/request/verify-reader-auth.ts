import type { CborValue } from '@tegata/cbor';
import { CoseError, parseSign1, verifySign1, x5chain } from '@tegata/cose';
import {
  type Certificate,
  type Check,
  isSelfSigned,
  nameValues,
  oid,
  parseCertificate,
  type Report,
  report,
  sameBytes,
  verifyPath,
  X509Error,
} from '@tegata/x509';
import type { DeviceRequest } from '../device-request.ts';
import { readerAuthenticationAllBytes, readerAuthenticationBytes } from './reader-authentication.ts';

/** Whom the phone believes about readers, and the time for which it asks. */
export interface ReaderTrust {
  /** Roots of reader authorities. An empty list verifies nothing. */
  readonly readerAnchors: readonly (Certificate | Uint8Array)[];
  readonly now: Date;
  /** Reader certificates accepted as they are, without a path (DER); reported as a warning. */
  readonly pinnedReaders?: readonly Uint8Array[];
  /** `interop` takes the deviations of foreign roots, and a readerAuthAll over three items where there is no deviceRequestInfo. */
  readonly profileMode?: 'strict' | 'interop';
  /** Tells whether a reader's certificate is revoked. Without it that is listed as not performed. */
  readonly readerRevocation?: (certificate: Certificate) => 'good' | 'revoked' | 'undetermined';
  /** `soft` (default): undetermined is a warning; `hard`: undetermined, and no data at all, fails. */
  readonly revocationPolicy?: 'soft' | 'hard';
}

/** One signature of a request, by name and place. */
export interface ReaderAuthCheck extends Check {
  readonly id: 'reader-auth';
  /** Index of the document request; absent for a signature over all. */
  readonly docRequest?: number;
}

/** A reader whose signature and certificate were verified. Its name may be shown. */
export interface VerifiedReader {
  /** Common name of the certificate's subject; its organisation where there is none. */
  readonly name: string;
  readonly organization?: string;
  readonly certificate: Certificate;
}

/** What the reader's authentication came to. */
export interface ReaderAuthReport extends Report {
  readonly checks: readonly ReaderAuthCheck[];
  /** Per document request: the readers who vouch for it; none where nobody does. */
  readonly readers: readonly (readonly VerifiedReader[])[];
}

const CLAUSE = 'ISO/IEC 18013-5 §9.1.4';

/**
 * Verifies who asks (ISO/IEC 18013-5 §9.1.4): every signature over its document request, every signature over all of them, their
 * certificates by the profile of Annex B. A document request that nobody signed is listed as not performed, never as passed; the report
 * fails if any signature fails.
 * @throws {X509Error} when a root cannot be read: that list is the caller's own
 * @example
 * const { readers } = verifyReaderAuth({ request, sessionTranscript, readerAnchors, now: clock.now() });
 * const name = readers[0]?.[0]?.name ?? 'unknown';
 */
export function verifyReaderAuth(
  options: ReaderTrust & { readonly request: DeviceRequest; readonly sessionTranscript: Uint8Array },
): ReaderAuthReport {
  const { request, sessionTranscript } = options;
  const checks: ReaderAuthCheck[] = [];
  const ofAll: VerifiedReader[] = [];
  const items = request.docRequests.map(({ itemsRequestBytes }) => itemsRequestBytes);
  const info = request.deviceRequestInfoBytes ?? null;
  for (const signature of request.readerAuthAll ?? []) {
    const payloads = [readerAuthenticationAllBytes(sessionTranscript, items, info)];
    if (info === null && options.profileMode === 'interop') {
      payloads.push(readerAuthenticationAllBytes(sessionTranscript, items, undefined));
    }
    const reader = verifySignature(signature, payloads, options, (check) => checks.push(check));
    if (reader) ofAll.push(reader);
  }
  const readers = request.docRequests.map(({ readerAuth, itemsRequestBytes }, docRequest) => {
    if (readerAuth !== undefined) {
      const payloads = [readerAuthenticationBytes(sessionTranscript, itemsRequestBytes)];
      const add = (check: ReaderAuthCheck) => checks.push({ ...check, docRequest });
      const reader = verifySignature(readerAuth, payloads, options, add);
      return reader ? [reader, ...ofAll] : ofAll;
    }
    if ((request.readerAuthAll?.length ?? 0) === 0) {
      const detail = 'The reader did not say who it is.';
      checks.push({ ...check('not_performed', 'reader-auth-absent', detail), docRequest });
    }
    return ofAll;
  });
  return { ...report(checks), checks, readers };
}

function check(result: Check['result'], code?: string, detail?: string): ReaderAuthCheck {
  return {
    id: 'reader-auth',
    result,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    clause: CLAUSE,
  };
}

/** Adds what was found; gives the reader only if nothing failed. */
function verifySignature(
  signature: CborValue,
  payloads: readonly Uint8Array[],
  trust: ReaderTrust,
  add: (check: ReaderAuthCheck) => void,
): VerifiedReader | undefined {
  let failed = false;
  const fail = (code: string, detail?: string) => {
    failed = true;
    add(check('failed', code, detail));
  };
  try {
    const chain = x5chain(parseSign1(signature)).map(parseCertificate);
    const [leaf, ...intermediates] = chain as [Certificate, ...Certificate[]];
    const deviation = inspectPath(leaf, intermediates, trust, fail);
    inspectRevocation(leaf, trust, add, fail);
    const which = verifyOneOf(signature, leaf, payloads);
    if (failed) return undefined;
    const warning = which > 0 ? 'reader-auth-all-short' : deviation;
    add(warning ? check('warning', warning) : check('passed'));
    return identityOf(leaf);
  } catch (error) {
    if (!(error instanceof CoseError || error instanceof X509Error)) throw error;
    fail(error.code, error.message);
    return undefined;
  }
}

/** The index of the payload that was signed. @throws {CoseError} that of the first payload, if none was */
function verifyOneOf(signature: CborValue, leaf: Certificate, payloads: readonly Uint8Array[]): number {
  let first: unknown;
  for (const [index, detachedPayload] of payloads.entries()) {
    try {
      verifySign1({ sign1: signature, publicKey: leaf.publicKey, detachedPayload });
      return index;
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

function inspectPath(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  trust: ReaderTrust,
  fail: (code: string, detail?: string) => void,
): string | undefined {
  const { now, profileMode: mode = 'strict' } = trust;
  if ((trust.pinnedReaders ?? []).some((pinned) => sameBytes(pinned, leaf.raw))) {
    if (leaf.notBefore > now || leaf.notAfter < now) fail('validity', 'The pinned certificate is not valid now.');
    return 'pinned';
  }
  // One that names itself but was signed by another key, as a link certificate is, is no root; whether it may stand there says the path.
  if ([leaf, ...intermediates].some(isSelfSigned)) {
    fail('root-in-chain', 'The request brings a self-signed certificate: trust never comes from there.');
    return undefined;
  }
  const path = verifyPath({ leaf, intermediates, anchors: trust.readerAnchors, at: now, profile: 'reader-auth', mode });
  if (path.result === 'passed') {
    return path.checks.some(({ result }) => result === 'warning') ? 'profile-deviation' : undefined;
  }
  const first = path.checks.find(({ result }) => result === 'failed');
  if (trust.readerAnchors.length === 0) fail('no-trust-anchor', 'No authority for readers is trusted.');
  else fail(path.code ?? 'no-path-to-anchor', first?.detail);
  return undefined;
}

function inspectRevocation(
  leaf: Certificate,
  trust: ReaderTrust,
  add: (check: ReaderAuthCheck) => void,
  fail: (code: string, detail?: string) => void,
): void {
  const status = trust.readerRevocation?.(leaf);
  const detail = 'Whether the reader’s certificate is revoked is not known.';
  if (status === 'good') return;
  if (status === 'revoked') fail('revoked', 'The reader’s certificate is revoked.');
  else if (trust.revocationPolicy === 'hard') fail('revocation-undetermined', detail);
  else if (status === 'undetermined') add(check('warning', 'revocation-undetermined', detail));
  else add(check('not_performed', 'revocation-no-data', detail));
}

function identityOf(certificate: Certificate): VerifiedReader {
  const [organization] = nameValues(certificate.subject, oid.organizationName);
  const [name = organization ?? ''] = nameValues(certificate.subject, oid.commonName);
  return { name, ...(organization === undefined ? {} : { organization }), certificate };
}
