import { signatureFits } from './algorithm.ts';
import { asCertificate, type Certificate } from './certificate.ts';
import { X509Error } from './error.ts';
import { sameBytes } from './name.ts';
import { type ProfileName, profileOf } from './profile.ts';
import { type Check, type Report, report } from './report.ts';
import type { RuleContext } from './rules.ts';
import * as rules from './rules.ts';

/** Our own arc for test policies and otherNames (2.999 is the arc for examples). */
export const TEST_ARC = '2.999.8.5';

/** A path and the question that is asked about it. */
export interface PathInput {
  /** DER, or a certificate that was read before. */
  readonly leaf: Certificate | Uint8Array;
  /** Certificates that came along; they prove nothing by being there. */
  readonly intermediates?: readonly (Certificate | Uint8Array)[];
  /** The caller's own list. Nothing else is ever trusted. */
  readonly anchors: readonly (Certificate | Uint8Array)[];
  /** The time for which the question is asked. */
  readonly at: Date;
  readonly profile: ProfileName;
  /** Arc of the accepted policy OIDs (default {@link TEST_ARC}). */
  readonly arc?: string;
  /** Accepted policy OIDs, in place of those of the profile. */
  readonly policies?: readonly string[];
  /** `interop` turns the known deviations of foreign roots into warnings; the rules for end entities stay strict. */
  readonly mode?: 'strict' | 'interop';
}

/** Named checks, and the path from leaf to anchor where one was found. */
export interface PathReport extends Report {
  readonly leaf?: Certificate;
  readonly chain: readonly Certificate[];
  readonly anchor?: Certificate;
}

const MAX_CANDIDATES = 64;
const ends: ReadonlySet<ProfileName> = new Set(['jpki-ca', 'iaca', 'key-attestation-root']);

/**
 * Validates a certification path (RFC 5280 §6, the part that these profiles use) and reports each check by name.
 * Anchors that share a distinguished name are told apart by the signature. Checks on the anchor carry ids `anchor.…`,
 * on an intermediate certificate `intermediate.…`.
 *
 * Failure codes: `der` `serial` `algorithm` `algorithm-mismatch` `validity` `lifetime` `key` `issuer-name` `signature`
 * `no-path-to-anchor` `self-signed` `ku-missing` `ku-bits` `ku-critical` `bc-ca` `bc-critical` `bc-path-length` `eku`
 * `policy` `ocsp-nocheck` `country` `state` `common-name` `ski` `aki` `ian` `crldp` `unknown-critical` `forbidden-extension`.
 * Revocation is not part of it: see `verifyOcspResponse`.
 * @throws {X509Error} when an anchor cannot be read: that list is the caller's own
 * @example
 * const path = verifyPath({ leaf, anchors: trust.jpkiSign, at: clock.now(), profile: 'jpki-sign' });
 * if (path.result === 'failed') refuse(path.code);
 */
export function verifyPath(input: PathInput): PathReport {
  const profile = profileOf(input.profile);
  const anchors = input.anchors.map(asCertificate);
  const parsed = parseAll(input);
  if ('check' in parsed) return { ...report([parsed.check]), chain: [] };
  const { leaf, intermediates } = parsed;

  const policies = input.policies ?? profile.policies?.(input.arc ?? TEST_ARC) ?? [];
  const mode = input.mode ?? 'strict';
  const checks: Check[] = [{ id: 'der', result: 'passed', clause: 'X.690 §10' }];

  if (ends.has(profile.name)) {
    const anchor = anchors.find((candidate) => sameBytes(candidate.raw, leaf.raw));
    checks.push(pathCheck(anchor !== undefined, 'The certificate is not one of the trusted ones, octet for octet.'));
    checks.push(...run(profile.name, { certificate: leaf, issuer: leaf, at: input.at, policies, mode }, ''));
    return { ...report(checks), leaf, chain: anchor ? [leaf] : [], anchor };
  }

  const { chain, anchor, checks: found } = findPath(leaf, intermediates, anchors, profile.maxIntermediates);
  checks.push(...found);
  checks.push(
    ...run(profile.name, { certificate: leaf, issuer: chain[1], at: input.at, policies, mode: 'strict' }, ''),
  );
  const between = anchor ? chain.slice(1, -1) : chain.slice(1);
  between.forEach((certificate, index) => {
    const context: RuleContext = { certificate, issuer: chain[index + 2], at: input.at, policies: [], mode: 'strict' };
    const own = [rules.serial, rules.algorithm, rules.validity, rules.signsCertificates, rules.certificateAuthority()];
    for (const rule of [...own, rules.criticalExtensions()]) checks.push(prefixed('intermediate.', rule(context)));
    checks.push(prefixed('intermediate.', pathLength(certificate, index)));
  });
  if (anchor) {
    if (profile.anchor) {
      const context: RuleContext = { certificate: anchor, issuer: anchor, at: input.at, policies: [], mode };
      checks.push(...run(profile.anchor, context, 'anchor.'));
    }
    checks.push(prefixed('anchor.', pathLength(anchor, chain.length - 2)));
  }
  return { ...report(checks), leaf, chain, anchor };
}

