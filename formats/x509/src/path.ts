import { asCertificate, asRoot, type Certificate } from './certificate.ts';
import { X509Error } from './error.ts';
import { type FoundPath, findPath } from './find-path.ts';
import { knownRoot } from './known-root.ts';
import { sameBytes, sameName } from './name.ts';
import { type ProfileName, profileOf } from './profile.ts';
import type { Profile } from './profiles/profile.ts';
import { betweenAlways, betweenByRfc5280 } from './profiles/rows.ts';
import { type Check, type Report, report } from './report.ts';
import { criticalExtensions } from './rules/extensions.ts';
import { validity } from './rules/frame.ts';
import { isSelfIssued, linksNewKey, notSelfSigned } from './rules/names.ts';
import { ask, askRoot, type Rule, type RuleContext } from './rules/rule.ts';
import { issuesCertificates, mayIssueCertificates } from './rules/usage.ts';

/** Our own arc for test policies and otherNames (2.999 is the arc for examples). */
export const TEST_ARC = '2.999.8.5';

/** What is trusted, and what for. */
export interface PathTrust {
  /** The caller's own list. Nothing else is ever trusted. */
  readonly anchors: readonly (Certificate | Uint8Array)[];
  readonly profile: ProfileName;
  /** Arc of the accepted policy OIDs (default {@link TEST_ARC}). */
  readonly arc?: string;
  /** Accepted policy OIDs, in place of those of the profile. */
  readonly policies?: readonly string[];
  /** `jpki-test` accepts the policies of the hierarchy in which operators of JPKI test, in place of those of the arc. */
  readonly oids?: 'own' | 'jpki-test';
  /** Kinds of key accepted, in place of those of the profile: `['P-384']` is a JPKI after its next card, `['RSA-2048']` one before. */
  readonly keys?: readonly string[];
  /**
   * `interop` turns the known deviations of foreign roots into warnings. The rules for document signers, readers, and the
   * certificates of JPKI stay strict.
   */
  readonly mode?: 'strict' | 'interop';
}

/** A path and the question that is asked about it. */
export interface PathInput extends PathTrust {
  /** DER, or a certificate that was read before. */
  readonly leaf: Certificate | Uint8Array;
  /** Certificates that came along; they prove nothing by being there. */
  readonly intermediates?: readonly (Certificate | Uint8Array)[];
  /** The time for which the question is asked. */
  readonly at: Date;
}

/** Named checks, and the path from leaf to anchor where one was found. */
export interface PathReport extends Report {
  readonly leaf?: Certificate;
  readonly chain: readonly Certificate[];
  readonly anchor?: Certificate;
}

const MAX_CANDIDATES = 16;

/**
 * Validates a certification path (RFC 5280 §6, the part that these profiles use) and reports each check by name.
 * Anchors that share a distinguished name are told apart by the signature. Checks on the anchor carry ids `anchor.…`,
 * on a certificate in between `intermediate.…`. A check that fails carries one of the {@link RuleCode}s.
 *
 * Revocation is not part of it: see `verifyOcspResponse` and `createCrlChecker`. A verifier that meets the same few leaves
 * again and again uses `createPathValidator`.
 * @throws {X509Error} when an anchor cannot be read: that list is the caller's own
 * @example
 * const path = verifyPath({ leaf, anchors: trust.jpkiSign, at: clock.now(), profile: 'jpki-sign' });
 * if (path.result === 'failed') refuse(path.code);
 */
export function verifyPath(input: PathInput): PathReport {
  const profile = profileOf(input.profile);
  const mode = input.mode ?? 'strict';
  const anchors = input.anchors.map((anchor) => knownRoot(anchor, mode));
  const parsed = parseAll(input, profile.end ? mode : 'strict');
  if ('check' in parsed) return { ...report([parsed.check]), chain: [] };
  const { leaf, intermediates } = parsed;
  const base = { at: input.at, policies: policiesOf(input, profile), mode, keys: input.keys } as const;
  const checks: Check[] = [{ id: 'der', result: 'passed', clause: 'X.690 §10' }];

  const listed = (profile.end || profile.pinnable) && anchors.find((candidate) => sameBytes(candidate.raw, leaf.raw));
  if (profile.end || listed) {
    const anchor = listed || undefined;
    checks.push(...pathChecks({ chain: [leaf], ...(anchor ? { anchor } : { fault: 'no-path-to-anchor' }) }).slice(2));
    for (const rule of profile.rules) checks.push(...ask(rule, { ...base, certificate: leaf, issuer: leaf }));
    return { ...report(checks), leaf, chain: anchor ? [leaf] : [], anchor };
  }

  // For one that names itself there is nobody to look for: trust in it would have to come from its own message.
  const selfMade = profile.rules.includes(notSelfSigned) && isSelfIssued(leaf);
  const namesIssuer = (certificate: Certificate, issuer: Certificate) =>
    profile.binaryNames
      ? sameBytes(certificate.issuer.raw, issuer.subject.raw)
      : sameName(certificate.issuer, issuer.subject);
  const found: FoundPath = selfMade
    ? { chain: [leaf] }
    : findPath({ leaf, intermediates, anchors, maxIntermediates: profile.maxIntermediates, at: input.at, namesIssuer });
  const { chain, anchor } = found;
  checks.push(...pathChecks(found));
  const own: RuleContext = { ...base, certificate: leaf, issuer: chain[1], mode: profile.foreign ? mode : 'strict' };
  for (const rule of profile.rules) checks.push(...ask(rule, own));
  checks.push(...checksAbove(profile, found, base));
  return { ...report(checks), leaf, chain, anchor };
}