function parseAll(input: PathInput): { leaf: Certificate; intermediates: Certificate[] } | { check: Check } {
  try {
    if ((input.intermediates?.length ?? 0) > MAX_CANDIDATES) {
      return { check: { id: 'der', result: 'failed', code: 'der', detail: 'There are too many certificates.' } };
    }
    return { leaf: asCertificate(input.leaf), intermediates: (input.intermediates ?? []).map(asCertificate) };
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return { check: { id: 'der', result: 'failed', code: 'der', detail: error.message, clause: 'X.690 §10' } };
  }
}

function run(profile: ProfileName, context: RuleContext, prefix: string): Check[] {
  return profileOf(profile).rules.map((rule) => prefixed(prefix, rule(context)));
}

function prefixed(prefix: string, check: Check): Check {
  return prefix === '' ? check : { ...check, id: prefix + check.id };
}

function pathCheck(holds: boolean, detail: string): Check {
  const clause = 'RFC 5280 §6.1';
  return holds
    ? { id: 'path', result: 'passed', clause }
    : { id: 'path', result: 'failed', code: 'no-path-to-anchor', detail, clause };
}

/** How many certificates below, the leaf not counted, the constraint allows (RFC 5280 §4.2.1.9). */
function pathLength(certificate: Certificate, below: number): Check {
  const clause = 'RFC 5280 §4.2.1.9';
  const limit = certificate.basicConstraints?.pathLength;
  return limit !== undefined && below > limit
    ? { id: 'path-length', result: 'failed', code: 'bc-path-length', detail: 'The path is too long.', clause }
    : { id: 'path-length', result: 'passed', clause };
}

function signedBy(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return signatureFits(certificate.signatureAlgorithm, issuer.publicKey, certificate.tbs, certificate.signature);
  } catch {
    return false;
  }
}

/** Walks from the leaf upwards; an anchor is preferred to any certificate that came along. */
function findPath(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  anchors: readonly Certificate[],
  maxIntermediates: number,
): { chain: Certificate[]; anchor?: Certificate; checks: Check[] } {
  const chain = [leaf];
  const name: Check = { id: 'issuer-name', result: 'passed', clause: 'RFC 5280 §6.1.3' };
  const signature: Check = { id: 'signature', result: 'passed', clause: 'RFC 5280 §6.1.3' };
  const skipped = (id: string): Check => ({ id, result: 'not_performed' });
  for (;;) {
    const current = chain.at(-1) as Certificate;
    const named = (candidate: Certificate) => sameBytes(candidate.subject.raw, current.issuer.raw);
    const anchorsNamed = anchors.filter(named);
    const anchor = anchorsNamed.find((candidate) => signedBy(current, candidate));
    if (anchor) {
      chain.push(anchor);
      return { chain, anchor, checks: [name, signature, pathCheck(true, '')] };
    }
    const room = chain.length <= maxIntermediates;
    const offered = room ? intermediates.filter((item) => named(item) && !chain.includes(item)) : [];
    const next = offered.find((candidate) => signedBy(current, candidate));
    if (next) {
      chain.push(next);
      continue;
    }
    const first = chain.length === 1;
    if (first && anchorsNamed.length + offered.length > 0) {
      const detail = 'No certificate of the issuer’s name has signed this one.';
      return {
        chain,
        checks: [name, { ...signature, result: 'failed', code: 'signature', detail }, skipped('path')],
      };
    }
    if (first && anchors.length > 0) {
      const detail = 'No trusted certificate has the issuer’s name.';
      return {
        chain,
        checks: [{ ...name, result: 'failed', code: 'issuer-name', detail }, skipped('signature'), skipped('path')],
      };
    }
    const above = first ? [skipped('issuer-name'), skipped('signature')] : [name, signature];
    return { chain, checks: [...above, pathCheck(false, 'The path does not end at a trusted certificate.')] };
  }
}