function policiesOf({ policies, oids, arc }: PathTrust, profile: Profile): readonly string[] {
  if (policies) return policies;
  return (oids === 'jpki-test' ? profile.testPolicies : profile.policies?.(arc ?? TEST_ARC)) ?? [];
}

function parseAll(
  input: PathInput,
  leafMode: 'strict' | 'interop',
): { leaf: Certificate; intermediates: Certificate[] } | { check: Check } {
  const clause = 'X.690 §10';
  try {
    if ((input.intermediates?.length ?? 0) > MAX_CANDIDATES) {
      return {
        check: { id: 'der', result: 'failed', code: 'der', detail: 'There are too many certificates.', clause },
      };
    }
    return {
      leaf: asRoot(input.leaf, leafMode),
      intermediates: (input.intermediates ?? []).map(asCertificate),
    };
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return { check: { id: 'der', result: 'failed', code: 'der', detail: error.message, clause } };
  }
}

const faultDetails = {
  'issuer-name': 'A trusted key has signed the certificate, but under another name than the issuer’s.',
  signature: 'No certificate of the issuer’s name has signed it.',
  'no-path-to-anchor': 'The path does not end at a trusted certificate.',
} as const;

/** The checks `issuer-name`, `signature` and `path`: what comes after a fault is not performed. */
function pathChecks({ chain, anchor, fault }: FoundPath): Check[] {
  const clause = 'RFC 5280 §6.1.3';
  const ids = ['issuer-name', 'signature', 'path'] as const;
  const passed = (id: string): Check => ({ id, result: 'passed', clause });
  const skipped = (id: string): Check => ({ id, result: 'not_performed', clause });
  if (anchor) return ids.map(passed);
  if (!fault) return ids.map(skipped);
  const failed = (id: string): Check => ({ id, result: 'failed', code: fault, detail: faultDetails[fault], clause });
  const [name, signature, path] = ids;
  if (fault === 'issuer-name') return [failed(name), skipped(signature), skipped(path)];
  if (fault === 'signature') return [passed(name), failed(signature), skipped(path)];
  const below = chain.length > 1 ? [passed(name), passed(signature)] : [skipped(name), skipped(signature)];
  return [...below, failed(path)];
}

/**
 * The checks on everything that stands above the leaf: whether each may issue, whether the path may be so long, then the rows of each. So a CA
 * in between that the root does not allow is told as that, and not as a link certificate of a wrong form.
 */
function checksAbove(
  profile: Profile,
  { chain, anchor }: FoundPath,
  base: Pick<RuleContext, 'at' | 'policies' | 'mode' | 'keys'>,
): Check[] {
  const issuers: Check[] = [];
  const lengths: Check[] = [];
  const rows: Check[] = [];
  const above = chain.slice(1);
  // From the anchor down: a path that is too long there needs no second name for the same fault below.
  for (const [index, certificate] of [...above.entries()].reverse()) {
    const isAnchor = certificate === anchor;
    const prefix = isAnchor ? 'anchor.' : 'intermediate.';
    const issuer = isAnchor ? certificate : above[index + 1];
    const context: RuleContext = { ...base, certificate, issuer, mode: isAnchor ? base.mode : 'strict' };
    const issues = ask(profile.rfc5280 ? mayIssueCertificates : issuesCertificates, context, prefix);
    issuers.unshift(...issues);
    lengths.unshift(...ask(pathLength(above.slice(0, index)), context, prefix));
    const tooLong = lengths.some(({ result }) => result === 'failed');
    rows.unshift(...rowsAbove(profile, context, isAnchor, issues[0]?.result === 'passed', tooLong));
  }
  return [...issuers, ...lengths, ...rows];
}

/** The rows of one certificate above the leaf. One that is no CA at all has that fault alone, and not another one for each row that says so. */
function rowsAbove(
  profile: Profile,
  context: RuleContext,
  isAnchor: boolean,
  isCa: boolean,
  tooLong: boolean,
): readonly Check[] {
  if (isAnchor) {
    const asked = askRoot(profile.anchor ?? [], context);
    return isCa ? asked : asked.filter(({ id }) => id !== 'anchor.basic-constraints' && id !== 'anchor.key-usage');
  }
  const askAll = (rules: readonly Rule[]) => rules.flatMap((rule) => ask(rule, context, 'intermediate.'));
  if (!isCa) return askAll([validity, criticalExtensions()]);
  if (profile.rfc5280) return askAll(betweenByRfc5280);
  if (!profile.link || isSelfIssued(context.certificate)) return askAll(profile.link ?? betweenAlways);
  // Where only a link to the root may stand, any other CA makes the path too long, or, where the root allows it, has the wrong name.
  return askAll(tooLong ? betweenAlways : [...betweenAlways, linksNewKey]);
}

/** How many certificates below, the leaf and self-issued ones not counted, the constraint allows. */
function pathLength(between: readonly Certificate[]): Rule {
  return {
    id: 'path-length',
    clause: 'RFC 5280 §4.2.1.9',
    faults({ certificate: { basicConstraints } }) {
      // One that is no CA has a graver fault, which its own check names.
      const below = between.filter((certificate) => !isSelfIssued(certificate) && certificate.basicConstraints?.ca);
      const limit = basicConstraints?.pathLength;
      return limit !== undefined && below.length > limit ? [{ code: 'pathlen', detail: 'The path is too long.' }] : [];
    },
  };
}
